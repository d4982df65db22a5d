"""What the fields of this app say about people (kam/core/personal.py)."""

from kam.core.personal import internal, personal, sensitive

internal(
    "accounts.Account",
    "name name_sort parent owner team segment tier lifecycle customer_since silence_from_on renewal_on industry "
    "country website employees company_revenue account_revenue currency acquired_via last_touch_at stale_at "
    "health health_band version created_at created_by imported_by changed_at",
)
internal("accounts.AccountMember", "account user role created_at created_by")
personal(
    "accounts.Contact",
    "first_name last_name name_sort job_title email phone relation buying_roles influence communication_style",
)
sensitive("accounts.Contact", "stance private_notes")
internal("accounts.Contact", "account source external_id version created_at created_by changed_at")
personal("accounts.SensitiveRead", "contact fields reason")
internal("accounts.SensitiveRead", "account by read_at")
internal("accounts.ExternalId", "account source external_id")
internal("accounts.HealthDirty", "account_id generation")
internal("accounts.HealthProfile", "tier weights")
internal("accounts.HealthResult", "account score band capped_by readings weights weight_present as_of")
internal("accounts.HealthRules", "vital_cap")
internal("accounts.HealthSnapshot", "account on score band weight_present readings")
internal("accounts.LifecycleEvent", "account kind occurred_on assumed created_at created_by subject_id counted_on")
internal("accounts.AccountPair", "account other score reasons dismissed_at dismissed_by")
internal("accounts.ContactPair", "account contact other score reasons dismissed_at dismissed_by")
personal("accounts.Merge", "absorbed_name")
sensitive("accounts.Merge", "journal")  # an absorbed contact whole
internal(
    "accounts.Merge",
    "account kind survivor_id absorbed_id source external_id merged_at merged_by undone_at undone_by",
)
internal("accounts.Segment", "name")
personal("accounts.Note", "text")
internal("accounts.Note", "account author pinned version created_at changed_at")
internal("accounts.Favourite", "account user")
personal("accounts.Visit", "user opened_at")
internal("accounts.Visit", "account")
personal("accounts.DayVisit", "user since opened_at site")
internal("accounts.DayVisit", "seen_before seen")
internal(
    "accounts.SavedView", "owner name sharing team filters ordering columns position version created_at changed_at"
)
internal("accounts.StartView", "user view")
internal("accounts.Tag", "name name_sort created_at created_by")
internal("accounts.AccountTag", "account tag created_at created_by")
internal("accounts.TagChange", "account tagged_at tagged_by added removed")
internal("accounts.BulkChange", "kind status owner tag created_at created_by")
internal("accounts.BulkLine", "change account changed before")
internal(
    "accounts.RollupCell",
    "owner_id team_id health_band currency n value valued silent known points squares "
    "fell_30 fell_value_30 fell_90 fell_value_90 fell_365 fell_value_365",
)
internal(
    "accounts.RollupEntry",
    "account_id owner_id team_id health_band currency value health silent moved_30 moved_90 moved_365",
)
internal("accounts.RollupMark", "account_id")
internal("accounts.RollupMonth", "owner_id team_id on red amber green unknown")
internal("accounts.RollupState", "as_of")
internal("accounts.RollupYear", "owner_id team_id kept periods as_of is_behind")
