"""The fields of an account that a file may fill."""

import re
from datetime import date

from accounts.enums import Lifecycle, Tier
from accounts.services.rules import check_website
from accounts.services.tags import SEPARATORS, folded
from kam.core.currencies import check_currency
from kam.exchange.numbers import WholeNumber, money
from kam.exchange.registry import Field
from kam.exchange.values import Reading, choice, day, label

TODAY, SPREAD, SINCE = "today", "spread", "customer_since"


def website(cell: str, reading: Reading) -> str:
    address = label(200)(cell, reading)
    check_website(address)
    return address


def currency(cell: str, reading: Reading) -> str:
    code = cell.strip().upper()
    check_currency(code)
    return code


def tags(cell: str, reading: Reading) -> list[str]:
    """Names, separated by semicolons or commas; accents and case make no other one."""
    parts = (" ".join(part.split()) for part in re.split(f"[{SEPARATORS}]", cell))
    return [part for part in parts if part and folded(part)]


def first_day(cell: str, reading: Reading) -> date | str:
    """A day; "today": that of the import, "spread": days before it (as they are: only who imports knows the time).

    "customer_since": no other than that.
    """
    said = "_".join(cell.split()).casefold()
    if said in (TODAY, SPREAD):
        return said
    return "" if said == SINCE else day(cell, reading)


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
    Field("silence_from_on", first_day),
    Field("renewal_on", day),
    Field("acquired_via", label(100)),
    Field("tags", tags, glue=";"),
]
# Copied as they are; the others name records of ours.
NAMED = ["owner", "team", "segment"]
PLAIN = [f.name for f in FIELDS if f.name not in {"external_id", "source", "parent", "tags", *NAMED}]
