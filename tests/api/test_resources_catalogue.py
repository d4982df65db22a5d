"""The catalogue and the cadence policies through the API."""

import pytest

from accounts.models import Segment
from kam.people.models import Skill
from kam.people.principal import Principal
from tests.api.rows import customer, refused, send
from tests.factories import make_touchpoint
from tests.personas import People, api_client, make_token
from touchpoints.models import CadencePolicy, TouchpointType
from touchpoints.services.catalogue import edit_type

pytestmark = pytest.mark.django_db
ADMIN = Principal.system("test")


def demo(**changes: object) -> TouchpointType:
    return edit_type(by=ADMIN, type=TouchpointType.objects.get(key="demo"), changes={}, **changes)


def test_type_says_how_it_is_done_what_it_needs_and_where_it_belongs(people: People) -> None:
    skill = Skill.objects.create(name="Presenting")
    type_ = edit_type(
        by=ADMIN,
        type=TouchpointType.objects.get(key="demo"),
        changes={"promise": "On time", "is_active": False},
        groups=["Sales", "Hosted"],
        skills=[skill],
    )
    api = api_client(make_token(people.owner))
    one = send(api, "GET", f"/touchpoint-types/{type_.pk}")
    said = {"promise": "On time", "is_active": False, "groups": ["Hosted", "Sales"], "version": 2}
    said["required_skills"] = [str(skill.pk)]
    assert {name: one.json()[name] for name in said} == said
    assert one.headers["ETag"] == '"2"'
    listed = send(api, "GET", "/touchpoint-types?limit=200").json()["results"]
    assert [row for row in listed if row["key"] == "demo"] == [one.json()]
    assert send(api, "GET", f"/skills/{skill.pk}").json() == {"id": str(skill.pk), "name": "Presenting"}


def test_groups_filter_types_and_touchpoints(people: People) -> None:
    demo(groups=["Sales", "Hosted"])
    account = customer(people, "Acme")
    wanted = make_touchpoint(account, type="demo")
    make_touchpoint(account, type="sales_call")
    api = api_client(make_token(people.owner))
    for name in ("sales", "Hosted"):
        assert [one["key"] for one in send(api, "GET", f"/touchpoint-types?group={name}").json()["results"]] == ["demo"]
        found = send(api, "GET", f"/touchpoints?group={name}").json()["results"]
        assert [one["id"] for one in found] == [str(wanted.pk)]
    assert send(api, "GET", "/touchpoints?group=other").json()["results"] == []


def test_administrator_makes_changes_and_removes_a_policy(people: People) -> None:
    segment = Segment.objects.create(name="Banks")
    api = api_client(make_token(people.admin))
    body = {"purpose": "operational", "segment": str(segment.pk), "ideal_days": 5, "maximum_days": 9}
    made = send(api, "POST", "/cadence-policies", body)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert {**made.json(), "id": 0} == {**body, "id": 0, "tier": "", "working_days": [1, 2, 3, 4, 5], "version": 1}
    again = send(api, "POST", "/cadence-policies", body)
    assert (again.status_code, again.json()["code"]) == (409, "policy_there")
    path = f"/cadence-policies/{made.json()['id']}"
    assert send(api, "PATCH", path, {"maximum_days": 8}).status_code == 428
    edited = send(api, "PATCH", path, {"maximum_days": 8, "working_days": [5, 1]}, If_Match='"1"')
    assert edited.json() == {**made.json(), "maximum_days": 8, "working_days": [1, 5], "version": 2}
    assert send(api, "PATCH", path, {"maximum_days": 7}, If_Match='"1"').status_code == 412
    assert send(api, "PATCH", path, {"maximum_days": 4}, If_Match='"2"').json()["code"] == "maximum_out_of_range"
    assert refused(send(api, "PATCH", path, {"tier": "A"}, If_Match='"2"')) == [("/tier", "given_once")]
    found = send(api, "GET", f"/cadence-policies?segment={segment.pk}").json()["results"]
    assert found == [edited.json()]
    assert send(api, "DELETE", path).status_code == 204
    assert not CadencePolicy.objects.filter(segment=segment).exists()


def test_others_read_policies_and_change_none(people: People) -> None:
    api = api_client(make_token(people.leader))
    policy = send(api, "GET", "/cadence-policies?tier=A&purpose=operational").json()["results"][0]
    assert (policy["ideal_days"], policy["maximum_days"], policy["version"]) == (14, 30, 1)
    path = f"/cadence-policies/{policy['id']}"
    assert send(api, "PATCH", path, {"ideal_days": 3}, If_Match='"1"').status_code == 403
    assert send(api, "DELETE", path).status_code == 403
