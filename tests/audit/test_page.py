"""Settings › Audit: who changed what, in words."""

import pytest

from accounts.services.accounts import edit_account
from accounts.services.sensitive import edit_sensitive
from kam.audit.context import recorded
from kam.core import clock
from tests.factories import make_contact
from tests.personas import Company, client_for, principal

pytestmark = pytest.mark.django_db
PAGE = "/settings/audit/"


def rename(company: Company, name: str, industry: str = "") -> None:
    by = principal(company.people.owner)
    with recorded(via="web", by=by):
        changes = {"name": name, "industry": industry}
        edit_account(by=by, now=clock.now(), account=company.account, changes=changes, version=None)
    company.account.refresh_from_db()


def test_changes_are_told_in_words_the_newest_first(company: Company) -> None:
    rename(company, "Beta Works")
    rename(company, "Gamma Works", "Steel")
    changes = client_for(company.people.admin).get(PAGE).context["changes"]
    assert [(c.who, c.via, c.what, c.first) for c in changes] == [
        ("Olga Owner", "web", "Gamma Works", False),
        ("Olga Owner", "web", "Beta Works", True),
    ]
    assert changes[0].fields == [("Name", "Beta Works", "Gamma Works"), ("Industry", "—", "Steel")]


def test_filters_by_person_and_day(company: Company) -> None:
    rename(company, "Beta Works")
    client = client_for(company.people.admin)
    counts = [
        len(client.get(PAGE, query).context["changes"])
        for query in (
            {"person": str(company.people.owner.pk)},
            {"person": str(company.people.leader.pk)},
            {"since": "2199-01-01"},
            {"until": "2199-01-01"},
            {"kind": "people.team"},
        )
    ]
    assert counts == [1, 0, 0, 1, 0]
    for wrong in ({"kind": "x"}, {"person": "x"}, {"since": "x"}):
        assert client.get(PAGE, wrong).status_code == 422


def test_what_is_sensitive_is_not_told(company: Company) -> None:
    contact = make_contact(company.account, principal(company.people.owner), private_notes="first secret")
    for words in ("second secret", "third secret"):
        edit_sensitive(by=principal(company.people.owner), contact=contact, changes={"private_notes": words})
    page = client_for(company.people.admin).get(PAGE, {"kind": "accounts.contact"})
    assert len(page.context["changes"]) == 2
    assert "secret" not in page.content.decode()


def test_page_takes_the_same_queries_for_one_change_and_three(company: Company, django_assert_max_num_queries) -> None:
    counts = []
    for name in ("One", "Two", "Three"):
        rename(company, name)
        client = client_for(company.people.admin)
        with django_assert_max_num_queries(12) as asked:
            client.get(PAGE)
        counts.append(len(asked))
    assert counts[0] == counts[2]
