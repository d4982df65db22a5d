"""What the import framework needs to know about accounts. `register_kinds()` is called from `ready()`."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kam.exchange.enums import Missing
from kam.exchange.registry import ImportKind, register

if TYPE_CHECKING:
    from kam.exchange.models import ImportJob


def accounts_made(job: "ImportJob") -> str:
    """The list of the accounts that an import made; "" where there is nothing to list."""
    may_have = job.created > 0 if job.kind == "accounts" else job.missing_accounts == Missing.CREATE
    return f"{reverse('account_list')}?imported={job.pk}" if job.is_over and not job.dry_run and may_have else ""


def register_kinds() -> None:
    from accounts.imports.contacts import CONTACT_FIELDS, ContactHandler
    from accounts.imports.fields import FIELDS, SPREAD
    from accounts.imports.handler import AccountHandler
    from accounts.imports.ready import READY_ACCOUNTS, READY_CONTACTS
    from accounts.imports.words import ACCOUNT_CHOICES, ACCOUNT_CONSTANTS, ACCOUNT_WORDS, CONTACT_CHOICES, CONTACT_WORDS

    register(
        ImportKind(
            key="accounts",
            label=_("Accounts"),
            fields=FIELDS,
            handler=AccountHandler(),
            defaults={"source": "import"},
            example_header="Customer no,Company,Branch,Country,Turnover,Staff,Group,Since",
            example_mapping={
                "external_id": "Customer no",
                "name": "Company",
                "industry": "Branch",
                "country": "Country",
                "company_revenue": "Turnover",
                "employees": "Staff",
                "parent": "Group",
                "customer_since": {"column": "Since", "format": "%d.%m.%Y"},
                "currency": {"value": "EUR"},
            },
            words=ACCOUNT_WORDS,
            choices=ACCOUNT_CHOICES,
            constants=ACCOUNT_CONSTANTS,
            proposed={"silence_from_on": SPREAD},
            ready=READY_ACCOUNTS,
            made=accounts_made,
        )
    )
    register(
        ImportKind(
            key="contacts",
            label=_("Contacts"),
            fields=CONTACT_FIELDS,
            handler=ContactHandler(),
            defaults={"source": "import"},
            example_header="Company,First name,Surname,Position,Mail,Telephone,Role",
            example_mapping={
                "account": "Company",
                "first_name": "First name",
                "last_name": "Surname",
                "job_title": "Position",
                "email": "Mail",
                "phone": "Telephone",
                "buying_roles": {
                    "column": "Role",
                    "values": {"CFO": "budget_holder", "CEO": "decision_maker, sponsor"},
                },
            },
            words=CONTACT_WORDS,
            choices=CONTACT_CHOICES,
            ready=READY_CONTACTS,
            made=accounts_made,
        )
    )
