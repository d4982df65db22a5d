"""What the fields of this app say about people (kam/core/personal.py). Files hold whatever was in them."""

from kam.core.personal import internal, personal

personal("exchange.ImportJob", "file original filename mapping defaults")
internal(
    "exchange.ImportJob",
    "kind fingerprint size_bytes dialect missing_accounts missing_types dry_run status failure read_bytes read_lines "
    "total created updated unchanged duplicate rejected created_at created_by started_at finished_at",
)
personal("exchange.ImportIssue", "message")
internal("exchange.ImportIssue", "job line column level code")
personal("exchange.Postponed", "value")
internal("exchange.Postponed", "job line object_id outcome")
internal("exchange.SeenIdentity", "job digest times line")
internal("exchange.CancelWish", "job asked_at by")
personal("exchange.SavedMapping", "name mapping defaults")
internal("exchange.SavedMapping", "id owner kind is_shared options fingerprint changed_at")
personal("exchange.ExportJob", "filters")
internal(
    "exchange.ExportJob",
    "kind columns format status failure sight total written parts last_id created_at created_by started_at finished_at "
    "expires_at",
)
