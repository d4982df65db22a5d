"""What the fields of this app say about people (kam/core/personal.py)."""

from kam.core.personal import internal, personal

personal("touchpoints.Touchpoint", "subject notes sentiment_start sentiment_end expectation next_step")
internal(
    "touchpoints.Touchpoint",
    "account type channel direction initiative status occurred_at planned_for duration_minutes episode handoffs "
    "wait_minutes resolved_first_contact source external_id version created_at created_by changed_at",
)
personal("touchpoints.TouchpointContact", "contact")
internal("touchpoints.TouchpointContact", "account touchpoint")
internal("touchpoints.TouchpointStaff", "account touchpoint user")
personal("touchpoints.CheckIn", "reschedule_reason skip_reason")
internal(
    "touchpoints.CheckIn",
    "account purpose source source_id period_on due_on status closed_at closed_by fulfilled_by assigned_to "
    "rescheduled_on created_at changed_at",
)
internal(
    "touchpoints.StaleFlag",
    "account purpose anchor_at stale_at opened_at closed_at closed_by_touchpoint escalation escalated_at changed_at",
)
internal("touchpoints.AccountCadence", "account purpose ideal_days maximum_days working_days")
internal("touchpoints.CadencePolicy", "purpose ideal_days maximum_days working_days segment tier")
internal("touchpoints.CadenceState", "account purpose last_touch_at stale_at")
internal("touchpoints.Channel", "key name position is_active version mode default_direction icon")
internal(
    "touchpoints.TouchpointType",
    "key name position is_active version phase default_initiative moment_of_truth counts_for customer_expects promise "
    "procedure decides_alone escalates_to",
)
internal("touchpoints.TypeGroup", "name")
internal("touchpoints.TypeInGroup", "type group")
internal("touchpoints.TypeSkill", "type skill")
personal("touchpoints.Attachment", "name")
internal("touchpoints.Attachment", "account touchpoint content_type size_bytes sha256 created_at created_by")
personal("touchpoints.Reach", "notes")
internal(
    "touchpoints.Reach",
    "type channel campaign occurred_on count source external_id version created_at created_by changed_at",
)
