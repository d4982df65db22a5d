"""Mappings for accounts and contacts as HubSpot and Salesforce export them. docs/import.md lists the columns."""

from kam.exchange.registry import Ready

READY_ACCOUNTS = (
    Ready(
        system="HubSpot",
        title="HubSpot companies",
        needs=("Record ID", "Company name"),
        mapping={
            "external_id": "Record ID",
            "name": "Company name",
            "industry": "Industry",
            "country": "Country/Region",
            "website": "Website URL",
            "company_revenue": "Annual Revenue",
            "employees": "Number of Employees",
            "parent": "Parent Company",
        },
        defaults={"source": "hubspot"},
    ),
    Ready(
        system="Salesforce",
        title="Salesforce accounts",
        needs=("Account ID", "Account Name"),
        mapping={
            "external_id": "Account ID",
            "name": "Account Name",
            "parent": "Parent Account",
            "industry": "Industry",
            "country": "Billing Country",
            "website": "Website",
            "company_revenue": "Annual Revenue",
            "employees": "Employees",
        },
        defaults={"source": "salesforce"},
    ),
    Ready(
        system="Salesforce",
        title="Salesforce Account (Data Loader)",
        needs=("ID", "NAME", "PARENTID"),
        mapping={
            "external_id": "ID",
            "name": "NAME",
            "parent": "PARENTID",
            "industry": "INDUSTRY",
            "country": "BILLINGCOUNTRY",
            "website": "WEBSITE",
            "company_revenue": "ANNUALREVENUE",
            "employees": "NUMBEROFEMPLOYEES",
        },
        defaults={"source": "salesforce"},
    ),
)

READY_CONTACTS = (
    Ready(
        system="HubSpot",
        title="HubSpot contacts",
        needs=("Record ID", "Associated Company", "Email"),
        mapping={
            "external_id": "Record ID",
            "account": "Associated Company",
            "first_name": "First Name",
            "last_name": "Last Name",
            "job_title": "Job Title",
            "email": "Email",
            "phone": "Phone Number",
        },
        defaults={"source": "hubspot"},
    ),
    Ready(
        system="Salesforce",
        title="Salesforce contacts",
        needs=("Contact ID", "Account Name"),
        mapping={
            "external_id": "Contact ID",
            "account": "Account Name",
            "first_name": "First Name",
            "last_name": "Last Name",
            "job_title": "Title",
            "email": "Email",
            "phone": "Phone",
        },
        defaults={"source": "salesforce"},
    ),
    Ready(
        system="Salesforce",
        title="Salesforce Contact (Data Loader)",
        needs=("ID", "ACCOUNTID", "LASTNAME"),
        mapping={
            "external_id": "ID",
            "account": "ACCOUNTID",
            "first_name": "FIRSTNAME",
            "last_name": "LASTNAME",
            "job_title": "TITLE",
            "email": "EMAIL",
            "phone": "PHONE",
        },
        defaults={"source": "salesforce"},
    ),
)
