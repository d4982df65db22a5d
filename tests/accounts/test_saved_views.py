"""Saved views: what they keep, to whom they are offered, and what of them a reader may use."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from accounts.columns import columns
from accounts.enums import Sharing
from accounts.list_state import ListState
from accounts.models import SavedView, StartView
from accounts.saved_views import saved_views, views_at_hand
from accounts.services.saved_views import Audience, change_view, delete_view, save_view
from kam.core import clock
from kam.core.errors import BadInput, Conflict, DomainError
from kam.exchange.exports.services import export_step
from kam.people.models import User
from kam.people.rules import NotAllowed
from tests.personas import Company, api_client, client_for, make_account, make_token, principal

URL = "/accounts/"
NOW = clock.now()
ALL = Audience(Sharing.EVERYBODY)


def save(by: User, name: str = "Mine", *, audience: Audience | None = None, **filters: str) -> SavedView:
    state = ListState(filters, "-health", ("health", "owner"))
    return save_view(by=principal(by), name=name, state=state, audience=audience or Audience(), now=NOW)


def tabs(user: User, query: str = "view=all") -> dict[str, Any]:
    page = client_for(user).get(f"{URL}?{query}")
    return {one.view.name: one for one in page.context["views"]}


def test_views_are_offered_to_whom_they_are_shared_with(company: Company) -> None:
    people = company.people
    save(people.owner, "Olga's own")
    save(people.owner, "North One's", audience=Audience(Sharing.TEAM, people.north_one))
    save(people.leader, "Everybody's", audience=ALL)
    save(people.leader, "Lars's own")
    offered = {
        name: [view.name for view in saved_views(principal(getattr(people, name)))]
        for name in ("owner", "teammate", "leader", "outsider", "sibling_leader", "admin")
    }
    assert offered == {
        "owner": ["Olga's own", "North One's", "Everybody's"],
        "teammate": ["Everybody's", "North One's"],
        "leader": ["Everybody's", "Lars's own", "North One's"],
        "outsider": ["Everybody's"],
        "sibling_leader": ["Everybody's"],
        "admin": ["Everybody's", "North One's"],
    }
    for name, views in offered.items():
        assert [view.name for view in views_at_hand(principal(getattr(people, name)))] == views, name


def test_tab_leads_to_the_list_as_it_was_saved(company: Company) -> None:
    view = save(company.people.owner, tier="A")
    query = tabs(company.people.owner)["Mine"].query
    assert query == urlencode({"view": view.pk, "tier": "A", "ordering": "-health", "columns": "health.owner"})
    page = client_for(company.people.owner).get(f"{URL}?{query}")
    assert [column.key for column in page.context["columns"]] == ["health", "owner"]
    assert (page.context["opened"].view, page.context["is_changed"], page.context["ordering"]) == (
        view,
        False,
        "-health",
    )
    assert client_for(company.people.owner).get(f"{URL}?{query}&lifecycle=active").context["is_changed"] is True


def test_filter_that_names_what_the_reader_does_not_see_is_left_out_with_a_word(company: Company) -> None:
    people = company.people
    save(people.leader, "Team", audience=ALL, owner=str(people.owner.pk), tier="A")
    SavedView.objects.update(columns=["health", "gone"], filters={"owner": str(people.owner.pk), "tier": "A", "x": "1"})
    page = client_for(people.outsider).get(f"{URL}?{tabs(people.outsider)['Team'].query}")
    assert page.context["opened"].left_out == ("Owner", "a filter", "a column")
    assert dict(page.context["state"].filters) == {"tier": "A"}
    text = page.content.decode()
    assert "Left out of this view" in text
    for secret in (str(people.owner.pk), "Olga Owner"):
        assert secret not in text


def test_a_shared_view_shares_no_rows(company: Company) -> None:
    view = save(company.people.leader, "All of them", audience=ALL)
    page = client_for(company.people.outsider).get(f"/accounts/views/{view.pk}/", follow=True)
    assert [row.account["name"] for row in page.context["page"].rows] == ["Canary Foreign GmbH"]


@pytest.mark.parametrize(
    ("filters", "code"),
    [({"tier": "Z"}, "unknown_filter"), ({"owner": "00000000-0000-0000-0000-000000000000"}, "unknown_filter")],
)
def test_filters_the_list_does_not_know_are_not_kept(company: Company, filters: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        save(company.people.owner, **filters)
    assert refused.value.code == code


def test_who_may_share_with_whom(company: Company) -> None:
    people = company.people
    with pytest.raises(DomainError, match="Leaders and administrators"):
        save(people.owner, audience=ALL)
    for team in (people.south_one, people.north):
        with pytest.raises(DomainError, match="teams you belong to"):
            save(people.owner, audience=Audience(Sharing.TEAM, team))
    assert save(people.leader, audience=Audience(Sharing.TEAM, people.north_one)).team == people.north_one


def test_only_its_maker_changes_a_view_and_an_administrator_a_shared_one(company: Company) -> None:
    people = company.people
    mine, shared = save(people.leader), save(people.leader, "Shared", audience=ALL)
    asked: dict[str, Any] = {"name": "New", "position": 2, "version": 1, "now": NOW}
    for by, view in ((people.owner, shared), (people.admin, mine)):
        with pytest.raises(NotAllowed):
            change_view(by=principal(by), view=view, audience=Audience(), **asked)
    change_view(by=principal(people.admin), view=shared, audience=ALL, **asked)
    with pytest.raises(Conflict):
        change_view(by=principal(people.leader), view=shared, audience=ALL, **asked)
    with pytest.raises(NotAllowed):
        delete_view(by=principal(people.owner), view=shared)


def test_name_is_taken_once_per_person(company: Company) -> None:
    save(company.people.owner)
    with pytest.raises(Conflict, match="already"):
        save(company.people.owner)
    save(company.people.teammate)


def test_list_is_saved_as_a_view_once_and_overwritten(company: Company) -> None:
    client = client_for(company.people.owner)
    form = client.get("/accounts/views/new/?tier=A&columns=owner.value").context["form"]
    sent = {"name": "A accounts", "share": "own", "tier": "A", "columns": "owner.value", "row": form["row"].value()}
    answers = [client.post("/accounts/views/new/", sent) for _twice in range(2)]
    view = SavedView.objects.get()
    assert {answer["Location"] for answer in answers} == {f"{URL}?view={view.pk}&tier=A&columns=owner.value"}
    assert (view.filters, view.ordering, view.columns) == ({"tier": "A"}, "name", ["owner", "value"])
    client.post(f"/accounts/views/{view.pk}/save/", {"tier": "B", "ordering": "-health"})
    view.refresh_from_db()
    assert (view.filters, view.ordering, view.version) == ({"tier": "B"}, "-health", 2)


def test_list_opens_with_the_start_view_and_all_is_still_there(company: Company) -> None:
    client, view = client_for(company.people.owner), save(company.people.owner, tier="A")
    client.post(f"/accounts/views/{view.pk}/start/", {"start": "1"})
    assert client.get(URL)["Location"].startswith(f"{URL}?view={view.pk}&tier=A")
    page = client.get(f"{URL}?view=all")
    assert (page.status_code, page.context["bare"], page.context["chips"]) == (200, f"{URL}?view=all", [])
    client.post(f"/accounts/views/{view.pk}/start/", {"start": "0"})
    assert (client.get(URL).status_code, StartView.objects.count()) == (200, 0)


def test_somebody_elses_view_is_not_there(company: Company) -> None:
    view = save(company.people.owner)
    client = client_for(company.people.teammate)
    for path in (f"/accounts/views/{view.pk}/", f"{URL}?view={view.pk}", f"/accounts/views/{view.pk}/edit/"):
        assert client.get(path).status_code == 404
    assert client.get(f"{URL}?view=nonsense").status_code == 400


@pytest.mark.parametrize("query", ["columns=secret", "columns=owner.nonsense", "column=x&column=y"])
def test_unknown_columns_are_refused(company: Company, query: str) -> None:
    assert client_for(company.people.owner).get(f"{URL}?{query}", follow=True).status_code == 400


def test_columns_form_becomes_one_parameter_in_its_order(company: Company) -> None:
    answer = client_for(company.people.owner).get(f"{URL}?tier=A&column=value&column=industry&column=owner")
    assert answer["Location"] == f"{URL}?tier=A&columns=value.industry.owner"


def test_queries_stay_within_the_budget_with_views_and_every_column(company: Company) -> None:
    people, counts = company.people, []
    client, query = client_for(people.leader), {"columns": ".".join(columns()), "team": str(people.north.pk)}
    for number in (1, 3):
        save(people.leader, f"View {number}", owner=str(people.owner.pk))
        make_account(f"More {number}", owner=people.owner, team=people.north_one)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL, query).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_program_reads_a_view_and_runs_it(company: Company) -> None:
    people = company.people
    make_account("Wide", owner=people.owner, team=people.north_one, tier="A")
    view = save(people.owner, tier="A")
    save(people.outsider, "Not shared")
    api = api_client(make_token(people.owner, scopes=["accounts:read"]))
    [listed] = api.get("/api/v1/saved-views").json()["results"]
    assert listed == api.get(f"/api/v1/saved-views/{view.pk}").json()
    assert {name: listed[name] for name in listed if name not in ("changed_at", "id")} == {
        "name": "Mine", "owner": str(people.owner.pk), "sharing": "own", "team": None, "filters": {"tier": "A"},
        "columns": ["name", "tier", "lifecycle", "health", "health_band", "owner", "owner_name"],
        "query": "tier=A&ordering=-health&columns=health.owner", "left_out": [],
    }  # fmt: skip
    asked = {"kind": "accounts", "filters": listed["filters"], "columns": listed["columns"]}
    job = api.post("/api/v1/exports", asked, content_type="application/json").json()
    export_step(job_id=job["id"], now=clock.now())
    rows = b"".join(api.get(f"/api/v1/exports/{job['id']}/file").streaming_content).decode("utf-8-sig").splitlines()
    assert [row.partition(",")[0] for row in rows] == ["name", "Wide"]


def test_program_reads_of_a_shared_view_what_it_may_use(company: Company) -> None:
    people = company.people
    view = save(people.leader, "Team", audience=ALL, owner=str(people.owner.pk), tier="A")
    answer = api_client(make_token(people.outsider)).get(f"/api/v1/saved-views/{view.pk}")
    assert (answer.json()["filters"], answer.json()["left_out"]) == ({"tier": "A"}, ["Owner"])
    assert str(people.owner.pk) not in answer.content.decode()
    own = save(people.leader)
    assert api_client(make_token(people.outsider)).get(f"/api/v1/saved-views/{own.pk}").status_code == 404
