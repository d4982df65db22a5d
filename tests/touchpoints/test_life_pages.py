"""The pages of a touchpoint's life: correct, plan, tell what became of it, delete and bring back, its matter."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.registry import registry
from kam.core import clock
from kam.people.models import User
from tests.factories import make_contact, make_touchpoint, make_user
from tests.personas import SYSTEM, Company, client_for, principal
from touchpoints.episodes import Episode, episode_of
from touchpoints.models import Touchpoint
from touchpoints.services.amending import amend_touchpoint

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def web(company: Company) -> Client:
    return client_for(company.people.owner)


def logged(company: Company, **fields: Any) -> Touchpoint:
    usual = {"days_ago": 3, "type": "check_in", "staff": [company.people.owner]}
    return make_touchpoint(company.account, by=principal(company.people.owner), **usual | fields)


def appointment(company: Company, **fields: Any) -> Touchpoint:
    return logged(company, **{"days_ago": -1} | fields)


def overdue(company: Company) -> Touchpoint:
    return appointment(company, now=clock.now() - timedelta(days=2), days_ago=-1)


def typed(touchpoint: Touchpoint, **changes: Any) -> dict[str, Any]:
    return {
        "type": "check_in", "channel": "phone", "direction": "two_way", "version": touchpoint.version,
        "when": touchpoint.occurred_at.strftime("%Y-%m-%d %H:%M"),
        "staff": [str(user.pk) for user in touchpoint.staff.all()], **changes,
    }  # fmt: skip


def reread(touchpoint: Touchpoint) -> Touchpoint:
    return Touchpoint.objects.visible_to(SYSTEM).get(pk=touchpoint.pk)


def test_the_form_is_filled_with_what_is_recorded(web: Client, company: Company) -> None:
    ann = make_contact(company.account)
    one = logged(company, contacts=[ann], subject="Pump", sentiment_end=-1, resolved_first_contact=False, handoffs=2)
    for headers in ({}, HTMX):
        form = web.get(f"/touchpoints/{one.pk}/edit/", headers=headers).context["form"]
        assert [form[name].value() for name in ("subject", "sentiment_end", "resolved_first_contact", "handoffs")] == [
            "Pump", -1, "no", 2
        ]  # fmt: skip
        assert (form["contacts"].value(), form.type_chosen.key, form.channel_chosen.key) == (
            [ann.pk],
            "check_in",
            "phone",
        )
        assert form.has_more


def test_a_correction_keeps_the_very_moment_and_whoever_took_part(web: Client, company: Company) -> None:
    """Somebody who is no colleague of the person's, as one who left their teams, stays among those who took part."""
    stranger: User = make_user()
    one = logged(company, staff=[company.people.owner, stranger])
    answer = web.post(f"/touchpoints/{one.pk}/edit/", typed(one, subject="Better", episode="case 1"), headers=HTMX)
    assert (answer.status_code, "kam:saved" in answer.headers["HX-Trigger"]) == (200, True)
    found = reread(one)
    assert (found.subject, found.episode, found.version) == ("Better", "case 1", 2)
    assert found.occurred_at == one.occurred_at
    assert set(found.staff.all()) == {company.people.owner, stranger}


def test_a_new_time_is_read_like_that_of_the_dialog(web: Client, company: Company) -> None:
    one = logged(company)
    assert web.post(f"/touchpoints/{one.pk}/edit/", typed(one, when="2026-01-14 10:00")).status_code == 302
    assert reread(one).occurred_at.isoformat() == "2026-01-14T10:00:00+00:00"


def test_who_was_slower_sees_both_and_may_write_over(web: Client, company: Company) -> None:
    one = logged(company, subject="Old")
    amend_touchpoint(by=SYSTEM, now=clock.now(), touchpoint=one, subject="Theirs")
    address = f"/touchpoints/{one.pk}/edit/"
    answer = web.post(address, typed(one, subject="Mine"))
    assert answer.status_code == 422
    differences = [(d.label, d.theirs, d.mine) for d in answer.context["overtaken"].differences]
    assert differences == [("Subject", "Theirs", "Mine")]
    assert reread(one).subject == "Theirs"
    assert web.post(address, typed(one, subject="Mine", over=2)).status_code == 302
    assert reread(one).subject == "Mine"


