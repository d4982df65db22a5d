"""POST /touchpoints/bulk: the rules of POST /touchpoints, many times, in as many statements as for one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, HealthDirty
from kam.people.principal import principal_for
from tests import personas
from tests.api.test_resources_queries import counted
from tests.factories import make_account, make_contact
from tests.personas import SYSTEM, Company, api_client, make_token
from touchpoints.models import CheckIn, Touchpoint
from touchpoints.services import bulk
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db
URL = "/api/v1/touchpoints/bulk"


@pytest.fixture
def api(company: Company) -> Client:
    client = api_client(make_token(company.people.owner))
    client.get("/api/v1/me")  # records the token's use, which happens once a minute
    return client


def item(company: Company, number: int = 1, **changes: Any) -> dict[str, Any]:
    said = {"account": str(company.account.pk), "type": "check_in", "channel": "phone", "direction": "two_way",
            "occurred_at": f"2026-01-{1 + number % 28:02}T09:30:00Z", "subject": f"Call {number}",
            "source": "crm", "external_id": f"T{number}"}  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value is not None}


def send(api: Client, items: list[Any], status: int = 200, **more: Any) -> Any:
    answer = api.post(URL, {"items": items, **more}, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def ends(answer: dict[str, Any]) -> list[tuple[int, str | None]]:
    assert [one["index"] for one in answer["items"]] == list(range(len(answer["items"])))
    return [(one["status"], one["problem"] and one["problem"]["code"]) for one in answer["items"]]


def stored() -> int:
    return Touchpoint.objects.visible_to(SYSTEM).count()


def test_each_item_ends_as_post_would_end_it(company: Company, api: Client) -> None:
    foreign = str(company.foreign_account.pk)
    answer = send(
        api,
        [
            item(company, 1),
            item(company, 2, account=foreign),
            item(company, 3, type="séance"),
            item(company, 4, occurred_at="2127-01-05T09:30:00Z"),
            item(company, 5, colour="red"),
            "no object",
            item(company, 6, source=None),
            item(company, 7, account=None),
            item(company, 1),
            item(company, 1, subject="Another"),
        ],
    )
    assert ends(answer) == [
        (201, None),
        (400, "invalid"),
        (400, "invalid"),
        (422, "in_future"),
        (400, "invalid"),
        (400, "invalid"),
        (422, "source_missing"),
        (400, "account_missing"),
        (200, None),
        (409, "external_id_taken"),
    ]
    assert stored() == 1
    assert answer["items"][0]["id"] == answer["items"][8]["id"]
    assert answer["items"][1]["problem"]["errors"] == [
        {"pointer": "/account", "code": "does_not_exist", "detail": "does not exist"}
    ]


@pytest.mark.parametrize("case", ["account", "type", "channel", "contacts", "staff", "account_ref", "notes", "status"])
def test_refusals_are_those_of_a_single_post(company: Company, api: Client, case: str) -> None:
    wrong = {
        "account": "00000000-0000-0000-0000-000000000000", "type": "séance", "channel": 7, "notes": "x" * 20_001,
        "contacts": [str(make_contact(company.foreign_account).pk)], "staff": ["x"], "status": "gone",
        "account_ref": {"source": "crm", "external_id": "nobody"},
    }[case]  # fmt: skip
    body = item(company, 1, **{case: wrong}, **({"account": None} if case == "account_ref" else {}))
    single = api.post("/api/v1/touchpoints", body, content_type="application/json")
    (one,) = send(api, [body])["items"]
    told = {name: value for name, value in single.json().items() if name not in ("instance", "request_id")}
    assert single.status_code == one["status"] >= 400
    assert {name: value for name, value in one["problem"].items() if name in told} == told


def test_what_follows_from_a_touchpoint_follows(company: Company, api: Client) -> None:
    contact = make_contact(company.account)
    company.account.tier = "A"
    company.account.save()
    HealthDirty.objects.all().delete()
    send(api, [item(company, n, contacts=[str(contact.pk)]) for n in (1, 20, 3)])
    company.account.refresh_from_db()
    assert str(company.account.last_touch_at) == "2026-01-21 09:30:00+00:00"
    assert CheckIn.objects.visible_to(SYSTEM).filter(status="open").count() >= 1
    assert reconcile([company.account.pk], now=company.account.changed_at).total == 0
    assert list(HealthDirty.objects.values_list("account_id", flat=True)) == [company.account.pk]
    for touchpoint in Touchpoint.objects.visible_to(SYSTEM):
        assert [one.pk for one in touchpoint.contacts.all()] == [contact.pk]
        assert [one.pk for one in touchpoint.staff.all()] == [company.people.owner.pk]
        assert touchpoint.created_by_id == company.people.owner.pk


def test_sent_again_changes_nothing(company: Company, api: Client) -> None:
    items = [item(company, n) for n in range(5)]
    first, again = send(api, items), send(api, items)
    assert ends(first) == [(201, None)] * 5 and ends(again) == [(200, None)] * 5
    assert [one["id"] for one in first["items"]] == [one["id"] for one in again["items"]]
    assert stored() == 5


def test_an_id_of_an_invisible_touchpoint_is_taken_and_no_more_is_said(company: Company, api: Client) -> None:
    theirs = api_client(make_token(company.people.outsider))
    send(theirs, [item(company, 1, account=str(company.foreign_account.pk))])
    (one,) = send(api, [item(company, 1)])["items"]
    assert (one["status"], one["problem"]["code"], one["id"]) == (409, "external_id_taken", None)
    assert one["problem"]["detail"] == "This source and external id are in use already."


@pytest.mark.parametrize("wrong", [{"type": "séance"}, {"occurred_at": "2127-01-05T09:30:00Z"}, {"external_id": "T1"}])
def test_atomic_is_all_or_nothing_and_says_which(company: Company, api: Client, wrong: dict[str, Any]) -> None:
    answer = send(api, [item(company, 1), item(company, 2, **wrong)], status=400, atomic=True)
    assert [error["pointer"] for error in answer["errors"]] == [f"/items/1/{next(iter(wrong))}"]
    assert stored() == 0
    assert ends(send(api, [item(company, 1), item(company, 2)], atomic=True)) == [(201, None)] * 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"items": []}, "/items"), ({"items": [{}] * 501}, "/items"), ({}, "/items"), ({"items": {}}, "/items"),
     ({"items": [{}], "more": 1}, "/more")],
)  # fmt: skip
def test_a_wrong_envelope_is_refused(api: Client, body: dict[str, Any], pointer: str) -> None:
    answer = api.post(URL, body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == pointer


def test_an_account_merged_away_meanwhile_is_not_found_and_keeps_no_other_out(
    company: Company, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = personas.make_account("Gone", owner=company.people.owner, team=company.people.north_one)
    real = bulk.lock_accounts

    def late(account_ids: Any) -> int:
        Account.objects.visible_to(SYSTEM).filter(pk=gone.pk).delete()
        return real(account_ids)

    monkeypatch.setattr(bulk, "lock_accounts", late)
    answer = send(api, [item(company, 1), item(company, 2, account=str(gone.pk)), item(company, 3)])
    assert ends(answer) == [(201, None), (404, "not_found"), (201, None)]
    assert stored() == 2


def test_an_idempotency_key_repeats_the_answer(company: Company, api: Client) -> None:
    def again() -> Any:
        body = {"items": [item(company, 1, source=None, external_id=None)]}
        return api.post(URL, body, content_type="application/json", headers={"Idempotency-Key": "one"})

    assert again().content == again().content and stored() == 1


def test_a_token_that_may_not_write_touchpoints_is_refused(company: Company) -> None:
    reader = api_client(make_token(company.people.owner, scopes=["touchpoints:read"]))
    send(reader, [item(company)], status=403)


def test_bodies_up_to_five_mib_are_read(company: Company, api: Client) -> None:
    long = [item(company, n, notes="x" * 19_000) for n in range(200)]  # 3.6 MiB
    assert ends(send(api, long)) == [(201, None)] * 200
    send(api, [item(company, n, notes="x" * 19_000) for n in range(300)], status=413)


def test_the_number_of_queries_does_not_grow_with_the_items(company: Company, api: Client) -> None:
    contact, others = (
        make_contact(company.account),
        [make_account(by=principal_for(company.people.owner)) for _ in range(30)],
    )

    def items(numbers: range) -> list[dict[str, Any]]:
        return [
            item(company, n, account=str(others[n % 30].pk), staff=[str(company.people.owner.pk)]) for n in numbers
        ] + [item(company, n + 1000, contacts=[str(contact.pk)]) for n in numbers]

    def queries(numbers: range) -> int:
        call: Callable[[], Any] = lambda: api.post(URL, {"items": items(numbers)}, content_type="application/json")  # noqa: E731
        return counted(call)[0]

    assert queries(range(1)) == queries(range(10, 40)) <= 30
    assert queries(range(1)) == queries(range(10, 40)) <= 30  # sent again, and compared
