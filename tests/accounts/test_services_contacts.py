"""Creating and editing the people at an account."""

import pytest

from accounts.services.contacts import create_contact, edit_contact
from kam.core.errors import Conflict, DomainError, NotVisible
from tests.personas import Company, principal


def test_a_contact_sorts_by_last_name(company: Company) -> None:
    by = principal(company.people.owner)
    contact = create_contact(by=by, account=company.account, first_name=" Ana ", last_name=" Özil  Ito")
    assert (str(contact), contact.name_sort, contact.created_by_id) == ("Ana Özil Ito", "ozil ito ana", by.user_id)


def test_a_contact_needs_some_name(company: Company) -> None:
    by = principal(company.people.owner)
    assert create_contact(by=by, account=company.account, first_name="Ana").name_sort == "ana"
    with pytest.raises(DomainError) as refused:
        create_contact(by=by, account=company.account, email="a@b.example")
    assert (refused.value.code, refused.value.field) == ("name_missing", "last_name")


def test_editing_counts_versions_and_refuses_the_slower(company: Company) -> None:
    by = principal(company.people.owner)
    contact = create_contact(by=by, account=company.account, first_name="Ana")
    assert edit_contact(by=by, contact=contact, changes={"first_name": "Ana"}).version == 1
    assert edit_contact(by=by, contact=contact, changes={"job_title": "COO"}, version=1).version == 2
    with pytest.raises(Conflict) as refused:
        edit_contact(by=by, contact=contact, changes={"job_title": "CFO"}, version=1)
    assert refused.value.code == "stale_version"


def test_a_contact_stays_with_its_account(company: Company) -> None:
    by = principal(company.people.owner)
    contact = create_contact(by=by, account=company.account, first_name="Ana")
    with pytest.raises(DomainError) as refused:
        edit_contact(by=by, contact=contact, changes={"account": company.foreign_account})
    assert refused.value.code == "not_editable"


def test_an_invisible_contact_cannot_be_edited(company: Company) -> None:
    contact = create_contact(by=principal(company.people.outsider), account=company.foreign_account, first_name="Ana")
    with pytest.raises(NotVisible):
        edit_contact(by=principal(company.people.owner), contact=contact, changes={"first_name": "Mine"})


@pytest.mark.parametrize(
    ("fields", "code"), [({"source": "crm"}, "external_id_missing"), ({"external_id": "1"}, "source_missing")]
)
def test_an_external_id_and_its_source_go_together(company: Company, fields: dict[str, str], code: str) -> None:
    by = principal(company.people.owner)
    with pytest.raises(DomainError) as refused:
        create_contact(by=by, account=company.account, first_name="Ana", **fields)
    assert refused.value.code == code
    pair = {"source": "crm", "external_id": "1"}
    assert create_contact(by=by, account=company.account, first_name="Ana", **pair).external_id == "1"
