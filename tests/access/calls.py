"""What an example of the access matrix says, and the arguments and bodies that several of them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

Make = Callable[[Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One method of a route.

    `ok` is answered to whoever may and sees; `hidden` where a row that the call names is not there for
    the caller; `but` gives personas whom a rule of the service answers otherwise. That 403 of a persona
    is for every row, unless `by_row`: then it is said of what they see.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Make = lambda ids: {}
    body: Make | None = None
    ok: int = 200
    hidden: int = 404
    but: Mapping[str, int] = field(default_factory=dict)
    by_row: bool = False
    if_match: str | None = None
    scope: str = ""  # what a token needs where what it asks for decides


def get(path: Mapping[str, str] | None = None, query: Make = lambda ids: {}, **more: Any) -> dict[str, Call]:
    return {"GET": Call(path=path or {}, query=query, **more)}


def both(path: Mapping[str, str], body: Make, *, ok: int, **more: Any) -> dict[str, Call]:
    """A form: its page and its submission."""
    return {"GET": Call(path=path), "POST": Call(path=path, body=body, ok=ok, **more)}


# Whoever is signed in already is sent on.
AWAY = dict.fromkeys(
    ("owner", "teammate", "outsider", "leader", "sibling_leader", "admin", "newcomer", "integration"), 302
)
ACCOUNT = {"account_id": "account"}
CHECK_IN = {"check_in_id": "check_in"}
# Decisions about check-ins are people's.
PEOPLE_DECIDE = {"integration": 422}
# Managers and integrations remove only what they logged themselves.
NOT_THEIRS = {"teammate": 422, "integration": 422}
# Others than whoever recorded it and leaders remove no reach.
RECORDED_BY_ADMIN = dict.fromkeys(("owner", "teammate", "outsider", "integration"), 422)

# Whoever is only on the account team neither hands the account over nor staffs it.
NOT_HIS = {"teammate": 422}

VIEW = {"view_id": "view"}


def log_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "account": ids["account"],
        "contacts": [ids["contact"]],
        "type": "sales_call",
        "channel": "phone",
        "when": "now",
        "token": "01890000-0000-7000-8000-0000000000aa",
    }


def attached(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("minutes.txt", b"What was said.", "text/plain")}


def amended(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "check_in", "channel": "phone", "when": "now", "subject": "New", "version": 1}


def logged(ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "account": ids["account"],
        "contacts": [ids["contact"]],
        "type": "sales_call",
        "channel": "phone",
        "occurred_at": "2026-01-05T09:30:00+01:00",
    }


def reached(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "advertising", "channel": "web", "occurred_on": "2026-01-05", "count": "5"}


def new_account(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Brand New", "parent": ids["account"]}


def account_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Renamed", "lifecycle": "active", "currency": "EUR"}


def upload(ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": "accounts",
        "file": SimpleUploadedFile("accounts.csv", b"Name\nBrand New\n", "text/csv"),
        "mapping": '{"name": "Name"}',
    }


def type_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Renamed", "phase": "after", "default_initiative": "direct", "is_active": "on"}


def channel_form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"name": "Renamed", "mode": "digital", "default_direction": "inbound", "icon": "phone", "is_active": "on"}


def interval(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"ideal_days": 10, "maximum_days": 20, "working_days": ["1"], "version": 1}


def new_policy(ids: Mapping[str, str]) -> dict[str, Any]:
    return {"purpose": "executive", "tier": "D", "ideal_days": 10, "maximum_days": 20}


NOT_ADMIN = dict.fromkeys(("owner", "teammate", "outsider", "leader", "sibling_leader", "integration"), 403)
TIER_A = {"purpose": "=operational", "of": "=A"}
OWN_CADENCE = {**ACCOUNT, "purpose": "=operational"}
TYPE, CHANNEL = {"type_id": "type"}, {"channel_id": "channel"}
MOVED = {"body": lambda ids: {"to": "up"}, "ok": 302}