@pytest.mark.parametrize(
    "change", [{"when": "tomorrow 10:00"}, {"when": "some day"}, {"version": ""}, {"handoffs": "-1"}]
)
def test_a_correction_that_cannot_be_is_told(web: Client, company: Company, change: dict[str, Any]) -> None:
    one = logged(company)
    answer = web.post(f"/touchpoints/{one.pk}/edit/", typed(one, subject="Kept", **change), headers=HTMX)
    assert (answer.status_code, 'value="Kept"' in answer.text) == (422, True)
    assert reread(one).version == 1


def test_a_time_to_come_makes_an_appointment(web: Client, company: Company) -> None:
    account = company.account
    fields = {"account": str(account.pk), "type": "check_in", "channel": "phone", "when": "tomorrow 15:00"}
    follows = web.get("/touchpoints/log/follows/", fields)
    assert "Still to come" in follows.text
    answer = web.post("/touchpoints/log/", fields | {"token": str(uuid.uuid4())}, headers=HTMX)
    assert answer.status_code == 200
    assert "Planned for Alpha Works." in answer.text
    one = Touchpoint.objects.visible_to(SYSTEM).get()
    assert (one.status, one.occurred_at.hour) == ("planned", 15)
    page = web.get(f"/accounts/{account.pk}/")
    lines = next(panel for panel in page.context["panels"] if panel.key == "appointments")
    assert lines
    assert registry.next_touches(SYSTEM, [account.pk]) == {account.pk: one.occurred_at.date()}


def test_what_became_of_an_appointment_is_asked_from_its_time_on(web: Client, company: Company) -> None:
    offered = {}
    for name, ahead in (("tomorrow", timedelta(days=1)), ("an hour ago", -timedelta(hours=1))):
        made_at = clock.now() - timedelta(hours=2)
        at, staff = clock.now() + ahead, [company.people.owner]
        one = make_touchpoint(company.account, now=made_at, occurred_at=at, status="planned", staff=staff)
        text = web.get(f"/accounts/{company.account.pk}/").content.decode()
        offered[name] = [f"/touchpoints/{one.pk}/{act}/" in text for act in ("complete", "no-show", "cancel", "edit")]
    assert offered == {"tomorrow": [False, False, True, True], "an hour ago": [True] * 4}


def test_an_appointment_is_completed_in_the_dialog_and_that_undone(web: Client, company: Company) -> None:
    one = overdue(company)
    form = web.get(f"/touchpoints/{one.pk}/complete/").context["form"]
    assert form["when"].value() == one.occurred_at.strftime("%Y-%m-%d %H:%M")
    answer = web.post(f"/touchpoints/{one.pk}/complete/", typed(one, sentiment_end="2"), headers=HTMX)
    assert f'action="/touchpoints/{one.pk}/reopen/"' in answer.text
    done = reread(one)
    assert (done.status, done.occurred_at, done.sentiment_end) == ("completed", one.occurred_at, 2)
    assert web.post(f"/touchpoints/{one.pk}/reopen/", headers=HTMX).status_code == 200
    assert (reread(one).status, reread(one).sentiment_end) == ("planned", None)


def test_completed_before_its_time_it_took_place_now(web: Client, company: Company) -> None:
    one = appointment(company)
    form = web.get(f"/touchpoints/{one.pk}/complete/").context["form"]
    assert form["when"].value() == ""
    assert web.post(f"/touchpoints/{one.pk}/complete/", typed(one, when="")).status_code == 302
    assert reread(one).occurred_at < one.occurred_at


@pytest.mark.parametrize(("action", "status"), [("cancel", "cancelled"), ("no-show", "no_show")])
def test_what_did_not_take_place_stands_on_the_timeline(
    web: Client, company: Company, action: str, status: str
) -> None:
    one = overdue(company)
    answer = web.post(f"/touchpoints/{one.pk}/{action}/", headers=HTMX)
    assert f"/touchpoints/{one.pk}/reopen/" in answer.text
    assert reread(one).status == status
    assert reread(one).get_status_display() in web.get(f"/accounts/{company.account.pk}/").text


def test_a_deleted_touchpoint_is_offered_back_on_the_next_page(web: Client, company: Company) -> None:
    one = logged(company)
    page = web.post(f"/touchpoints/{one.pk}/undo/", follow=True)
    assert f'action="/touchpoints/{one.pk}/restore/"' in page.text
    assert web.post(f"/touchpoints/{one.pk}/restore/", headers=HTMX).status_code == 200
    assert reread(one).version == 2


