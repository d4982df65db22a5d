"""Mappings for our own export, and for activities as HubSpot (a file for each kind) and Salesforce export them.

All of them are in docs/import.md.
"""

from kam.exchange.registry import Ready
from touchpoints.imports.fields import FIELDS

TASK_CHANNELS = {"Call": "phone", "Email": "email", "Meeting": "meeting", "Other": "email", "Task": "email"}

HUBSPOT = {"external_id": "Record ID", "account": "Associated Company", "occurred_at": "Activity date"}
HUBSPOT_DIRECTIONS = {"Inbound": "inbound", "Outbound": "outbound"}

READY = (
    Ready(
        system="kam",
        title="kam touchpoints",
        needs=("account", "channel", "id", "occurred_at", "type"),
        mapping={field.name: field.name for field in FIELDS} | {"kam_id": "id"},
    ),
    Ready(
        system="HubSpot",
        title="HubSpot calls",
        needs=("Activity date", "Associated Company", "Call Title"),
        mapping={
            **HUBSPOT,
            "direction": {"column": "Call direction", "values": HUBSPOT_DIRECTIONS},
            "subject": "Call Title",
            "notes": "Call notes",
        },
        defaults={"source": "hubspot", "type": "sales_call", "channel": "phone"},
    ),
    Ready(
        system="HubSpot",
        title="HubSpot meetings",
        needs=("Activity date", "Associated Company", "Meeting name"),
        mapping={**HUBSPOT, "subject": "Meeting name", "notes": "Meeting description"},
        defaults={"source": "hubspot", "type": "sales_call", "channel": "meeting"},
    ),
    Ready(
        system="HubSpot",
        title="HubSpot emails",
        needs=("Activity date", "Associated Company", "Email subject"),
        mapping={**HUBSPOT, "subject": "Email subject", "notes": "Email body"},
        defaults={"source": "hubspot", "type": "check_in", "channel": "email"},
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
