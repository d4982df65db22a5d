"""How many queries each address takes: the same for 1, 3 and 30 rows, and within a budget.

The numbers are written down in tests/api/counts.py.
Each begins with the token, and the memberships and team trees of its user. Every call takes one more,
which is not written down: that which counts the call (tests/api/test_throttling.py).
"""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.list_state import ListState
from accounts.merging.accounts import merge_accounts
from accounts.models import (
    Account,
    AccountMember,
    AccountPair,
    Contact,
    ContactPair,
    ExternalId,
    Merge,
    SavedView,
    Segment,
)
from accounts.services.saved_views import Audience, save_view
from kam.api.models import Tombstone
from kam.core import clock
from kam.core.ids import uuid7
from kam.core.policy import METHODS
from kam.core.routes import walk_routes
from kam.exchange.models import ExportJob, ImportJob
from kam.people.models import Skill
from tests import factories
from tests.api.counts import LISTS, OBJECTS, WRITES
from tests.api.rows import V1, WHY, furnished
from tests.personas import People, api_client, make_token, make_user, principal
from touchpoints.models import CadencePolicy, CheckIn, StaleFlag, Touchpoint

pytestmark = pytest.mark.django_db
MOST_TO_READ, MOST_TO_WRITE = 11, 30
SIZES = (1, 3, 30)


@pytest.fixture
def api(people: People) -> Client:
    client = api_client(make_token(people.owner))
    client.get(f"{V1}/me")  # records the token's use, which happens once a minute
    return client


def counted(call: Callable[[], Any]) -> tuple[int, Any]:
    """Queries of a call, without its counting, and the savepoints that exist only because a test is a transaction."""
    with CaptureQueriesContext(
        connection,
    ) as found:
        answer = call()
    assert answer.status_code < 300, answer.content
    uncounted = ("SAVEPOINT", "api_ratewindow")
    return sum(not any(word in query["sql"] for word in uncounted) for query in found.captured_queries), answer


def listed(name: str) -> str:
    kind = name.removesuffix("-list")
    return f"/{kind[:-1]}ies" if kind.endswith("y") else f"/{kind}s"


def addresses(people: People) -> dict[str, str]:
    """Where each single object lies."""
    account, contact, touchpoint = furnished(people, 0)
    check_in = CheckIn.objects.all_for_system(**WHY).filter(account=account, status="open").get()
    flag = StaleFlag.objects.all_for_system(**WHY).filter(account=account, closed_at=None).get()
    job = ImportJob.objects.create(
        kind="accounts", file="f", filename="f", size_bytes=1, mapping={}, created_at=clock.now(),
        created_by=people.owner,
    )  # fmt: skip
    export = _some_export(people)
    named = {"source": "crm", "external_id": "seen"}
    ExternalId(account=account, **named).save(force_insert=True)
    for model, key in ((Contact, contact.pk), (Touchpoint, touchpoint.pk)):
        model.objects.all_for_system(**WHY).filter(pk=key).update(**named)
    return {
        **{f"{kind}-by-external": f"/{kind}s/by-external/crm/seen" for kind in ("account", "contact", "touchpoint")},
        "account-census": "/accounts/census",
        "search-list": "/search?q=customer",
        "dashboard-portfolio": "/dashboard/portfolio",
        "me": "/me",
        "import-detail": f"/imports/{job.pk}",
        "export-detail": f"/exports/{export.pk}",
        "account-detail": f"/accounts/{account.pk}",
        "account-health": f"/accounts/{account.pk}/health",
        "contact-detail": f"/contacts/{contact.pk}",
        "touchpoint-detail": f"/touchpoints/{touchpoint.pk}",
        "touchpoint-type-detail": f"/touchpoint-types/{touchpoint.type_id}",
        "channel-detail": f"/channels/{touchpoint.channel_id}",
        "reach-detail": f"/reach/{factories.make_reach(by=principal(people.owner)).pk}",
        "check-in-detail": f"/check-ins/{check_in.pk}",
        "stale-flag-detail": f"/stale-flags/{flag.pk}",
        "cadence-policy-detail": f"/cadence-policies/{CadencePolicy.objects.get(tier='A', purpose='operational').pk}",
        "segment-detail": f"/segments/{Segment.objects.create(name='Banks').pk}",
        "skill-detail": f"/skills/{Skill.objects.create(name='Talking').pk}",
        "team-detail": f"/teams/{people.north.pk}",
        "user-detail": f"/users/{people.owner.pk}",
        "saved-view-detail": f"/saved-views/{_some_view(people).pk}",
        "merge-detail": f"/merges/{_some_merge(account).pk}",
    }


