"""Mappings for accounts and contacts as HubSpot and Salesforce export them. docs/import.md lists the columns."""

from collections.abc import Sequence

from kam.exchange.registry import Ready

ACCOUNT = ("external_id", "name", "parent", "industry", "country", "website", "company_revenue", "employees")
CONTACT = ("external_id", "account", "first_name", "last_name", "job_title", "email", "phone")


def _ready(system: str, title: str, needs: Sequence[str], fields: Sequence[str], columns: Sequence[str]) -> Ready:
    """`columns` say what the system calls each of `fields`; its ids are known by its name."""
    return Ready(
        system, f"{system} {title}", needs, dict(zip(fields, columns, strict=True)), {"source": system.lower()}
    )


READY_ACCOUNTS = (
    _ready(
        "HubSpot",
        "companies",
        ("Record ID", "Company name"),
        ACCOUNT,
        ("Record ID", "Company name", "Parent Company", "Industry", "Country/Region", "Website URL", "Annual Revenue",
         "Number of Employees"),
    ),
    _ready(
        "Salesforce",
        "accounts",
        ("Account ID", "Account Name"),
        ACCOUNT,
        ("Account ID", "Account Name", "Parent Account", "Industry", "Billing Country", "Website", "Annual Revenue",
         "Employees"),
    ),
    _ready(
        "Salesforce",
        "Account (Data Loader)",
        ("ID", "NAME", "PARENTID"),
        ACCOUNT,
        ("ID", "NAME", "PARENTID", "INDUSTRY", "BILLINGCOUNTRY", "WEBSITE", "ANNUALREVENUE", "NUMBEROFEMPLOYEES"),
    ),
)  # fmt: skip

READY_CONTACTS = (
    _ready(
        "HubSpot",
        "contacts",
        ("Record ID", "Associated Company", "Email"),
        CONTACT,
        ("Record ID", "Associated Company", "First Name", "Last Name", "Job Title", "Email", "Phone Number"),
    ),
    _ready(
        "Salesforce",
        "contacts",
        ("Contact ID", "Account Name"),
        CONTACT,
        ("Contact ID", "Account Name", "First Name", "Last Name", "Title", "Email", "Phone"),
    ),
    _ready(
        "Salesforce",
        "Contact (Data Loader)",
        ("ID", "ACCOUNTID", "LASTNAME"),
        CONTACT,
        ("ID", "ACCOUNTID", "FIRSTNAME", "LASTNAME", "TITLE", "EMAIL", "PHONE"),
    ),
)
