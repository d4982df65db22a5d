"""/touchpoints: correct, plan, tell what became of it, delete, restore."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kam.core import clock
from tests import factories
from tests.api.rows import V1, WHY, furnished, refused, send
from tests.personas import Company, People, api_client, make_token, principal
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db


def appointment(company: Company, **more: Any) -> dict[str, Any]:
    moment = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    return {
        "account": str(company.account.pk), "type": "business_review", "channel": "meeting", "status": "planned",
        "occurred_at": moment.isoformat().replace("+00:00", "Z"), "subject": "Q4", **more,
    }  # fmt: skip


def patch(api: Client, key: str, body: Any, version: int | None = 1) -> Any:
    headers = {} if version is None else {"If_Match": f'"{version}"'}
    return send(api, "PATCH", f"/touchpoints/{key}", body, **headers)


def test_a_correction_moves_what_follows(people: People, api: Client) -> None:
    account, _, touchpoint = furnished(people, 1)
    moment = (clock.now() - timedelta(hours=1)).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    other = factories.make_contact(account)
    answer = patch(api, touchpoint.pk, {"occurred_at": moment, "contacts": [str(other.pk)], "handoffs": 2})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    body = answer.json()
    assert {name: body[name] for name in ("occurred_at", "contacts", "handoffs", "staff", "version")} == {
        "occurred_at": moment, "contacts": [str(other.pk)], "handoffs": 2, "staff": [str(people.teammate.pk)],
        "version": 2,
    }  # fmt: skip
    assert api.get(f"{V1}/touchpoints/{touchpoint.pk}").json() == body
    found = api.get(f"{V1}/accounts/{account.pk}").json()
    assert (found["last_touch_at"], found["is_stale"]) == (moment, False)


def test_corrections_name_the_version_they_know(people: People, api: Client) -> None:
    touchpoint = furnished(people, 1)[2]
    assert patch(api, touchpoint.pk, {"subject": "X"}, None).status_code == 428
    assert patch(api, touchpoint.pk, {"subject": "X"}, 7).status_code == 412
    assert patch(api, touchpoint.pk, {"subject": "X"}).status_code == 200
    assert patch(api, touchpoint.pk, {"subject": "Y"}).status_code == 412


@pytest.mark.parametrize("name", ["account", "source", "external_id", "status"])
def test_what_says_which_touchpoint_it_is_stays(people: People, api: Client, name: str) -> None:
    account, _, touchpoint = furnished(people, 1)
    value = {"account": str(account.pk), "status": "completed"}.get(name, "x")
    answer = patch(api, touchpoint.pk, {name: value})
    assert (answer.status_code, refused(answer)) == (400, [(f"/{name}", "read_only")])


def test_a_touchpoint_of_a_colleague_is_not_ours_to_correct(company: Company, api: Client) -> None:
    one = send(api, "POST", "/touchpoints", appointment(company)).json()
    teammate = api_client(make_token(company.people.teammate))
    answers = [patch(teammate, one["id"], {"subject": "Mine"})]
    answers += [send(teammate, "POST", f"/touchpoints/{one['id']}/{name}") for name in ("complete", "cancel")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "not_yours")] * 3


def test_an_appointment_is_planned_and_told(company: Company, api: Client) -> None:
    made = send(api, "POST", "/touchpoints", appointment(company))
    one = made.json()
    assert (made.status_code, one["status"], one["planned_for"]) == (201, "planned", one["occurred_at"])
    assert api.get(f"{V1}/accounts/{company.account.pk}").json()["last_touch_at"] is None
    done = send(api, "POST", f"/touchpoints/{one['id']}/complete", {"sentiment_end": 2}, If_Match='"1"')
    body = done.json()
    assert (done.status_code, done.headers["ETag"], body["status"], body["sentiment_end"]) == (
        200,
        '"2"',
        "completed",
        2,
    )
    assert body["planned_for"] == one["planned_for"] > body["occurred_at"]
    assert api.get(f"{V1}/accounts/{company.account.pk}").json()["last_touch_at"] == body["occurred_at"]
    again = send(api, "POST", f"/touchpoints/{one['id']}/complete", {})
    assert (again.status_code, again.json()["code"]) == (409, "not_planned")


def test_actions_compare_the_version_they_are_given(company: Company, api: Client) -> None:
    one = send(api, "POST", "/touchpoints", appointment(company)).json()
    assert send(api, "POST", f"/touchpoints/{one['id']}/cancel", {}, If_Match='"2"').status_code == 412
    assert send(api, "POST", f"/touchpoints/{one['id']}/cancel", {"why": "ill"}).status_code == 400
    assert send(api, "POST", f"/touchpoints/{one['id']}/complete", {"account": one["account"]}).status_code == 400
    assert send(api, "POST", f"/touchpoints/{one['id']}/no-show").json()["code"] == "in_future"
    cancelled = send(api, "POST", f"/touchpoints/{one['id']}/cancel", If_Match='"1"')
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")


def test_a_list_is_narrowed_to_a_status_or_a_matter(company: Company, api: Client) -> None:
    send(api, "POST", "/touchpoints", appointment(company, episode="case 1"))
    factories.make_touchpoint(company.account, days_ago=1, subject="Done", episode="case 2")

    def subjects(**query: str) -> list[str]:
        return [row["subject"] for row in api.get(f"{V1}/touchpoints", query).json()["results"]]

    assert [subjects(status="planned"), subjects(status="completed"), subjects(status="no_show")] == [
        ["Q4"],
        ["Done"],
        [],
    ]
    assert [subjects(episode="case 1"), subjects(episode="case 2")] == [["Q4"], ["Done"]]
    assert api.get(f"{V1}/touchpoints", {"status": "nonsense"}).status_code == 400


def test_deleted_it_can_be_restored_under_its_id(people: People, api: Client) -> None:
    account, contact, touchpoint = furnished(people, 1)
    path = f"/touchpoints/{touchpoint.pk}"
    before = api.get(V1 + path).json()
    assert send(api, "DELETE", path).status_code == 204
    assert send(api, "POST", f"{path}/restore").status_code == 200
    after = api.get(V1 + path).json()
    assert {**after, "changed_at": ""} == {**before, "changed_at": "", "version": before["version"] + 1}
    assert after["contacts"] == [str(contact.pk)]
    outsider = api_client(make_token(people.outsider))
    send(api, "DELETE", path)
    assert send(outsider, "POST", f"{path}/restore").status_code == 404
    assert not Touchpoint.objects.all_for_system(**WHY).exists()


def test_deleting_and_restoring_compare_the_version_they_are_given(people: People, api: Client) -> None:
    path = f"/touchpoints/{furnished(people, 1)[2].pk}"
    assert send(api, "DELETE", path, If_Match='"2"').status_code == 412
    assert send(api, "DELETE", path, If_Match="*").status_code == 412
    assert send(api, "DELETE", path, If_Match='"1"').status_code == 204
    assert send(api, "POST", f"{path}/restore", If_Match='"2"').status_code == 412
    back = send(api, "POST", f"{path}/restore", If_Match='"1"')
    assert (back.status_code, back.headers["ETag"]) == (200, '"2"')
    assert send(api, "POST", f"{path}/restore", If_Match='"1"').status_code == 412
    assert send(api, "POST", f"{path}/restore").headers["ETag"] == '"2"'


def test_deleting_reach_and_policies_compares_the_version_it_is_given(people: People) -> None:
    admin = api_client(make_token(people.admin))
    policy = admin.get(f"{V1}/cadence-policies").json()["results"][0]
    reach = factories.make_reach(by=principal(people.owner))
    for path in (f"/cadence-policies/{policy['id']}", f"/reach/{reach.pk}"):
        current = admin.get(V1 + path).headers["ETag"]
        statuses = [send(admin, "DELETE", path, If_Match=tag).status_code for tag in ('"99"', current)]
        assert statuses == [412, 204]