def _some_export(people: People) -> ExportJob:
    return ExportJob.objects.create(
        kind="accounts", columns=["name"], format="csv", created_at=clock.now(), created_by=people.owner
    )


def _some_view(people: People, name: str = "Mine") -> SavedView:
    return save_view(
        by=principal(people.owner), name=name, state=ListState({"tier": "A"}), audience=Audience(), now=clock.now()
    )


def _some_merge(account: Account) -> Merge:
    named = {"kind": "account", "survivor_id": account.pk, "absorbed_id": uuid7(), "absorbed_name": "x"}
    return Merge.objects.create(account=account, merged_at=clock.now(), journal={}, **named)


def test_lists_take_the_same_queries_for_1_3_and_30_rows(people: People, api: Client) -> None:
    account = furnished(people, 0)[0]
    for number in range(1, 31):
        furnished(people, number)
        ImportJob.objects.create(
            kind="accounts", file="f", filename="f", size_bytes=1, mapping={}, created_at=clock.now(),
            created_by=people.owner,
        )  # fmt: skip
        _some_export(people)
        SavedView.objects.create(
            owner=people.owner, name=f"{number}", filters={"tier": "A"}, ordering="name", columns=["owner"],
            created_at=clock.now(), changed_at=clock.now(),
        )  # fmt: skip
        Tombstone(kind="contact", object_id=uuid7(), account_id=account.pk, deleted_at=clock.now()).save()
        factories.make_reach(by=principal(people.owner), campaign=f"{number}")
        for model in (Segment, Skill):
            model.objects.create(name=f"{number}")
        touchpoint = Touchpoint.objects.all_for_system(**WHY).filter(account=account).order_by("id")[0]
        touchpoint.pk, touchpoint._state.adding = None, True
        Touchpoint(account=account, type_id=touchpoint.type_id, channel_id=touchpoint.channel_id, direction="two_way",
                   initiative="direct", occurred_at=touchpoint.occurred_at).save(force_insert=True)  # fmt: skip
    paths = {name: listed(name) for name in LISTS}
    paths |= {"account-stale": "/accounts/stale", "account-timeline": f"/accounts/{account.pk}/timeline"}
    paths["reach-list"] = "/reach"
    paths |= _duplicates(people, account)
    paths["account-member-list"] = f"/accounts/{account.pk}/members"
    for number in range(31):
        AccountMember(account=account, user=make_user(f"Member {number}", team=people.north_one)).save()
    found: dict[str, Any] = {}
    for name, path in paths.items():
        counts = []
        for size in SIZES:
            number, answer = counted(lambda path=path, size=size: api.get(V1 + path, {"limit": size}))
            rows = len(answer.json()["results"])
            assert rows == size or (name in ("team-list", "user-list") and size == 30) or rows > 7, (name, rows)
            counts.append(number)
        found[name] = counts
    assert found == {name: [number] * len(SIZES) for name, number in LISTS.items()}
    assert max(LISTS.values()) <= MOST_TO_READ


def _duplicates(people: People, account: Account) -> dict[str, str]:
    """Where pairs and merges are listed, thirty and one of each."""
    others = Account.objects.visible_to(principal(people.owner)).exclude(pk=account.pk).order_by("pk")[:30]
    persons = [factories.make_contact(account) for _ in range(31)]
    # In a chain: an account that is like many others is in nobody's list.
    for (one, other), person in zip(pairwise([account, *others]), persons[1:], strict=False):
        first, second = sorted((one.pk, other.pk))
        AccountPair(account_id=first, other_id=second, score=50, reasons=["same_name"]).save(force_insert=True)
        first, second = sorted((persons[0].pk, person.pk))
        ContactPair(account=account, contact_id=first, other_id=second, score=50, reasons=[]).save(force_insert=True)
        Merge(
            account=account, kind="account", survivor_id=account.pk, absorbed_id=uuid7(), absorbed_name="x",
            merged_at=clock.now(), journal={},
        ).save(force_insert=True)  # fmt: skip
    return {f"{kind}-duplicate-list": f"/{kind}s/duplicates" for kind in ("account", "contact")}


