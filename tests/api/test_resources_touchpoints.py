"""/touchpoints, /check-ins, /stale-flags, /accounts/stale and the catalogue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, AccountMember, ExternalId
from kam.core import clock
from tests import factories
from tests.api.rows import V1, WHY, alike, customer, furnished, pages, refused, send
from tests.personas import Company, People, api_client, make_token
from touchpoints.models import Channel, CheckIn, StaleFlag, Touchpoint, TouchpointType

pytestmark = pytest.mark.django_db
MISSING = "01890000-0000-7000-8000-000000000000"


def support_case(company: Company, **more: Any) -> dict[str, Any]:
    return {
        "account": str(company.account.pk), "type": "support_case", "channel": "phone", "direction": "inbound",
        "occurred_at": "2026-01-22T09:30:00+01:00", "subject": "Pump", "notes": "Leaks\n again", "sentiment_start": -1,
        "sentiment_end": 1, "expectation": "met", "source": "helpdesk", "external_id": "T-4711",
        "episode": "case 4711", **more,
    }  # fmt: skip


def test_touchpoint_logged_is_touchpoint_read(company: Company, api: Client) -> None:
    contact = factories.make_contact(company.account)
    body = support_case(company, contacts=[str(contact.pk)], staff=[str(company.people.teammate.pk)])
    answer = send(api, "POST", "/touchpoints", body)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    created = answer.json()
    assert created.pop("created") is True
    server_says = {"id", "status", "initiative", "version", "created_at", "changed_at", "duration_minutes", "next_step",
                   "planned_for", "handoffs", "wait_minutes", "resolved_first_contact"}  # fmt: skip
    assert set(created) == set(body) | server_says
    assert {name: created[name] for name in body} == body | {"occurred_at": "2026-01-22T08:30:00Z"}
    assert (created["status"], created["version"]) == ("completed", 1)
    assert api.get(f"{V1}/touchpoints/{created['id']}").json() == created
    assert api.get(f"{V1}/touchpoints").json()["results"] == [created]


def test_same_source_and_external_id_is_the_same_touchpoint(company: Company, api: Client) -> None:
    first = send(api, "POST", "/touchpoints", support_case(company))
    again = send(api, "POST", "/touchpoints", support_case(company))
    assert (first.status_code, first.json().pop("created")) == (201, True)
    assert again.status_code == 200
    assert again.json() == first.json() | {"created": False}
    other = send(api, "POST", "/touchpoints", support_case(company, subject="Valve"))
    assert (other.status_code, other.json()["code"]) == (409, "external_id_taken")
    contact = factories.make_contact(company.account)
    for people in ({"contacts": [str(contact.pk)]}, {"staff": [str(company.people.leader.pk)]}):
        assert send(api, "POST", "/touchpoints", support_case(company, **people)).status_code == 409
    assert Touchpoint.objects.all_for_system(**WHY).count() == 1


def test_external_id_of_an_invisible_touchpoint_tells_nothing_of_it(company: Company, api: Client) -> None:
    outsider = api_client(make_token(company.people.outsider))
    theirs = support_case(company, account=str(company.foreign_account.pk), subject="Secret pump")
    assert send(outsider, "POST", "/touchpoints", theirs).status_code == 201
    answer = send(api, "POST", "/touchpoints", support_case(company))
    assert answer.status_code == 409
    assert b"Secret" not in answer.content
    assert str(company.foreign_account.pk).encode() not in answer.content


def test_account_ref_names_the_account(company: Company, api: Client) -> None:
    for account, name in ((company.account, "A-17"), (company.foreign_account, "F-1")):
        ExternalId(account=account, source="crm", external_id=name).save(force_insert=True)
    body = support_case(company)
    del body["account"]
    answers = [
        send(api, "POST", "/touchpoints", body | {"account_ref": {"source": "crm", "external_id": name}})
        for name in ("A-17", "F-1", "nothing")
    ]
    assert (answers[0].status_code, answers[0].json()["account"]) == (201, str(company.account.pk))
    assert refused(answers[1]) == [("/account_ref", "does_not_exist")]
    assert alike(answers[1]) == alike(answers[2])
    both = support_case(company) | {"account_ref": {"source": "crm", "external_id": "A-17"}}
    assert refused(send(api, "POST", "/touchpoints", both)) == [("/account", "account_missing")]
    assert refused(send(api, "POST", "/touchpoints", body)) == [("/account", "account_missing")]


@pytest.mark.parametrize(("field", "pointer"), [("account", "/account"), ("contacts", "/contacts/0")])
def test_ids_of_others_do_not_exist(company: Company, api: Client, field: str, pointer: str) -> None:
    foreign = factories.make_contact(company.foreign_account)
    keys = {"account": str(company.foreign_account.pk), "contacts": [str(foreign.pk)]}
    missing = {"account": MISSING, "contacts": [MISSING]}
    answers = [send(api, "POST", "/touchpoints", support_case(company, **{field: k[field]})) for k in (keys, missing)]
    assert [refused(answer) for answer in answers] == [[(pointer, "does_not_exist")]] * 2
    assert alike(answers[0]) == alike(answers[1])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"occurred_at": (clock.now() + timedelta(hours=1)).isoformat()}, 422, "in_future"),
        ({"source": ""}, 422, "source_missing"),
        ({"type": "nonsense"}, 400, "does_not_exist"),
        ({"channel": "nonsense"}, 400, "does_not_exist"),
        ({"sentiment_end": 3}, 400, "max_value"),
        ({"subjekt": "x"}, 400, "unknown_field"),
        ({"status": "cancelled"}, 400, "invalid_choice"),
        ({"status": "planned"}, 422, "in_past"),
        ({"handoffs": 32_768}, 400, "max_value"),
        ({"contacts": [MISSING] * 201}, 400, "max_length"),
    ],
)
def test_touchpoint_that_cannot_be_is_refused(company: Company, api: Client, change, status: int, code: str) -> None:
    answer = send(api, "POST", "/touchpoints", support_case(company, **change))
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert code in {body["code"], *(fault["code"] for fault in body.get("errors", []))}
    assert not Touchpoint.objects.all_for_system(**WHY).exists()


def test_logging_closes_check_in_and_flag_and_deleting_opens_them_again(people: People, api: Client) -> None:
    account, _, _ = furnished(people, 1)
    path = f"{V1}/accounts/{account.pk}"
    before = api.get(path).json()
    check_in = api.get(f"{V1}/check-ins", {"account": str(account.pk), "status": "open"}).json()["results"]
    flag = api.get(f"{V1}/stale-flags", {"account": str(account.pk), "open": "true"}).json()["results"]
    assert (before["is_stale"], len(check_in), len(flag)) == (True, 1, 1)

    moment = (clock.now() - timedelta(hours=1)).replace(microsecond=0)
    body = {"account": str(account.pk), "type": "check_in", "channel": "phone", "direction": "two_way",
            "occurred_at": moment.isoformat(), "sentiment_end": 2}  # fmt: skip
    logged = send(api, "POST", "/touchpoints", body).json()
    after = api.get(path).json()
    assert (after["is_stale"], after["last_touch_at"]) == (False, moment.isoformat().replace("+00:00", "Z"))
    assert after["health"] > (before["health"] or 0)
    assert after["version"] == before["version"]
    closed = api.get(f"{V1}/stale-flags/{flag[0]['id']}").json()
    assert (closed["closed_by_touchpoint"], closed["closed_at"] is None) == (logged["id"], False)
    done = api.get(f"{V1}/check-ins/{check_in[0]['id']}").json()
    assert (done["fulfilled_by"], done["status"] != "open") == (logged["id"], True)

    assert send(api, "DELETE", f"/touchpoints/{logged['id']}").status_code == 204
    assert api.get(f"{V1}/touchpoints/{logged['id']}").status_code == 404
    reversed_ = api.get(path).json()
    for name in ("is_stale", "stale_at", "last_touch_at", "health", "health_band"):
        assert reversed_[name] == before[name], name
    again = api.get(f"{V1}/stale-flags", {"account": str(account.pk), "open": "true"}).json()["results"]
    assert again == [flag[0] | {"changed_at": again[0]["changed_at"]}]
    again = api.get(f"{V1}/check-ins", {"account": str(account.pk), "status": "open"}).json()["results"]
    assert again == [check_in[0] | {"changed_at": again[0]["changed_at"]}]


def test_touchpoint_of_a_colleague_is_not_ours_to_delete(company: Company, api: Client) -> None:
    logged = send(api, "POST", "/touchpoints", support_case(company)).json()
    teammate = api_client(make_token(company.people.teammate))
    answer = send(teammate, "DELETE", f"/touchpoints/{logged['id']}")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_yours")
    outsider = api_client(make_token(company.people.outsider))
    assert send(outsider, "DELETE", f"/touchpoints/{logged['id']}").status_code == 404
    assert api.get(f"{V1}/touchpoints/{logged['id']}").status_code == 200


@pytest.mark.parametrize("ordering", ["-occurred_at", "occurred_at", "changed_at"])
def test_every_page_walk_meets_every_touchpoint_once(people: People, api: Client, ordering: str) -> None:
    account = customer(people, "Alpha")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    made = [factories.make_touchpoint(account, occurred_at=moment + timedelta(days=n // 2)) for n in range(7)]
    walked = list(pages(api, "/touchpoints", ordering=ordering, limit=3))
    assert [len(page) for page in walked] == [3, 3, 1]
    found = [row for page in walked for row in page]
    assert sorted(row["id"] for row in found) == sorted(str(row.pk) for row in made)
    values = [row[ordering.removeprefix("-")] for row in found]
    assert values == sorted(values, reverse=ordering.startswith("-"))


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ({"type": "sales_call"}, ["new"]),
        ({"channel": "email"}, ["old"]),
        ({"direction": "inbound"}, ["old"]),
        ({"occurred_from": "2026-02-01T00:00:00Z"}, ["new"]),
        ({"occurred_to": "2026-02-01T00:00:00Z"}, ["old"]),
    ],
)
def test_touchpoints_are_narrowed(people: People, api: Client, query: dict[str, str], subjects: list[str]) -> None:
    account = customer(people, "Alpha")
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    factories.make_touchpoint(
        account, type="support_case", channel="email", direction="inbound", occurred_at=old, subject="old"
    )
    factories.make_touchpoint(account, direction="outbound", occurred_at=new, subject="new")
    assert [row["subject"] for row in api.get(f"{V1}/touchpoints", query).json()["results"]] == subjects


def test_check_ins_and_flags_have_the_shape_of_the_contract(people: People, api: Client) -> None:
    account, _, _ = furnished(people, 1)
    check_in = CheckIn.objects.all_for_system(**WHY).get(status="open")
    [row] = api.get(f"{V1}/check-ins", {"status": "open"}).json()["results"]
    assert row == {
        "id": str(check_in.pk), "account": str(account.pk), "purpose": "operational", "source": "cadence",
        "source_id": "operational", "period_on": check_in.period_on.isoformat(), "due_on": check_in.due_on.isoformat(),
        "status": "open", "closed_at": None, "closed_by": None, "fulfilled_by": None,
        "assigned_to": None, "rescheduled_on": None, "reschedule_reason": "", "skip_reason": "",
        "changed_at": row["changed_at"],
    }  # fmt: skip
    assert api.get(f"{V1}/check-ins/{check_in.pk}").json() == row
    for name, day, found in (("due_from", 0, 1), ("due_from", 1, 0), ("due_to", 0, 1), ("due_to", -1, 0)):
        query = {"status": "open", name: (check_in.due_on + timedelta(days=day)).isoformat()}
        assert len(api.get(f"{V1}/check-ins", query).json()["results"]) == found
    flag = StaleFlag.objects.all_for_system(**WHY).get(closed_at=None)
    [row] = api.get(f"{V1}/stale-flags", {"open": "true"}).json()["results"]
    assert set(row) == {
        "id", "account", "purpose", "anchor_at", "stale_at", "opened_at", "closed_at", "closed_by_touchpoint",
        "escalation", "escalated_at", "changed_at",
    }  # fmt: skip
    assert (row["id"], row["closed_at"]) == (str(flag.pk), None)
    assert api.get(f"{V1}/stale-flags/{flag.pk}").json() == row


@pytest.mark.parametrize(
    ("kind", "model", "fields"),
    [
        ("channels", Channel, {"id", "key", "name", "mode", "default_direction", "is_active", "position", "version"}),
        (
            "touchpoint-types",
            TouchpointType,
            {
                *("id", "key", "name", "phase", "default_initiative", "moment_of_truth", "counts_for", "groups"),
                *("customer_expects", "promise", "procedure", "decides_alone", "escalates_to", "required_skills"),
                *("is_active", "position", "version"),
            },
        ),
    ],
)
def test_catalogue_is_listed_whole(api: Client, kind: str, model: Any, fields: set[str]) -> None:
    for ordering in ("position", "key"):
        rows = [row for page in pages(api, f"/{kind}", ordering=ordering, limit=3) for row in page]
        assert len(rows) == model.objects.count() > 3
        assert {frozenset(row) for row in rows} == {frozenset(fields)}
        assert sorted(rows, key=lambda row: row["key"]) == rows or ordering == "position"
    assert api.get(f"{V1}/{kind}/{rows[0]['id']}").json() == rows[0]


# Stale


def silent(people: People) -> list[Account]:
    """Touched 200, 100 and 10 days before 2026-09-30, and one of which nothing is known."""
    until = datetime(2026, 9, 30, tzinfo=UTC)
    accounts = [customer(people, f"Silent {days}", customer_since=None) for days in (200, 100, 10, 0)]
    for account, days in zip(accounts[:3], (200, 100, 10), strict=True):
        factories.make_touchpoint(
            account, occurred_at=until - timedelta(days=days), type="check_in", direction="two_way"
        )
    return accounts


def test_stale_has_the_shape_of_the_contract(company: Company, api: Client) -> None:
    accounts = silent(company.people)
    body = api.get(f"{V1}/accounts/stale", {"as_of": "2026-09-30T00:00:00Z", "max_days": "90"}).json()
    assert list(body) == ["as_of", "max_days", "count", "next", "results"]
    assert (body["as_of"], body["max_days"], body["count"], body["next"]) == ("2026-09-30T00:00:00Z", 90, 2, None)
    assert body["results"][0] == {
        "id": str(accounts[0].pk),
        "name": "Silent 200",
        "last_touch_at": "2026-03-14T00:00:00Z",
        "days_since": 200,
    }
    assert [row["days_since"] for row in body["results"]] == [200, 100]


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"max_days": "99"}, [200, 100]),
        ({"max_days": "100"}, [200]),  # strictly longer
        ({"max_days": "0"}, [200, 100, 10]),
        ({"max_days": "36500"}, []),
        ({"max_days": "0", "purpose": "operational"}, [200, 100, 10]),
    ],
)
def test_stale_counts_strictly_longer_silence(people: People, api: Client, query: dict, days: list[int]) -> None:
    silent(people)
    for as_of in ("2026-09-30", "2026-09-30T02:00:00+02:00"):
        body = api.get(f"{V1}/accounts/stale", {"as_of": as_of, **query}).json()
        assert ([row["days_since"] for row in body["results"]], body["count"]) == (days, len(days))


def test_stale_pages_meet_every_account_once_the_unknown_last(company: Company, api: Client) -> None:
    silent(company.people)
    query = {"as_of": "2026-09-30", "max_days": "0", "include_never": "true", "limit": "2"}
    walked = list(pages(api, "/accounts/stale", **query))
    days = [row["days_since"] for page in walked for row in page]
    # Alpha Works of the company and the silent one without a date: nothing is known of either.
    assert ([len(page) for page in walked], days) == ([2, 2, 1], [200, 100, 10, None, None])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of", "x"), ("as_of", "1899-12-31"), ("as_of", "2200-01-01"), ("as_of", "0001-01-01T00:00:00+14:00"),
        ("as_of", "9999-12-31T23:59:59-14:00"), ("as_of", "2026-09-30T00:00:00 02:00"), ("max_days", "-1"),
        ("max_days", "36501"), ("max_days", "9" * 5000), ("max_days", "1.5"), ("max_days", ""), ("max_days", "٣"),
        ("purpose", "relationship"), ("purpose", ""), ("include_never", "yes"), ("limit", "0"), ("limit", "201"),
        ("cursor", "x"), ("ordering", "name"), ("maxdays", "1"),
    ],
)  # fmt: skip
def test_stale_refuses_what_it_does_not_understand(api: Client, name: str, value: str) -> None:
    assert [pointer for pointer, _ in refused(api.get(f"{V1}/accounts/stale", {name: value}))] == [f"/{name}"]


@pytest.mark.parametrize("naive", ["2026-01-22T09:30:00", "2026-01-22T09:30"])
def test_moment_needs_its_offset(company: Company, api: Client, naive: str) -> None:
    """Half the world would be hours off."""
    body = {"account": str(company.account.pk), "type": "sales_call", "channel": "phone", "occurred_at": naive}
    assert refused(send(api, "POST", "/touchpoints", body)) == [("/occurred_at", "no_offset")]
    assert send(api, "POST", "/touchpoints", body | {"occurred_at": naive + "+01:00"}).status_code == 201


@pytest.mark.parametrize(
    ("act", "body"), [("reschedule", {"due_on": "2150-01-05"}), ("skip", {"reason": "Closed"}), ("hand-over", None)]
)
def test_decision_about_a_check_in_answers_what_is_stored(people: People, api: Client, act: str, body: Any) -> None:
    account = furnished(people, 1)[0]
    AccountMember(account=account, user=people.teammate).save()
    [before] = api.get(f"{V1}/check-ins", {"status": "open"}).json()["results"]
    path = f"/check-ins/{before['id']}"
    refusal = send(api, "POST", f"{path}/{act}", body or {"to": str(people.teammate.pk)}, If_Match='"1"')
    assert refused(refusal) == [("/If-Match", "not_compared")]
    answer = send(api, "POST", f"{path}/{act}", body or {"to": str(people.teammate.pk)})
    assert (answer.status_code, answer.json()) == (200, api.get(V1 + path).json())
    assert answer.json()["changed_at"] > before["changed_at"]
