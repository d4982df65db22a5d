"""What the fields of this app say about people (kam/core/personal.py)."""

from kam.core.personal import internal, personal

personal("outbox.OutboxMessage", "payload destination last_error")  # mail goes through here
internal(
    "outbox.OutboxMessage",
    "topic lane dedup_key created_at available_at attempts lease_until lease_token done_at dead_at",
)
internal("outbox.Watermark", "done_until")
