"""Non-interference: rows that somebody does not see change no byte of any answer they get.

Names and numbers could leak through sums, orders, pages, choices, likenesses and counts without one hidden word
being shown (which the matrix would see). Here the same questions are asked before and after. A new address is a line
in PAGES, or in CALLS.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.enums import Sharing
from accounts.list_state import state_asked
from accounts.models import Account, AccountTag, ExternalId, Tag
from accounts.rollup import jobs
from accounts.services.saved_views import Audience, save_view
from kam.core import clock
from kam.exchange.exports.registry import export_kinds
from kam.exchange.exports.services import ExportRequest, export_step, request_export
from kam.people.models import Team, User
from tests.access.hidden import (
    CALLED,
    EMAIL,
    PERSON,
    PHONE,
    SEEN,
    SUBJECT,
    TWINS,
    WEBSITE,
    Hidden,
    find_duplicates,
    hidden_accounts,
    plant,
)
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
    "/accounts/?tag={tag}",
    "/accounts/?view={view}",
    "/accounts/duplicates/",
    "/accounts/duplicates/?kind=contact",
    "/accounts/alike/?name=Marine+Logistic",
    "/accounts/alike/?website=marine.example",
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
    "/accounts/duplicates?with_count=true",
    "/contacts/duplicates?with_count=true",
    "/accounts?tag=Strategic&with_count=true",
    "/contacts?with_count=true",
    "/contacts?search=kenji@marine.example",
    "/touchpoints?with_count=true",
    "/check-ins?with_count=true",
    "/stale-flags?with_count=true",
    "/tombstones",
    "/imports",
    "/exports?with_count=true",
    "/merges?with_count=true",
    "/dashboard/portfolio",
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
Unseen = list[tuple[User | None, Team | None]]  # whose the rows are that somebody does not see


@dataclass(frozen=True)
class Viewer:
    """Somebody with a door and what they ask at it, and whose rows they do not see."""

    user: User
    client: Client
    addresses: list[str]
    export: str  # where the file of an export is fetched
    hidden: Unseen

    def answers(self) -> Answers:
        """What each address says now, and each file; nothing stays of the asking (a page remembers it was opened)."""
        found = {}
        for address in self.addresses:
            with transaction.atomic():
                found[address] = self._answer(address)
                transaction.set_rollback(True)
        for kind in export_kinds():
            with transaction.atomic():
                found[f"the file of {kind.key}"] = self._answer(self.export.format(job=exported(self.user, kind.key)))
                transaction.set_rollback(True)
        return found

    def _answer(self, address: str) -> Answer:
        answer = self.client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
        return answer.status_code, headers, ONE_TIME.sub("", body.decode())


def exported(user: User, kind: str) -> UUID:
    """An export that the worker has prepared."""
    job = request_export(by=principal(user), request=ExportRequest(kind), now=NOW)
    while not job.is_over:
        job = export_step(job_id=job.pk, now=NOW)
    return job.pk


@dataclass(frozen=True)
class Town:
    account: Account
    viewers: dict[str, Viewer]
    before: Callable[[str], Answers]


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> Town:
    """North has an account with all that belongs to one, and so has south; each is asked, alone.

    North has as many that look alike as are listed: one more, were it counted, would make them a crowd.
    """
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path
    Tag(name="Strategic", name_sort="strategic", created_at=NOW).save(force_insert=True)
    north = _furnish(people.owner, twins=TWINS)
    south = _furnish(people.outsider)
    jobs.catch_up(NOW, NOW)
    find_duplicates()
    asked, audience = state_asked(QueryDict("search=marine")), Audience(Sharing.EVERYBODY)
    view = save_view(by=principal(people.admin), name="Marine", state=asked, audience=audience, now=NOW)
    for user in (people.owner, people.outsider, people.leader):
        exported(user, "accounts")
    southern: Unseen = [(people.outsider, people.south_one), (people.sibling_leader, people.south), (None, None)]
    northern: Unseen = [(people.owner, people.north_one), (people.leader, people.north), (None, None)]
    more = {"view": view, "tag": Tag.objects.get()}

    def at_page(user: User, rows: dict[str, Any], hidden: Unseen) -> Viewer:
        return Viewer(user, client_for(user), _filled(PAGES, "", rows | more), "/exports/{job}/file/", hidden)

    def at_api(user: User, rows: dict[str, Any], hidden: Unseen) -> Viewer:
        asked = _filled(CALLS, "/api/v1", rows)
        return Viewer(user, api_client(make_token(user)), asked, "/api/v1/exports/{job}/file", hidden)

    viewers = {
        "owner": at_page(people.owner, north, southern),
        "leader": at_page(people.leader, north, southern),
        "outsider": at_page(people.outsider, south, northern),
        "token": at_api(people.owner, north, southern),
        "integration": at_api(people.integration, north, southern),
    }
    known: dict[str, Answers] = {}

    def before(name: str) -> Answers:
        if name not in known:
            known[name] = viewers[name].answers()
        return known[name]

    return Town(north["account"], viewers, before)


def _furnish(owner: User, twins: tuple[str, ...] = ()) -> dict[str, Any]:
    by = principal(owner)
    account = make_account(by, NOW, name=SEEN, tier="B", customer_since=NOW.date().replace(year=2025), website=WEBSITE)
    for number, name in enumerate(twins):
        twin = make_account(by, NOW, name=name, website=WEBSITE)
        if name != "Dockyard":  # which shares the website alone
            make_contact(twin, by, first_name="Ada", last_name=f"Stein {number}", email=EMAIL, phone=PHONE)
        ExternalId(account=twin, source=f"erp {owner.name} {number}", external_id=CALLED).save(force_insert=True)
    make_account(by, NOW, name="Bakery", lifecycle="prospect")
    first, last = PERSON
    contact = make_contact(account, by, first_name=first, last_name=last, email=EMAIL, phone=PHONE)
    make_contact(account, by, first_name=first, last_name=last)
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


def test_there_are_duplicates_to_be_listed(town: Town) -> None:
    listed = town.viewers["owner"].client.get("/accounts/duplicates/").content.decode()
    assert [listed.count(f">{name}</a>") for name in (SEEN, *TWINS)] == [4] * 5


@pytest.mark.parametrize("name", ["owner", "leader", "outsider", "token", "integration"])
def test_the_questions_are_answered(town: Town, name: str) -> None:
    """What is refused would hide nothing: only what is not for the role, or what nobody has, may be."""
    refused = {address: status for address, (status, _, _) in town.before(name).items() if status != 200}
    right = {"/census/": 403} if name in ("owner", "outsider") else {}
    assert refused == ({"/api/v1/accounts/by-external/crm/A-0": 404} if name in ("token", "integration") else right)
