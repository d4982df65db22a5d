"""Settings › Audit: who changed what, in words."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import UUIDField
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Contact
from accounts.services.accounts import edit_account
from accounts.services.sensitive import edit_sensitive, reveal
from kam.audit.changes import Asked, Change, changes
from kam.audit.context import recorded
from kam.audit.kinds import Kind, kinds
from kam.audit.names import names_of, relations
from kam.core import clock
from kam.people.models import Membership, Team, User
from tests.factories import make_contact
from tests.personas import SYSTEM, Company, People, client_for, principal

pytestmark = pytest.mark.django_db
PAGE = "/settings/audit/"


@pytest.fixture
def company(company: Company) -> Company:
    """Without what became of people while the company was made."""
    for model in (User, Membership):
        model.pgh_event_model.objects.all().delete()  # type: ignore[attr-defined]
    return company


def rename(company: Company, name: str, industry: str = "") -> None:
    by = principal(company.people.owner)
    with recorded(via="web", by=by):
        changes = {"name": name, "industry": industry}
        edit_account(by=by, now=clock.now(), account=company.account, changes=changes, version=None)
    company.account.refresh_from_db()


def told(client: Client, **query: str) -> list[Change]:
    return client.get(PAGE, query).context["page"].rows


def test_changes_of_every_kind_are_told_in_words_the_newest_first(company: Company) -> None:
    contact = make_contact(company.account, principal(company.people.owner), last_name="Ito")
    rename(company, "Beta Works")
    Contact.objects.visible_to(SYSTEM).filter(pk=contact.pk).update(buying_roles=["sponsor"], last_name="Ito-Berg")
    rename(company, "Gamma Works", "Steel")
    beta = Account.pgh_event_model.objects.visible_to(SYSTEM).filter(name="Beta Works")
    beta.update(pgh_created_at=clock.now() - timedelta(hours=1))  # else all happened in one transaction, at once
    changes = told(client_for(company.people.admin))
    assert [(c.who, c.via, str(c.kind), c.what) for c in changes] == [
        ("Olga Owner", "Page", "Account", "Gamma Works"),
        ("unknown", "", "Contact", f"{contact.first_name} Ito-Berg".strip() + " · Gamma Works"),
        ("Olga Owner", "Page", "Account", "Beta Works"),
    ]
    assert [c.fields for c in changes] == [
        [("Name", "Beta Works", "Gamma Works"), ("Industry", "–", "Steel")],
        [("Last name", "Ito", "Ito-Berg"), ("Buying roles", "–", "Sponsor")],
        [("Name", "Alpha Works", "Beta Works")],
    ]
    assert [c.url for c in changes] == [
        f"/accounts/{company.account.pk}/",
        f"/contacts/{contact.pk}/edit/",
        f"/accounts/{company.account.pk}/",
    ]


def test_what_a_row_points_to_is_called_by_its_name_and_what_is_gone_leads_nowhere(company: Company) -> None:
    people, doomed = company.people, Team.objects.create(name="Doomed")
    Account.objects.visible_to(SYSTEM).filter(pk=company.account.pk).update(owner=people.teammate, team=doomed)
    Account.objects.visible_to(SYSTEM).filter(pk=company.account.pk).update(team=people.north_one)
    Team.objects.filter(pk=doomed.pk).update(name="Gone")
    Team.objects.filter(pk=doomed.pk).delete()
    [back, handed, deleted, renamed] = told(client_for(people.admin))
    assert handed.fields == [
        ("Owner", people.owner.name, people.teammate.name),
        ("Team", people.north_one.name, "something that is gone"),
    ]
    assert back.fields == [("Team", "something that is gone", people.north_one.name)]
    assert [(c.word, c.what, c.url) for c in (deleted, renamed)] == [("delete", "Gone", ""), ("update", "Gone", "")]
    membership = people.teammate.memberships.get()
    membership.delete()
    [last] = told(client_for(people.admin), kind="people.membership")
    assert (last.what, last.url) == (
        f"{people.teammate.name} · {people.north_one.name}",
        f"/settings/people/{people.teammate.pk}/",
    )


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.key)
def test_every_kind_finds_the_names_of_what_it_points_to(kind: Kind, people: People) -> None:
    """Whatever columns a table has, none may be in the way."""
    row = dict.fromkeys(kind.fields) | {name: uuid4() for name, model in relations(kind) if model is not User}
    row |= {name: people.owner.pk for name, model in relations(kind) if model is User}
    keys = kind.model._meta.pk
    row[keys.name] = uuid4() if isinstance(keys, UUIDField) else 7
    names = names_of(principal(people.admin), [(kind, {"row": row, "was": None, "context": None})])
    assert set(names.values()) <= {people.owner.name}


def test_a_sensitive_read_is_told_with_its_reason(company: Company) -> None:
    by = principal(company.people.owner)
    contact = make_contact(company.account, by, last_name="Ito", private_notes="first secret")
    reveal(by=by, contact=contact, reason="Birthday card", now=clock.now())
    client = client_for(company.people.admin)
    [line] = told(client, kind="accounts.sensitiveread", person=str(company.people.owner.pk))
    assert (line.who, line.word, line.reason) == ("Olga Owner", "read", "Birthday card")
    assert line.url == f"/accounts/{company.account.pk}/reads/"
    assert line.what.endswith("Ito · Alpha Works")
    assert line in told(client)
    assert told(client, kind="accounts.sensitiveread", person=str(company.people.leader.pk)) == []
    assert "Birthday card" in client.get(PAGE).content.decode()


def test_filters_by_person_kind_and_day(company: Company) -> None:
    rename(company, "Beta Works")
    client, today = client_for(company.people.admin), timezone.localdate()
    counts = [
        len(told(client, **query))
        for query in (
            {"person": str(company.people.owner.pk)},
            {"person": str(company.people.leader.pk)},
            {"since": "2199-01-01"},
            {"until": "2199-01-01"},
            {"since": str(today), "until": str(today)},
            {"until": str(today - timedelta(days=1))},
            {"kind": "accounts.account"},
            {"kind": "people.team"},
        )
    ]
    assert counts == [1, 0, 0, 1, 1, 0, 1, 0]
    for wrong in ({"kind": "x"}, {"person": "x"}, {"since": "x"}):
        assert client.get(PAGE, wrong).status_code == 422


def test_pages_follow_each_other_without_loss_where_all_happened_at_once(company: Company) -> None:
    """One transaction, thus one moment: accounts and teams, a page of two at a time."""
    by = principal(company.people.admin)
    for number in range(3):
        rename(company, f"Works {number}")
        Team.objects.filter(pk=company.people.north_one.pk).update(name=f"Team {number}")
    whole = changes(by, Asked(), limit=50).rows
    assert [one.what for one in whole] == ["Works 2", "Works 1", "Works 0", "Team 2", "Team 1", "Team 0"]
    walked, cursor = [], None
    while True:
        page = changes(by, Asked(), limit=2, cursor=cursor)
        walked += page.rows
        cursor = page.next
        if cursor is None:
            break
    assert walked == whole
    for bent in ("x", "~", "2026-01-01~1~1", "9999-01-01T00:00:00+00:00~1~1"):
        assert client_for(company.people.admin).get(PAGE, {"cursor": bent}).status_code == 400


def test_an_update_without_what_was_before_says_so(company: Company) -> None:
    rename(company, "Beta Works")
    Account.pgh_event_model.objects.all_for_system(reason="tests").update(pgh_was=None)
    client = client_for(company.people.admin)
    assert [one.fields for one in told(client)] == [None]
    assert "what was before is not recorded" in client.get(PAGE).content.decode()


def test_what_is_sensitive_is_not_told(company: Company) -> None:
    contact = make_contact(company.account, principal(company.people.owner), private_notes="first secret")
    for words in ("second secret", "third secret"):
        edit_sensitive(by=principal(company.people.owner), contact=contact, changes={"private_notes": words})
    page = client_for(company.people.admin).get(PAGE, {"kind": "accounts.contact"})
    assert [one.fields for one in page.context["page"].rows] == [[], []]
    assert "secret" not in page.content.decode()
    kept = Contact.pgh_event_model.objects.all_for_system(reason="tests").values_list("pgh_was", flat=True)
    assert [set(was) for was in kept] == [{"version", "changed_at"}] * 2


def test_page_takes_the_same_queries_for_one_change_and_for_many_of_all_kinds(
    company: Company, django_assert_max_num_queries: Any
) -> None:
    people, counts = company.people, []
    client = client_for(people.admin)
    for name in ("One", "Two", "Three"):
        rename(company, name)
        with django_assert_max_num_queries(7) as asked:
            assert len(told(client, person="", kind="")) > 0
        counts.append(len(asked))
        Team.objects.filter(pk=people.north_one.pk).update(name=f"Team {name}")
        people.teammate.memberships.update(role="leader" if name == "One" else "manager")
    assert counts[0] == counts[1] == counts[2]