def test_who_logged_for_another_is_named(web: Client, company: Company) -> None:
    people = company.people
    logged(company, staff=[people.teammate])
    page = web.get(f"/accounts/{company.account.pk}/")
    assert f"{people.teammate.name}, logged by {people.owner.name}" in page.text
    own = logged(company)
    amend_touchpoint(by=SYSTEM, now=clock.now(), touchpoint=own, subject="Mine")
    assert web.get(f"/accounts/{company.account.pk}/").text.count("logged by") == 1


def test_only_those_who_may_are_offered_to_edit(company: Company) -> None:
    one = logged(company)
    for who, may in {"owner": True, "leader": True, "teammate": False}.items():
        client = client_for(getattr(company.people, who))
        for address in (f"/accounts/{company.account.pk}/", f"/touchpoints/{one.pk}/"):
            assert (f"/touchpoints/{one.pk}/edit/" in client.get(address).text) is may, (who, address)


# Episodes


def matter(company: Company, *staffed: list[User], name: str = "case 1", **fields: Any) -> list[Touchpoint]:
    count = len(staffed)
    return [logged(company, days_ago=count - n, staff=us, episode=name, **fields) for n, us in enumerate(staffed)]


def test_an_episode_counts_its_hands(company: Company) -> None:
    people = company.people
    ann, bob = people.owner, people.teammate
    first, *_, last = matter(company, [ann], [ann, bob], [bob], [ann], wait_minutes=5)
    logged(company, staff=[bob], episode="case 2", handoffs=9)
    found = episode_of(company.account, "case 1")
    assert found == Episode(4, first.occurred_at, last.occurred_at, 1, 20)
    assert found.elapsed == last.occurred_at - first.occurred_at
    amend_touchpoint(by=SYSTEM, now=clock.now(), touchpoint=last, handoffs=2)
    assert episode_of(company.account, "case 1").handovers == 3


def test_an_episode_of_appointments_has_no_span(company: Company) -> None:
    appointment(company, episode="case 1")
    found = episode_of(company.account, "case 1")
    assert (found.count, found.began_at, found.elapsed) == (0, None, timedelta(0))


def test_the_page_of_an_episode_lists_it_in_order(web: Client, company: Company) -> None:
    name = "case 1/2 & more?"
    made = matter(company, *[[company.people.owner]] * 3, name=name)
    other = logged(company, subject="Other matter")
    address = f"/touchpoints/{made[1].pk}/episode/"
    page = web.get(address)
    assert [entry.id for entry in page.context["entries"]] == [one.pk for one in made]
    assert "Other matter" not in page.text
    assert f"/touchpoints/{made[0].pk}/episode/" in web.get(f"/touchpoints/{made[0].pk}/").text
    assert web.get(f"/touchpoints/{other.pk}/episode/").status_code == 404
    assert client_for(company.people.outsider).get(address).status_code == 404


# Queries


def _queries(web: Client, method: str, address: str, data: Any = None) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(web, method)(address, data or {}, headers=HTMX)
    assert answer.status_code == 200, answer.status_code
    return sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries)


def test_query_counts_are_constant(web: Client, company: Company) -> None:
    counts: list[dict[str, int]] = []
    for _ in range(2):
        contacts = [make_contact(company.account) for _ in range(3)]
        one = logged(company, episode="case 1", contacts=contacts[:1])
        due = overdue(company)
        people = {"contacts": [str(contact.pk) for contact in contacts[1:]], "when": "2026-01-14 10:00"}
        counts.append({
            "edit page": _queries(web, "get", f"/touchpoints/{one.pk}/edit/"),
            "episode": _queries(web, "get", f"/touchpoints/{one.pk}/episode/"),
            "edit": _queries(web, "post", f"/touchpoints/{one.pk}/edit/", typed(one, **people)),
            "complete": _queries(web, "post", f"/touchpoints/{due.pk}/complete/", typed(due, sentiment_end="1")),
        })  # fmt: skip
    assert counts[0] == counts[1]
    assert max(counts[0]["edit page"], counts[0]["episode"]) <= 12
    assert max(counts[0]["edit"], counts[0]["complete"]) <= 30
