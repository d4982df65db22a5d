"""What people call the fields of accounts and contacts, on our pages and in the files of others."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Lifecycle, Relation, Tier
from accounts.imports.fields import SINCE, SPREAD, TODAY
from kam.exchange.registry import Word

COMPANY = (
    "company",
    "company name",
    "account name",
    "customer",
    "customer name",
    "client",
    "organization",
    "kunde",
    "firma",
)

ACCOUNT_WORDS = {
    "name": Word(_("Name"), ("account", *COMPANY)),
    "external_id": Word(
        _("Its id there"),
        ("id", "account id", "record id", "customer id", "customer no", "kundennummer", "kundennr", "kunden nr"),
    ),
    "source": Word(_("Source"), ("system", "source system")),
    "parent": Word(_("Parent account"), ("parent company", "group", "subsidiary of", "konzern")),
    "owner": Word(_("Owner (email)"), ("account owner", "owner email", "account manager", "company owner")),
    "team": Word(_("Team"), ("sales team",)),
    "segment": Word(_("Segment"), ("customer segment",)),
    "tier": Word(_("Tier"), ("class", "abc", "account tier", "stufe", "kundenklasse")),
    "lifecycle": Word(_("Lifecycle"), ("status", "lifecycle stage", "account status")),
    "industry": Word(_("Industry"), ("sector", "branch", "branche")),
    "country": Word(_("Country"), ("country region", "billing country", "office location", "land")),
    "website": Word(_("Website"), ("url", "web", "homepage", "website url", "webseite")),
    "company_revenue": Word(_("Their revenue"), ("annual revenue", "turnover", "company turnover")),
    "account_revenue": Word(_("Our revenue with them"), ("revenue", "account value", "arr", "sales", "umsatz")),
    "currency": Word(_("Currency"), ("currency code", "currency iso code", "währung")),
    "employees": Word(_("Employees"), ("number of employees", "employee count", "staff", "mitarbeiter")),
    "customer_since": Word(_("Customer since"), ("since", "start date", "became a customer date", "kunde seit")),
    "silence_from_on": Word(
        _("Silence counts from"),
        ("silence from",),
        hint=_("Spread: each owner's first check-ins fall evenly on the weeks to come, not all on one day."),
    ),
    "renewal_on": Word(_("Renewal"), ("renewal date", "contract end", "end date")),
    "acquired_via": Word(_("Acquired via"), ("lead source", "original source", "account source")),
    "tags": Word(_("Tags"), ("tag", "labels", "keywords", "schlagworte")),
}
CONTACT_WORDS = {
    "account": Word(_("Account"), ("associated company", *COMPANY)),
    "first_name": Word(_("First name"), ("given name", "vorname", "forename")),
    "last_name": Word(_("Last name"), ("surname", "family name", "nachname")),
    "job_title": Word(_("Job title"), ("title", "position", "function", "funktion")),
    "email": Word(_("Email"), ("e mail", "mail", "email address")),
    "phone": Word(_("Phone"), ("telephone", "phone number", "business phone", "telefon")),
    "relation": Word(_("How they stand to us"), ("attitude", "stance")),
    "buying_roles": Word(_("Part in buying"), ("role", "buying role", "roles")),
    "source": Word(_("Source"), ("system", "source system")),
    "external_id": Word(_("Their id there"), ("id", "contact id", "record id")),
}


def _labels(choices: Any) -> Callable[[], Mapping[str, str]]:
    return lambda: {str(value): str(label) for value, label in choices.choices if value}


ACCOUNT_CHOICES = {
    "tier": _labels(Tier),
    "lifecycle": _labels(Lifecycle),
}
ACCOUNT_CONSTANTS: Mapping[str, Mapping[str, str | Promise]] = {
    "silence_from_on": {
        SPREAD: _("the import, spread"),
        TODAY: _("the day of the import"),
        SINCE: _("the day they became a customer"),
    },
}
CONTACT_CHOICES = {"relation": _labels(Relation)}
