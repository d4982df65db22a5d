"""Stance and private notes: for few, with a reason, leaving a record, and nowhere else."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Contact, SensitiveRead
from accounts.sensitive import FIELDS, reads_sensitive
from accounts.services.contacts import edit_contact
from accounts.services.sensitive import NotForYou, edit_sensitive, reveal
from kam.audit.selectors import history_of
from kam.core import clock
from kam.core.errors import BadInput, NotVisible
from tests.factories import make_contact
from tests.personas import Company, api_client, client_for, make_token, principal

pytestmark = pytest.mark.django_db
WHY = {"reason": "tests"}
SECRET = "Their son is ill"
SEES = ("owner", "teammate", "leader", "admin", "integration")


@pytest.fixture
def contact(company: Company) -> Contact:
    return make_contact(company.account, principal(company.people.owner), stance=-2, private_notes=SECRET)


def reads() -> list[tuple[Any, ...]]:
    rows = SensitiveRead.objects.all_for_system(**WHY).order_by("id")
    return list(rows.values_list("by__name", "contact", "reason", "fields"))


def test_rule(company: Company, contact: Contact) -> None:
    may = {name: reads_sensitive(principal(getattr(company.people, name)), company.account) for name in SEES}
    assert may == {"owner": True, "teammate": False, "leader": True, "admin": True, "integration": False}
    assert FIELDS == ("stance", "private_notes")


def test_a_reveal_shows_the_fields_and_records_who_what_when_and_why(company: Company, contact: Contact) -> None:
    now = clock.now()
    shown = reveal(by=principal(company.people.leader), contact=contact, reason=" The  renewal ", now=now)
    assert shown == {"stance": -2, "private_notes": SECRET, "version": contact.version}
    assert reads() == [("Lena Leader", contact.pk, "The renewal", ["stance", "private_notes"])]
    assert SensitiveRead.objects.all_for_system(**WHY).get().read_at == now


@pytest.mark.parametrize(
    ("name", "reason", "error"),
    [
        ("teammate", "x", NotForYou),
        ("integration", "x", NotForYou),
        ("outsider", "x", NotVisible),
        ("owner", " ", BadInput),
    ],
)
def test_a_refused_reveal_shows_and_records_nothing(
    company: Company, contact: Contact, name: str, reason: str, error: type[Exception]
) -> None:
    by = principal(getattr(company.people, name))
    with pytest.raises(error):
        reveal(by=by, contact=contact, reason=reason, now=clock.now())
    assert reads() == []


def test_whoever_may_not_read_it_does_not_write_it_either(company: Company, contact: Contact) -> None:
    with pytest.raises(NotForYou):
        edit_sensitive(by=principal(company.people.teammate), contact=contact, changes={"private_notes": "x"})
    edit_sensitive(by=principal(company.people.owner), contact=contact, changes={"private_notes": "x", "stance": None})
    contact.refresh_from_db()
    assert (contact.private_notes, contact.stance, contact.version) == ("x", None, 2)


def test_history_says_that_it_changed_and_not_what_it_said(company: Company, contact: Contact) -> None:
    by = principal(company.people.owner)
    edit_sensitive(by=by, contact=contact, changes={"private_notes": "x"})
    edit_contact(by=by, contact=contact, changes={"job_title": "Head"})
    events = history_of(contact, events=Contact.pgh_event_model.objects.visible_to(by))
    assert [event.version for event in events] == [3, 2]
    assert set(FIELDS) & {field.name for field in Contact.pgh_event_model._meta.concrete_fields} == set()


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_page_asks_for_the_reason_and_then_shows(company: Company, contact: Contact) -> None:
    client, address = client_for(company.people.owner), f"/contacts/{contact.pk}/private/"
    assert SECRET not in page(client, address)
    assert client.post(address, {"reason": " "}).status_code == 422
    assert reads() == []
    answer = client.post(address, {"reason": "The renewal"})
    assert (answer.status_code, SECRET in answer.content.decode()) == (200, True)
    assert "no-store" in answer.headers["Cache-Control"]
    form = {"stance": "1", "private_notes": "All is well", "version": contact.version}
    saved = client.post(f"{address}edit/", form)
    assert saved.status_code == 303
    contact.refresh_from_db()
    assert (contact.stance, contact.private_notes) == (1, "All is well")
    for user in (company.people.owner, company.people.teammate):
        assert "The renewal" in page(client_for(user), f"/accounts/{company.account.pk}/reads/")


def test_an_edit_that_was_overtaken_keeps_both(company: Company, contact: Contact) -> None:
    client, address = client_for(company.people.owner), f"/contacts/{contact.pk}/private/"
    seen = client.post(address, {"reason": "The renewal"}).context["shown"]["version"].value()
    leader = principal(company.people.leader)
    edit_sensitive(by=leader, contact=contact, changes={"private_notes": "Faster"}, version=seen)
    late = client.post(f"{address}edit/", {"private_notes": "Slower", "version": seen})
    assert (late.status_code, "Slower" in late.text, "no-store" in late.headers["Cache-Control"]) == (422, True, True)
    assert client.post(f"{address}edit/", {"private_notes": "Blind"}).status_code == 422
    contact.refresh_from_db()
    assert contact.private_notes == "Faster"


def test_panel_offers_it_to_those_who_may(company: Company, contact: Contact) -> None:
    address = f"/contacts/{contact.pk}/private/"
    offered = {
        name: address in page(client_for(getattr(company.people, name)), f"/accounts/{company.account.pk}/")
        for name in SEES
    }
    assert offered == {"owner": True, "teammate": False, "leader": True, "admin": True, "integration": False}


def ask(client: Client, contact: Contact, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/contacts/{contact.pk}/reveal", body, content_type="application/json")


def test_api_reveals_with_a_scope_of_its_own(company: Company, contact: Contact) -> None:
    reading = api_client(make_token(company.people.owner, scopes=["contacts:read", "contacts:write"]))
    assert ask(reading, contact, {"reason": "x"}).status_code == 403
    client = api_client(make_token(company.people.owner, scopes=["contacts:reveal"]))
    assert ask(client, contact, {"reason": " "}).status_code == 400
    assert ask(client, contact, {}).status_code == 400
    answer = ask(client, contact, {"reason": "The renewal"})
    assert (answer.status_code, answer.json()) == (200, {"stance": -2, "private_notes": SECRET})
    assert ask(api_client(make_token(company.people.teammate)), contact, {"reason": "x"}).status_code == 403
    assert [row[:3] for row in reads()] == [("Olga Owner", contact.pk, "The renewal")]


def test_api_has_neither_field_nor_filter_nor_order_elsewhere(company: Company, contact: Contact) -> None:
    client = api_client(make_token(company.people.admin))
    one = client.get(f"/api/v1/contacts/{contact.pk}").json()
    assert set(FIELDS) & set(one) == set()
    assert set(FIELDS) & set(client.get("/api/v1/contacts").json()["results"][0]) == set()
    for query in ({"stance": "1"}, {"ordering": "stance"}, {"private_notes": "x"}, {"fields": "stance"}):
        assert client.get("/api/v1/contacts", query).status_code == 400
    body = {"account": str(company.account.pk), "last_name": "New", "stance": 1}
    assert client.post("/api/v1/contacts", body, content_type="application/json").status_code == 400
    assert client.get("/api/v1/contacts", {"search": "son is ill"}).json()["results"] == []
