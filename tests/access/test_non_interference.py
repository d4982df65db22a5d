"""Non-interference: rows that somebody does not see change no byte of any answer they get.

Names and numbers could leak through sums, orders, pages, choices, likenesses and counts without one hidden word
being shown (which the matrix would see). Here the same questions are asked before and after. A new address is a line
in PAGES, or in CALLS.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Account, AccountTag, ExternalId, Tag
from accounts.rollup import jobs
from kam.core import clock
from kam.people.models import Team, User
from tests.access.hidden import PERSON, SEEN, SUBJECT, Hidden, hidden_accounts, plant
from tests.factories import make_account, make_contact, make_touchpoint
from tests.personas import People, api_client, client_for, make_token, principal
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)

PAGES = [
    "/my-day/",
    "/my-day/badge/",
    "/portfolio/",
    "/portfolio/export.csv",
    "/accounts/",
    "/accounts/?search=marine",
    "/accounts/?ordering=-health&stale=true",
    "/accounts/export.csv",
    "/accounts/search/?search=mar",
    "/accounts/duplicates/",
    "/accounts/views/new/",
    "/accounts/stale/",
    "/accounts/{account}/",
    "/accounts/{account}/health/",
    "/accounts/{account}/edit/",
    "/accounts/{account}/history/",
    "/touchpoints/{touchpoint}/",
    "/touchpoints/log/?account={account}",
    "/exports/",
    "/planner/",
    "/census/",
    "/imports/",
    "/search/?q=",
    "/search/?q=marine",
    "/search/?q=logistcs",
    "/search/?q=mori",
    "/search/?q=kenji@",
    "/search/?q=yearly",
    "/search/?q=A-0",
]
CALLS = [
    "/accounts?with_count=true",
    "/accounts?search=marine&with_count=true",
    "/accounts?stale=true&ordering=-health",
    "/accounts/{account}",
    "/accounts/{account}/health",
    "/accounts/{account}/timeline",
    "/accounts/stale?include_never=true",
    "/accounts/stale?max_days=30&as_of=2026-09-30",
    "/accounts/census",
    "/accounts/census?from=2026-01-01&on=2026-10-01",
    "/accounts/by-external/crm/A-0",
    "/contacts?with_count=true",
    "/contacts?search=kenji@marine.example",
    "/touchpoints?with_count=true",
    "/check-ins?with_count=true",
    "/stale-flags?with_count=true",
    "/tombstones",
    "/imports",
    "/segments",
    "/saved-views",
    "/touchpoint-types",
    "/teams",
    "/users",
    "/search?q=marine",
    "/search?q=logistcs",
    "/search?q=kenji",
    "/search?q=yearly",
    "/search?q=A-0",
]
ONE_TIME = re.compile(
    r'name="(csrfmiddlewaretoken|row|token)" value="[^"]+"|"X-CSRFToken": "[^"]+"|"request_id": ?"[^"]+"'
)
CHANGING = {"X-Request-ID", "Content-Length", "RateLimit-Remaining", "RateLimit-Reset", "Content-Security-Policy"}

Answer = tuple[int, dict[str, str], str]
Answers = dict[str, Answer]


@dataclass(frozen=True)
class Viewer:
    """Somebody with a door and what they ask at it, and whose rows they do not see."""

    client: Client
    addresses: list[str]
    hidden: list[tuple[User | None, Team | None]]

    def answers(self) -> Answers:
        """What each address says now; nothing stays of the asking (a page remembers that it was opened)."""
        found = {}
        for address in self.addresses:
            with transaction.atomic():
                answer = self.client.get(address)
                body = b"".join(answer) if answer.streaming else answer.content
                transaction.set_rollback(True)
            headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
            found[address] = (answer.status_code, headers, ONE_TIME.sub("", body.decode()))
        return found


@dataclass(frozen=True)
class Town:
    account: Account
    viewers: dict[str, Viewer]
    before: Callable[[str], Answers]


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch) -> Town:
    """North has an account with all that belongs to one, and so has south; each is asked, alone."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    Tag(name="Strategic", name_sort="strategic", created_at=NOW).save(force_insert=True)
    north = _furnish(people.owner)
    south = _furnish(people.outsider)
    jobs.catch_up(NOW, NOW)
    southern = [(people.outsider, people.south_one), (people.sibling_leader, people.south), (None, None)]
    northern = [(people.owner, people.north_one), (people.leader, people.north), (None, None)]
    viewers = {
        "owner": Viewer(client_for(people.owner), _filled(PAGES, "", north), southern),
        "leader": Viewer(client_for(people.leader), _filled(PAGES, "", north), southern),
        "outsider": Viewer(client_for(people.outsider), _filled(PAGES, "", south), northern),
        "token": Viewer(api_client(make_token(people.owner)), _filled(CALLS, "/api/v1", north), southern),
        "integration": Viewer(api_client(make_token(people.integration)), _filled(CALLS, "/api/v1", north), southern),
    }
    known: dict[str, Answers] = {}

    def before(name: str) -> Answers:
        if name not in known:
            known[name] = viewers[name].answers()
        return known[name]

    return Town(north["account"], viewers, before)


