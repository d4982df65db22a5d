"""The fields of an account that a file may fill."""

from accounts.enums import Lifecycle, Tier
from accounts.services.rules import check_website
from kam.core.currencies import check_currency
from kam.exchange.numbers import WholeNumber, money
from kam.exchange.registry import Field
from kam.exchange.values import Reading, choice, day, label


def website(cell: str, reading: Reading) -> str:
    address = label(200)(cell, reading)
    check_website(address)
    return address


def currency(cell: str, reading: Reading) -> str:
    code = cell.strip().upper()
    check_currency(code)
    return code


FIELDS = [
    Field("name", label(200), required=True),
    Field("external_id", label(200), glue="|"),
    Field("source", label(50)),
    Field("parent", label(200)),
    Field("owner", label(254)),
    Field("team", label(200)),
    Field("segment", label(100)),
    Field("tier", choice(Tier.values)),
    Field("lifecycle", choice(Lifecycle.values)),
    Field("industry", label(100)),
    Field("country", label(100)),
    Field("website", website),
    Field("company_revenue", money),
    Field("account_revenue", money),
    Field("currency", currency),
    Field("employees", WholeNumber(0, 2**31 - 1)),
    Field("customer_since", day),
    Field("renewal_on", day),
    Field("acquired_via", label(100)),
]
# Copied as they are; the others name records of ours.
PLAIN = [f.name for f in FIELDS if f.name not in {"external_id", "source", "parent", "owner", "team", "segment"}]
NAMED = ["owner", "team", "segment"]
