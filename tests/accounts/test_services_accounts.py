"""Creating and editing accounts: what follows in the same transaction, and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, ExternalId, LifecycleEvent
from accounts.services.accounts import create_account, edit_account
from accounts.services.editing import Editing
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.outbox.models import OutboxMessage
from kam.people.models import User
from tests.personas import Company, principal

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def create(by: User, **fields: Any) -> Account:
    return create_account(by=principal(by), now=NOW, **({"name": "Beta Ltd"} | fields))


def edit(by: User, account: Account, **changes: Any) -> Account:
    return edit_account(by=principal(by), now=NOW, account=account, changes=changes)


def events(account: Account) -> list[tuple[str, date, bool]]:
    found = LifecycleEvent.objects.all_for_system(reason="tests").filter(account=account).order_by("id")
    return list(found.values_list("kind", "occurred_on", "assumed"))


def announced() -> int:
    return OutboxMessage.objects.filter(topic="account.cadence_inputs_changed").count()


def test_an_account_belongs_to_its_creator_and_their_team(company: Company) -> None:
    people = company.people
    account = create(people.owner, name="  Éclair   GmbH ")
    assert (account.name, account.name_sort) == ("Éclair GmbH", "eclair gmbh")
    assert (account.owner, account.team, account.created_by_id) == (people.owner, people.north_one, people.owner.pk)
    assert (account.version, account.health, account.health_band) == (1, None, "unknown")
    assert announced() == 1


def test_an_administrators_account_may_have_no_owner(company: Company) -> None:
    account = create(company.people.admin)
    assert (account.owner, account.team) == (None, None)


def test_a_customer_is_won_on_the_day_it_became_one_or_assumed_today(company: Company) -> None:
    owner = company.people.owner
    assert events(create(owner, customer_since=date(2020, 5, 4))) == [("won", date(2020, 5, 4), False)]
    assert events(create(owner)) == [("won", date(2026, 3, 9), True)]
    assert events(create(owner, lifecycle="prospect")) == []


def test_lifecycle_is_told_as_events(company: Company) -> None:
    owner = company.people.owner
    account = create(owner, lifecycle="prospect")
    for lifecycle in ("onboarding", "active", "lost", "active"):
        edit(owner, account, lifecycle=lifecycle)
    assert [kind for kind, _, _ in events(account)] == ["won", "lost", "regained"]


def test_an_edit_that_changes_nothing_writes_nothing(company: Company) -> None:
    owner = company.people.owner
    account = create(owner, tier="A")
    same = edit(owner, account, tier="A", name="Beta Ltd")
    assert same.version == 1
    assert announced() == 1


def test_only_what_the_cadence_depends_on_is_announced(company: Company) -> None:
    owner = company.people.owner
    account = create(owner)
    assert edit(owner, account, industry="Shipping").version == 2
    assert announced() == 1
    assert edit(owner, account, tier="B").version == 3
    assert announced() == 2


def test_who_was_slower_is_told_so(company: Company) -> None:
    account, by = company.account, principal(company.people.owner)
    edit_account(by=by, now=NOW, account=account, changes={"industry": "First"}, version=1)
    with pytest.raises(Conflict) as refused:
        edit_account(by=by, now=NOW, account=account, changes={"industry": "Second"}, version=1)
    assert refused.value.code == "stale_version"
    assert Account.objects.all_for_system(reason="tests").get(pk=account.pk).industry == "First"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "  "}, "name_missing"),
        ({"lifecycle": "prospect", "customer_since": date(2020, 1, 1)}, "prospect_since"),
        ({"website": "javascript:alert(1)"}, "not_a_website"),
        ({"website": "https://user@example.com"}, "not_a_website"),
        ({"website": "no website"}, "not_a_website"),
        ({"account_revenue": "-1"}, "revenue_negative"),
        ({"company_revenue": Decimal("-0.01")}, "revenue_negative"),
    ],
)
def test_rules_of_one_account(company: Company, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        create(company.people.owner, **fields)
    assert refused.value.code == code
    assert announced() == 0


def test_an_account_is_not_its_own_parent(company: Company) -> None:
    with pytest.raises(DomainError) as refused:
        edit(company.people.owner, company.account, parent=company.account)
    assert refused.value.code == "own_parent"


def test_accounts_go_only_to_those_one_may_assign_to(company: Company) -> None:
    people = company.people
    for by, owner in ((people.owner, people.teammate), (people.leader, people.outsider)):
        with pytest.raises(DomainError) as refused:
            edit(by, company.account, owner=owner)
        assert (refused.value.code, refused.value.field) == ("owner_not_assignable", "owner")
    with pytest.raises(DomainError) as refused:
        edit(people.leader, company.account, team=people.south_one)
    assert refused.value.code == "team_not_assignable"
    assert edit(people.leader, company.account, owner=people.teammate).owner == people.teammate


def test_a_website_may_become_a_link(company: Company) -> None:
    for address in ("www.example.com", "https://example.com:8443/a?b#c", ""):
        assert edit(company.people.owner, company.account, website=address).website == address
    with pytest.raises(DomainError):
        edit(company.people.owner, company.account, website="JavaScript:alert(1)//a.b")


def test_the_family_is_no_circle(company: Company) -> None:
    owner = company.people.owner
    top, middle, low = (create(owner, name=name) for name in ("Top", "Middle", "Low"))
    edit(owner, middle, parent=top)
    edit(owner, low, parent=middle)
    for parent in (middle, low):
        with pytest.raises(DomainError) as refused:
            edit(owner, top, parent=parent)
        assert (refused.value.code, refused.value.field) == ("parent_circle", "parent")
    assert edit(owner, low, parent=top).parent_id == top.pk
    assert edit(owner, middle, parent=low).parent_id == low.pk
    assert edit(owner, middle, parent=None).parent_id is None


def test_what_an_edit_leaves_alone_is_not_checked_again(company: Company) -> None:
    """A member of the account team places it in a team of their own; its owner is not theirs to choose, and stays."""
    people = company.people
    Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(
        owner=people.leader, team=people.south_one
    )
    assert edit(people.teammate, company.account, team=people.north_one).owner_id == people.leader.pk
    Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(team=people.south_one)
    assert edit(people.teammate, company.account, owner=people.teammate).team_id == people.south_one.pk


def test_many_edits_are_each_checked_and_stored_at_once(company: Company) -> None:
    people = company.people
    made = [create(people.owner, name=f"Number {number}") for number in range(20)]
    ids = [account.pk for account in made]
    OutboxMessage.objects.all().delete()

    def edit_all(tier: str, many: int) -> int:
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            editing = Editing(by=principal(people.owner), now=NOW, account_ids=reversed(ids[:many]))
            for account_id in ids[:many]:
                assert editing.apply(account_id, {"tier": tier, "owner": people.owner}) == {"tier"}
            editing.store()
        return len(queries)

    assert edit_all("A", 2) == edit_all("B", 20)
    assert announced() == 2
    stored = Account.objects.all_for_system(reason="tests").filter(pk__in=ids)
    assert sorted(stored.values_list("version", "tier")) == [(2, "B")] * 18 + [(3, "B")] * 2


def test_a_refused_edit_leaves_the_others_and_what_was_there(company: Company) -> None:
    with transaction.atomic():
        editing = Editing(by=principal(company.people.owner), now=NOW, account_ids=[company.account.pk])
        editing.apply(company.account.pk, {"industry": "Shipping"})
        with pytest.raises(DomainError):
            editing.apply(company.account.pk, {"name": " ", "industry": "Lost"})
        with pytest.raises(DomainError):
            editing.apply(company.account.pk, {"owner": company.people.outsider})
        with pytest.raises(NotVisible):
            editing.apply(company.foreign_account.pk, {"industry": "Mine"})
        editing.store()
    account = Account.objects.all_for_system(reason="tests").get(pk=company.account.pk)
    assert (account.name, account.industry, account.owner, account.version) == (
        *("Alpha Works", "Shipping"),
        company.people.owner,
        2,
    )


def test_the_pulse_cannot_be_edited(company: Company) -> None:
    for field in ("health", "stale_at", "version", "id"):
        with pytest.raises(DomainError) as refused:
            edit(company.people.owner, company.account, **{field: 1})
        assert refused.value.code == "not_editable"


def test_an_invisible_account_cannot_be_edited(company: Company) -> None:
    with pytest.raises(NotVisible):
        edit(company.people.owner, company.foreign_account, name="Mine")


def test_an_external_id_is_taken_once_whoever_sees_it(company: Company) -> None:
    people = company.people
    account = create(people.outsider, external_ref=("erp", "4711"))
    assert ExternalId.objects.all_for_system(reason="tests").get().account_id == account.pk
    with pytest.raises(Conflict) as refused:
        create(people.owner, external_ref=("erp", "4711"))
    assert refused.value.code == "external_id_taken"
    assert "Beta" not in refused.value.detail


@pytest.mark.parametrize("field", ["account_revenue", "company_revenue"])
def test_the_database_refuses_negative_revenue_from_anybody(company: Company, field: str) -> None:
    mine = Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk)
    with pytest.raises(IntegrityError, match="account_revenue_not_negative"), transaction.atomic():
        mine.update(**{field: -1})
