"""Reach without a person: recorded once, corrected by anyone, removed by few, and of no account."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kam.audit.selectors import history_of
from kam.core import clock
from kam.core.errors import Conflict, DomainError
from kam.people.principal import Principal, principal_for
from kam.people.rules import NotAllowed
from tests.factories import make_reach
from tests.personas import Company, People, api_client, client_for, make_token
from touchpoints.models import Reach, TouchpointType
from touchpoints.reach import Period, Total, reach_in, totals_of
from touchpoints.services.catalogue import remove_entry
from touchpoints.services.reach import edit_reach, remove_reach

pytestmark = pytest.mark.django_db
NOW = clock.now()
TODAY = NOW.date()
BODY = {"type": "advertising", "channel": "web", "occurred_on": "2026-01-05", "count": 1200, "campaign": "Spring fair",
        "source": "ads", "external_id": "A-1"}  # fmt: skip


def call(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = "" if body is None else json.dumps(body)
    return client.generic(method, f"/api/v1{path}", data, "application/json", headers=headers)


def test_the_same_reach_of_a_source_is_recorded_once(people: People) -> None:
    api = api_client(make_token(people.integration))
    first, again = call(api, "POST", "/reach", BODY), call(api, "POST", "/reach", BODY)
    other = call(api, "POST", "/reach", BODY | {"count": 1201})
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert (other.status_code, other.json()["code"]) == (409, "external_id_taken")
    assert [row.pk for row in Reach.objects.all()] == [Reach.objects.get(external_id="A-1").pk]
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"count": 0}, "nobody_reached"),
        ({"days_ago": -2}, "in_future"),
        ({"external_id": "1"}, "source_missing"),
    ],
)
def test_what_cannot_have_been_is_refused(people: People, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        make_reach(principal_for(people.owner), **fields)
    assert (refused.value.code, Reach.objects.count()) == (code, 0)


def test_who_belongs_to_no_team_records_nothing(people: People) -> None:
    for by in (principal_for(people.newcomer), Principal.nobody()):
        with pytest.raises(NotAllowed):
            make_reach(by)


def test_an_edit_writes_what_differs_and_keeps_history(people: People) -> None:
    reach = make_reach(principal_for(people.owner), campaign="Sprnig", count=5)
    by = principal_for(people.outsider)
    same = edit_reach(by=by, now=NOW, reach=reach, changes={"count": 5, "campaign": "Sprnig "}, expected_version=1)
    assert same.version == 1
    edited = edit_reach(by=by, now=NOW, reach=reach, changes={"campaign": "Spring"}, expected_version=1)
    assert (edited.version, edited.campaign, len(history_of(reach))) == (2, "Spring", 1)
    with pytest.raises(Conflict) as refused:
        edit_reach(by=by, now=NOW, reach=reach, changes={"count": 6}, expected_version=1)
    assert refused.value.code == "stale_version"


def test_who_recorded_it_leaders_and_administrators_remove_it(people: People) -> None:
    for user, code in (
        (people.owner, None),
        (people.sibling_leader, None),
        (people.admin, None),
        (people.teammate, "not_yours"),
        (people.integration, "not_yours"),
    ):
        reach = make_reach(principal_for(people.owner))
        try:
            remove_reach(by=principal_for(user), reach=reach)
            found = None
        except DomainError as error:
            found = error.code
        assert (user.email, found, Reach.objects.filter(pk=reach.pk).exists()) == (user.email, code, code is not None)


def test_a_type_that_reach_bears_is_not_deleted(people: People) -> None:
    make_reach(principal_for(people.owner), type="publication")
    with pytest.raises(Conflict) as refused:
        remove_entry(by=principal_for(people.admin), entry=TouchpointType.objects.get(key="publication"))
    assert refused.value.code == "in_use"


def test_totals_add_up_the_campaigns_of_a_period(people: People) -> None:
    by = principal_for(people.owner)
    for campaign, days_ago, count in (("A", 0, 3), ("A", 9, 4), ("", 5, 2), ("B", 9, 6), ("A", 10, 100)):
        make_reach(by, campaign=campaign, days_ago=days_ago, count=count)
    found = totals_of(reach_in(Period(TODAY - timedelta(days=9), TODAY)))
    assert found.named == [Total("A", 7), Total("B", 6), Total("", 2)]
    assert (found.more, found.reached) == (0, 15)
    for number in range(8):
        make_reach(by, campaign=f"C{number}", count=10)
    found = totals_of(reach_in(Period(TODAY - timedelta(days=9), TODAY)))
    assert (len(found.named), found.more, found.reached) == (8, 3, 95)


def test_reach_touches_no_account(company: Company) -> None:
    account = company.account
    account.refresh_from_db()
    before = (account.last_touch_at, account.stale_at, account.health, account.version)
    make_reach(principal_for(company.people.owner), type="check_in", channel="phone")
    account.refresh_from_db()
    assert (account.last_touch_at, account.stale_at, account.health, account.version) == before


def test_the_api_narrows_by_campaign_type_and_days_and_compares_versions(people: People) -> None:
    by, api = principal_for(people.owner), api_client(make_token(people.owner))
    spring = make_reach(by, campaign="Spring", occurred_on=date(2026, 1, 5))
    fair = make_reach(by, campaign="Fair", type="event", occurred_on=date(2026, 1, 7))
    for query, rows in (
        ("", [fair, spring]),
        ("campaign=Spring", [spring]),
        ("type=event", [fair]),
        ("on_from=2026-01-06", [fair]),
        ("on_to=2026-01-05", [spring]),
        ("ordering=occurred_on", [spring, fair]),
    ):
        found = call(api, "GET", f"/reach?{query}").json()["results"]
        assert [row["id"] for row in found] == [str(row.pk) for row in rows], query
    path = f"/reach/{fair.pk}"
    assert call(api, "PATCH", path, {"count": 2}).status_code == 428
    edited = call(api, "PATCH", path, {"count": 2, "channel": "email"}, **{"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["ETag"], edited.json()["channel"]) == (200, '"2"', "email")
    assert call(api, "PATCH", path, {"count": 3}, **{"If-Match": '"1"'}).status_code == 412
    assert call(api, "PATCH", path, {"source": "x"}, **{"If-Match": '"2"'}).status_code == 400
    assert (call(api, "DELETE", path).status_code, call(api, "GET", path).status_code) == (204, 404)


def test_the_form_records_once_however_often_it_is_sent(people: People) -> None:
    client, page = client_for(people.owner), reverse("reach_list")
    shown = client.get(page).context["form"]
    sent = {
        "row": shown["row"].value(), "campaign": "Spring", "count": "12400", "occurred_on": TODAY.isoformat(),
        "type": "advertising", "channel": "web",
    }  # fmt: skip
    assert [client.post(page, sent).status_code for _ in range(2)] == [303, 303]
    reach = Reach.objects.get()
    assert (reach.campaign, reach.count, reach.created_by) == ("Spring", 12_400, people.owner)
    answer = client_for(people.outsider).get(page)
    assert "12,400" in answer.content.decode()
    stale = client.post(reverse("reach_edit", args=[reach.pk]), sent | {"count": "1", "version": "7"})
    assert (stale.status_code, Reach.objects.get().count) == (422, 12_400)
    assert client.post(reverse("reach_edit", args=[reach.pk]), sent | {"count": "1", "version": "1"}).status_code == 303
    assert (Reach.objects.get().count, Reach.objects.get().version) == (1, 2)


def test_a_period_that_is_none_is_refused(people: People) -> None:
    client, page = client_for(people.owner), reverse("reach_list")
    for query in ("on_from=x", "on_to=1800-01-01", "on_from=2026-02-01&on_to=2026-01-01", "cursor=x"):
        assert client.get(f"{page}?{query}").status_code == 400, query
    assert client.get(f"{page}?on_from=2025-01-01&on_to=2025-12-31&campaign=x").status_code == 200


def test_the_page_takes_few_queries_however_many_rows(people: People) -> None:
    client, by, found = client_for(people.owner), principal_for(people.owner), []
    client.get(reverse("reach_list"))
    for more in (1, 2):
        for number in range(more):
            make_reach(by, campaign=f"{more}-{number}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("reach_list")).status_code == 200
        found.append(len(queries))
    assert found[0] == found[1] <= 12


def test_the_form_offers_what_is_retired_only_where_it_is_borne(people: People) -> None:
    reach = make_reach(principal_for(people.owner), type="publication", channel="publication")
    TouchpointType.objects.filter(key="publication").update(is_active=False)
    client = client_for(people.owner)
    new = client.get(reverse("reach_list")).context["form"]
    edit = client.get(reverse("reach_edit", args=[reach.pk]))
    assert "publication" not in [one.key for one in new.fields["type"].queryset]
    assert edit.content.decode().count('<option value="publication" selected>') == 2
