"""Mappings for activities as HubSpot and Salesforce export them. docs/import.md lists the columns."""

from kam.exchange.registry import Ready

HUBSPOT_TYPES = {
    "Call": "sales_call",
    "Meeting": "sales_call",
    "Email": "check_in",
    "Note": "check_in",
    "Task": "check_in",
}
HUBSPOT_CHANNELS = {"Call": "phone", "Meeting": "meeting", "Email": "email", "Note": "email", "Task": "email"}
TASK_CHANNELS = {"Call": "phone", "Email": "email", "Meeting": "meeting", "Other": "email", "Task": "email"}

READY = (
    Ready(
        system="HubSpot",
        title="HubSpot activities",
        needs=("Activity type", "Activity date", "Associated Company"),
        mapping={
            "external_id": "Record ID",
            "account": "Associated Company",
            "type": {"column": "Activity type", "values": HUBSPOT_TYPES},
            "channel": {"column": "Activity type", "values": HUBSPOT_CHANNELS},
            "occurred_at": {"column": "Activity date", "format": "%Y-%m-%d %H:%M"},
            "subject": "Title",
            "notes": "Body",
            "staff": "Activity assigned to",
        },
        defaults={"source": "hubspot"},
    ),
    Ready(
        system="Salesforce",
        title="Salesforce tasks",
        needs=("Activity ID", "Company / Account", "Date"),
        mapping={
            "external_id": "Activity ID",
            "account": "Company / Account",
            "channel": {"column": "Task Subtype", "values": TASK_CHANNELS},
            "occurred_at": "Date",
            "subject": "Subject",
            "notes": "Full Comments",
            "contact": "Email",
        },
        defaults={"source": "salesforce-task", "type": "check_in", "channel": "phone"},
    ),
    Ready(
        system="Salesforce",
        title="Salesforce Task (Data Loader)",
        needs=("ID", "ACCOUNTID", "ACTIVITYDATE", "TASKSUBTYPE"),
        mapping={
            "external_id": "ID",
            "account": "ACCOUNTID",
            "channel": {"column": "TASKSUBTYPE", "values": TASK_CHANNELS},
            "occurred_at": "ACTIVITYDATE",
            "subject": "SUBJECT",
            "notes": "DESCRIPTION",
        },
        defaults={"source": "salesforce", "type": "check_in", "channel": "phone"},
    ),
    Ready(
        system="Salesforce",
        title="Salesforce Event (Data Loader)",
        needs=("ID", "ACCOUNTID", "STARTDATETIME", "DURATIONINMINUTES"),
        mapping={
            "external_id": "ID",
            "account": "ACCOUNTID",
            "occurred_at": "STARTDATETIME",
            "duration_minutes": "DURATIONINMINUTES",
            "subject": "SUBJECT",
            "notes": "DESCRIPTION",
        },
        defaults={"source": "salesforce", "type": "sales_call", "channel": "meeting"},
    ),
)