def test_single_objects_take_few_queries(people: People, api: Client) -> None:
    found = {name: counted(lambda path=path: api.get(V1 + path))[0] for name, path in addresses(people).items()}
    assert found == OBJECTS
    assert max(OBJECTS.values()) <= MOST_TO_READ


def test_writes_take_few_queries(people: People, api: Client) -> None:
    where = addresses(people)
    admin = api_client(make_token(people.admin))
    admin.get(f"{V1}/me")
    furnished_account = Account.objects.all_for_system(**WHY).order_by("id")[0]
    account, contact = (where[f"{kind}-detail"].rpartition("/")[2] for kind in ("account", "contact"))
    bodies: dict[str, dict[str, Any]] = {
        "account-list": {"name": "New", "owner": str(people.owner.pk), "team": str(people.north_one.pk),
                         "parent": account, "external_ref": {"source": "crm", "external_id": "1"}},
        "account-detail": {"tier": "A", "parent": None},
        "contact-list": {"account": account, "last_name": "New"},
        "contact-detail": {"last_name": "Newer"},
        "touchpoint-list": {"account": account, "type": "check_in", "channel": "phone", "direction": "two_way",
                            "occurred_at": "2026-01-05T09:30:00Z", "contacts": [contact], "sentiment_end": 1,
                            "staff": [str(people.owner.pk), str(people.teammate.pk)],
                            "source": "crm", "external_id": "1"},
        "touchpoint-complete": {"occurred_at": "2026-01-05T09:30:00Z", "staff": [], "contacts": [], "sentiment_end": 1},
        "cadence-policy-list": {"purpose": "executive", "tier": "D", "ideal_days": 1, "maximum_days": 2},
        "cadence-policy-detail": {"ideal_days": 1},
        "reach-list": {"type": "advertising", "channel": "web", "occurred_on": "2026-01-05", "count": 5,
                       "source": "ads", "external_id": "1"},
        "reach-detail": {"type": "event", "count": 6},
        "touchpoint-cancel": {},
        "import-cancel": {},
        "export-list": {"kind": "accounts"},
        "touchpoint-no-show": {},
        "touchpoint-restore": {},
        "check-in-reschedule": {"due_on": "2150-01-04"},
        "check-in-skip": {"reason": "On leave"},
        "check-in-hand-over": {"to": str(people.teammate.pk)},
        "contact-reveal": {"reason": "Before the visit"},
        "account-reassign": {"ids": [account], "owner": str(people.teammate.pk)},
        "account-member": {"role": "executive_sponsor"},
    }  # fmt: skip
    where["touchpoint-bulk"] = "/touchpoints/bulk"
    bodies["touchpoint-bulk"] = {"items": [bodies["touchpoint-list"]]}
    of_merging, merging = _merging(people, account, contact)
    bodies |= of_merging
    for kind in ("account", "contact", "touchpoint"):
        where[f"{kind}-by-external"] = f"/{kind}s/by-external/crm/1"
        body = bodies[f"{kind}-list"]
        bodies[f"{kind}-by-external"] = {name: body[name] for name in body if name != "external_ref"}
    where["reach-list"] = "/reach"
    where |= {"account-reassign": "/accounts/reassign", "contact-reveal": f"/contacts/{contact}/reveal"}
    where |= {f"check-in-{act}": f"{where['check-in-detail']}/{act}" for act in ("reschedule", "skip", "hand-over")}
    where |= merging
    where |= {"import-cancel": f"{where['import-detail']}/cancel"}
    where |= {"account-member": f"/accounts/{account}/members/{people.teammate.pk}"}
    AccountMember(account_id=account, user=people.teammate, role="technical").save()
    bodies["touchpoint-detail"] = {
        "type": "sales_call", "channel": "email", "direction": "inbound", "occurred_at": "2026-01-05T09:30:00Z",
        "contacts": [str(factories.make_contact(furnished_account).pk)], "staff": [str(people.owner.pk)],
    }  # fmt: skip
    where |= _of_appointments(people, api, furnished_account)
    found = {}
    for method, name in WRITES:
        path = V1 + where.get(name, listed(name))
        client = admin if name.startswith("cadence") else api
        with transaction.atomic():
            number, _ = counted(
                lambda method=method, path=path, client=client, name=name: client.generic(
                    method, path, json.dumps(bodies[name]), "application/json", headers=_versioned(method, name)
                )
            )
            transaction.set_rollback(True)
        found[method, name] = number
    assert found == WRITES
    assert max(WRITES.values()) <= MOST_TO_WRITE


