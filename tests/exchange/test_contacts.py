"""Importing contacts."""

from typing import Any

import pytest

from accounts.merging.contacts import merge_contacts
from accounts.models import Account, Contact
from kam.core import clock
from tests.exchange.runs import checksums, create, run
from tests.factories import make_contact
from tests.personas import SYSTEM, Company, principal

pytestmark = pytest.mark.django_db

HOW: dict[str, Any] = {
    "account": "Company",
    "first_name": "First",
    "last_name": "Last",
    "email": "Mail",
    "buying_roles": {"column": "Role", "values": {"Boss": "decision_maker; sponsor"}},
}
HEAD = "Company,First,Last,Mail,Role\n"
TABLES = ["accounts_account", "accounts_contact", "accounts_externalid"]


def ends(report: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report["rows"].items() if number}


def contacts() -> list[Contact]:
    return list(Contact.objects.visible_to(SYSTEM).order_by("name_sort", "id"))


def test_contacts_are_created_once_and_every_refusal_says_why(company: Company) -> None:
    owner = company.people.owner
    body = HEAD + (
        "Alpha Works,Kim,Bauer,Kim@alpha.example,Boss\n"
        "Alpha Works,Émile,Zola,,\n"
        "Alpha Works,K.,Bauer,kim@ALPHA.example,\n"
        "Alpha Works,,,x@alpha.example,\n"
        "Canary Foreign GmbH,Otto,Fremd,,\n"
        "Alpha Works,A,B,not an email,\n"
        "Alpha Works,A,B,,janitor\n"
    )
    report = run("contacts", body, HOW, by=owner)
    assert [(issue["line"], issue["code"], issue["column"]) for issue in report["errors"]] == [
        (5, "name_missing", "Last"),
        (6, "unknown_account", "Company"),
        (7, "not_an_email", "Mail"),
        (8, "unknown_choice", "Role"),
    ]
    assert ends(report) == {"total": 7, "created": 2, "duplicate": 1, "rejected": 4}
    kim, zola = contacts()
    assert (kim.buying_roles, kim.created_by, kim.source) == (["decision_maker", "sponsor"], owner, "")
    assert (str(zola), zola.name_sort) == ("Émile Zola", "zola emile")
    before = checksums(TABLES)
    assert ends(run("contacts", body, HOW, by=owner)) == {"total": 7, "unchanged": 2, "duplicate": 1, "rejected": 4}
    assert checksums(TABLES) == before


def test_columns_that_differ_are_updated_and_an_id_is_taken_on(company: Company) -> None:
    owner = company.people.owner
    run("contacts", HEAD + "Alpha Works,Kim,Bauer,kim@alpha.example,Boss\n", HOW, by=owner)
    how = HOW | {"external_id": "No", "source": {"value": "crm"}}
    body = "No," + HEAD + "7,Alpha Works,Kimberly,Bauer,kim@alpha.example,\n"
    assert ends(run("contacts", body, how, by=owner)) == {"total": 1, "updated": 1}
    (kim,) = contacts()
    assert (kim.first_name, kim.name_sort, kim.external_id, kim.version) == ("Kimberly", "bauer kimberly", "7", 2)
    assert kim.buying_roles == ["decision_maker", "sponsor"]  # an empty cell leaves what is there
    renamed = "No," + HEAD + "7,Alpha Works,Kimberly,Meier,new@alpha.example,\n"
    assert ends(run("contacts", renamed, how, by=owner)) == {"total": 1, "updated": 1}
    moved = run("contacts", "No," + HEAD + "7,Nova,Kimberly,Meier,,\n", how, by=owner, **create("accounts"))
    assert [issue["code"] for issue in moved["errors"]] == ["account_differs"]
    assert [c.email for c in contacts()] == ["new@alpha.example"]


def test_an_id_of_a_contact_out_of_sight_is_refused(company: Company) -> None:
    how = HOW | {"external_id": "No"}
    run("contacts", "No," + HEAD + "7,Canary Foreign GmbH,O,F,,\n", how, by=company.people.outsider)
    report = run("contacts", "No," + HEAD + "7,Alpha Works,K,B,,\n", how, by=company.people.owner)
    assert [issue["code"] for issue in report["errors"]] == ["external_id_taken"]
    assert len(contacts()) == 1


def test_two_alike_are_not_guessed_between(company: Company) -> None:
    Contact.objects.bulk_create(
        Contact(account=company.account, last_name="Bauer", name_sort="bauer") for _ in range(2)
    )
    report = run("contacts", HEAD + "Alpha Works,,Bauer,,\n", HOW, by=company.people.owner)
    assert [issue["code"] for issue in report["errors"]] == ["ambiguous_contact"]


def test_missing_accounts_are_created_on_request(company: Company) -> None:
    report = run("contacts", HEAD + "Nova,K,B,,\nNova,L,C,,\n", HOW, by=company.people.owner, **create("accounts"))
    assert ends(report) == {"total": 2, "created": 2}
    assert Account.objects.visible_to(SYSTEM).get(name="Nova").owner == company.people.owner


def test_line_with_the_id_of_a_merged_contact_means_what_it_is_part_of(company: Company) -> None:
    by = principal(company.people.owner)
    kept, gone = (make_contact(company.account, by=by, source="crm", external_id=one) for one in ("1", "2"))
    merge_contacts(by=by, survivor=kept, absorbed=gone, now=clock.now())
    body = "Company,Last,Id,Title\nAlpha Works,Roe,2,COO\n"
    how = {"account": "Company", "last_name": "Last", "external_id": "Id", "job_title": "Title"}
    report = run("contacts", body, how | {"source": {"value": "crm"}}, by=company.people.owner)
    assert ends(report) == {"total": 1, "updated": 1}
    assert [(one.pk, one.job_title, one.external_id) for one in contacts()] == [(kept.pk, "COO", "1")]