def _furnish(owner: User) -> dict[str, Any]:
    by = principal(owner)
    account = make_account(by, NOW, name=SEEN, tier="B", customer_since=NOW.date().replace(year=2025))
    make_account(by, NOW, name="Bakery", lifecycle="prospect")
    first, last = PERSON
    contact = make_contact(account, by, first_name=first, last_name=last, email="kenji@marine.example")
    make_touchpoint(account, by, days_ago=200, now=NOW, type="check_in", direction="two_way", contacts=[contact])
    touchpoint = make_touchpoint(account, by, days_ago=150, now=NOW, subject=SUBJECT, sentiment_end=1)
    make_touchpoint(account, by, days_ago=-2, now=NOW, subject="The offer")
    AccountTag(account=account, tag=Tag.objects.get(name="Strategic"), created_at=NOW).save(force_insert=True)
    ExternalId(account=account, source="erp", external_id=f"A-0-{owner.name}").save(force_insert=True)
    reconcile([account.pk], now=NOW)
    return {"account": account, "touchpoint": touchpoint}


def _filled(addresses: list[str], prefix: str, rows: dict[str, Any]) -> list[str]:
    return [prefix + address.format(**{name: row.pk for name, row in rows.items()}) for address in addresses]


# Shrinking asks hundreds of pages to say what the list of addresses says already.
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    name=st.sampled_from(["owner", "leader", "outsider", "token", "integration"]),
    whose=st.integers(0, 2),
    rows=hidden_accounts,
)
def test_hidden_rows_change_no_byte_of_an_answer(town: Town, name: str, whose: int, rows: list[Hidden]) -> None:
    viewer = town.viewers[name]
    before = town.before(name)
    owner, team = viewer.hidden[whose]
    with transaction.atomic():
        plant(rows, owner=owner, team=team, parent=town.account, now=NOW)
        after = viewer.answers()
        transaction.set_rollback(True)
    told = [_told(address, before[address], after[address]) for address in before if before[address] != after[address]]
    assert told == []


def _told(address: str, before: Answer, after: Answer) -> str:
    """Where two answers part."""
    one, other = f"{before[:2]}\n{before[2]}", f"{after[:2]}\n{after[2]}"
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{address}: {one[max(0, at - 60) : at + 60]!r} became {other[max(0, at - 60) : at + 60]!r}"


@pytest.mark.parametrize("name", ["owner", "leader", "outsider", "token", "integration"])
def test_the_questions_are_answered(town: Town, name: str) -> None:
    """What is refused would hide nothing: only what is not for the role, or what nobody has, may be."""
    refused = {address: status for address, (status, _, _) in town.before(name).items() if status != 200}
    right = {"/census/": 403} if name in ("owner", "outsider") else {}
    assert refused == ({"/api/v1/accounts/by-external/crm/A-0": 404} if name in ("token", "integration") else right)