def _merging(people: People, account: str, contact: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Bodies and addresses of merging: something that looks like the account and the contact, and a merge to undo."""
    by, now = principal(people.owner), clock.now()
    twin, gone, left = (furnished(people, number)[0] for number in (1000, 1001, 1002))
    kept = Account.objects.visible_to(by).get(pk=account)
    person = factories.make_contact(kept)
    merge = merge_accounts(by=by, survivor=left, absorbed=gone, now=now)
    pairs = {
        "account": AccountPair(account_id=min(kept.pk, twin.pk), other_id=max(kept.pk, twin.pk), score=50),
        "contact": ContactPair(
            account=kept, contact_id=min(UUID(contact), person.pk), other_id=max(UUID(contact), person.pk), score=50
        ),
    }
    for pair in pairs.values():
        pair.save(force_insert=True)
    where = {f"{kind}-duplicate-dismiss": f"/{kind}s/duplicates/{pair.pk}/dismiss" for kind, pair in pairs.items()}
    where |= {"account-merge": f"/accounts/{account}/merge", "contact-merge": f"/contacts/{contact}/merge"}
    bodies = {
        "account-merge": {"absorb": str(twin.pk), "take": ["website"]},
        "contact-merge": {"absorb": str(person.pk)},
    }
    where |= {"merge-undo": f"/merges/{merge.pk}/undo"}
    return {**{name: {} for name in where}, **bodies}, where


def _versioned(method: str, name: str) -> dict[str, str]:
    """If-Match where it is taken."""
    acts = method == "POST" and name.startswith("touchpoint-") and name not in ("touchpoint-list", "touchpoint-bulk")
    takes = acts or name.endswith("-detail")
    return {"If-Match": '"1"'} if takes else {}


def _of_appointments(people: People, api: Client, account: Account) -> dict[str, str]:
    """An appointment whose time has come, and a touchpoint that was deleted."""
    past = clock.now() - timedelta(days=3)
    by = principal(people.owner)
    with_people = {"contacts": [factories.make_contact(account)], "staff": [people.teammate]}
    planned = factories.make_touchpoint(account, by=by, now=past, days_ago=-1, **with_people)
    gone = factories.make_touchpoint(account, by=by, days_ago=1, type="check_in", direction="two_way", **with_people)
    assert api.delete(f"{V1}/touchpoints/{gone.pk}").status_code == 204
    ends = {f"touchpoint-{name}": f"/touchpoints/{planned.pk}/{name}" for name in ("complete", "cancel", "no-show")}
    return {**ends, "touchpoint-restore": f"/touchpoints/{gone.pk}/restore"}


def test_every_address_is_counted() -> None:
    routes = [route for route in walk_routes() if route.is_api]
    gets = {("GET", route.name) for route in routes if "GET" in route.policy}
    assert {name for _, name in gets} == {*LISTS, *OBJECTS, "import-rejected", "export-file"}  # files, sent in pieces
    written = {(method, route.name) for route in routes for method in METHODS if method in route.policy} - gets
    counted_elsewhere = {("POST", "import-list")}  # a form with a file: test_imports.py
    assert written == set(WRITES) | counted_elsewhere
