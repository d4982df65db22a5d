"""What the fields of this app say about people (kam/core/personal.py)."""

from kam.core.personal import internal, personal

personal("api.IdempotencyKey", "body")  # the answer that was given
internal("api.IdempotencyKey", "user key fingerprint status headers created_at")
internal("api.RateWindow", "subject minute calls")
internal("api.Tombstone", "kind object_id account_id owner_id team_id deleted_at")
