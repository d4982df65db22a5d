"""Two accounts become one, and two again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.census import census
from accounts.merging.accounts import merge_accounts, undo_merge
from accounts.merging.choices import fuller_account
from accounts.merging.contacts import merge_contacts
from accounts.merging.selectors import contact_called, get_merge, merges
from accounts.models import (
    Account,
    AccountMember,
    Contact,
    ExternalId,
    Favourite,
    HealthResult,
    HealthSnapshot,
    LifecycleEvent,
    Note,
)
from accounts.selectors import account_by_external_id
from accounts.services.editing import EDITABLE
from accounts.services.marks import set_favourite
from accounts.services.notes import add_note
from kam.api.models import Tombstone
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.people.principal import Principal
from tests.factories import make_account, make_contact, make_touchpoint
from tests.personas import Company, principal
from touchpoints.models import AccountCadence, CheckIn, StaleFlag, Touchpoint, TouchpointContact
from touchpoints.services.check_ins import skip_check_in
from touchpoints.services.drift import drifted
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
SYSTEM = Principal.system("tests")


def rows(model: Any, account: Account) -> list[dict[str, Any]]:
    aside = {"changed_at", "version", "closed_at", "as_of"}
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in aside]
    key = "pk" if model is Account else "account"
    return list(model.objects.visible_to(SYSTEM).filter(**{key: account.pk}).order_by("pk").values(*names))


ALL = (Account, AccountMember, AccountCadence, CheckIn, Contact, ExternalId, Favourite, HealthResult, HealthSnapshot,
       LifecycleEvent, Note, StaleFlag, Touchpoint, TouchpointContact)  # fmt: skip


def everything(*accounts: Account) -> dict[str, list[dict[str, Any]]]:
    return {f"{model.__name__} {n}": rows(model, one) for model in ALL for n, one in enumerate(accounts)}


def fresh(account: Account) -> Account:
    return Account.objects.visible_to(SYSTEM).get(pk=account.pk)


@pytest.fixture
def two(company: Company) -> tuple[Account, Account]:
    """The same customer twice, with something of everything, at the owner's."""
    people = company.people
    by = principal(people.owner)
    kept = make_account(
        by=by, name="Beta Works", tier="A", now=NOW, external_ref=("crm", "1"), customer_since=NOW.date()
    )
    gone = make_account(
        by=by, name="Beta Works GmbH", tier="B", now=NOW, external_ref=("erp", "1"), website="beta.example"
    )
    for account, days in ((kept, (80, 20)), (gone, (50, 5))):
        person = make_contact(account, by=by, buying_roles=["sponsor"])
        for day in days:
            make_touchpoint(account, by=by, days_ago=day, now=NOW, contacts=[person])
        add_note(by=by, account=account, text="Mind the dog", now=NOW)
        set_favourite(by=by, account=account, favourite=True)
        AccountMember(account=account, user=people.teammate, role="technical").save(force_insert=True)
    return kept, gone


def test_merging_moves_everything_and_leaves_what_touchpoints_say(
    company: Company, two: tuple[Account, Account]
) -> None:
    kept, gone = two
    by = principal(company.people.owner)
    moved = set(Touchpoint.objects.visible_to(by).filter(account__in=two).values_list("pk", flat=True))
    merge_accounts(by=by, survivor=kept, absorbed=gone, take=["website"], now=NOW)
    left = fresh(kept)
    assert not Account.objects.visible_to(SYSTEM).filter(pk=gone.pk).exists()
    assert set(Touchpoint.objects.visible_to(by).filter(account=kept).values_list("pk", flat=True)) == moved
    assert (left.website, left.tier, left.last_touch_at) == ("beta.example", "A", NOW - timedelta(days=5))
    assert Contact.objects.visible_to(by).filter(account=kept).count() == 2
    assert Note.objects.visible_to(by).filter(account=kept).count() == 2
    assert account_by_external_id(by, source="erp", external_id="1") == kept
    assert AccountMember.objects.visible_to(by).filter(account=kept).count() == 1
    assert drifted([kept.pk], now=NOW) == []
    buried = Tombstone.objects.get(object_id=gone.pk)
    assert (buried.kind, buried.account_id, buried.owner_id) == ("account", kept.pk, company.people.owner.pk)


def test_undoing_at_once_gives_back_every_row(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    by = principal(company.people.owner)
    before = everything(kept, gone)
    take = ["name", "tier", "website"]
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, take=take, now=NOW)
    undone = undo_merge(by=by, merge=merge, now=NOW)
    assert (undone.absorbed_id, undone.undone_at) == (gone.pk, NOW)
    after = everything(kept, gone)
    assert after == before
    assert drifted([kept.pk, gone.pk], now=NOW) == []
    assert not Tombstone.objects.filter(object_id=gone.pk).exists()


def test_what_came_later_stays_with_the_survivor(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    by, later = principal(company.people.owner), NOW + timedelta(days=1)
    theirs = Contact.objects.visible_to(by).get(account=gone)
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, now=NOW)
    new = make_touchpoint(fresh(kept), by=by, now=later, contacts=[Contact.objects.visible_to(by).get(pk=theirs.pk)])
    undo_merge(by=by, merge=merge, now=later)
    assert Touchpoint.objects.visible_to(by).get(pk=new.pk).account_id == kept.pk
    assert fresh(kept).last_touch_at == later
    assert fresh(gone).last_touch_at == NOW - timedelta(days=5)
    assert drifted([kept.pk, gone.pk], now=later) == []


def test_edited_values_are_not_overwritten_by_undoing(company: Company, two: tuple[Account, Account]) -> None:
    from accounts.services.accounts import edit_account

    kept, gone = two
    by = principal(company.people.owner)
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, take=["website", "tier"], now=NOW)
    edit_account(by=by, now=NOW, account=fresh(kept), changes={"website": "beta.test"})
    undo_merge(by=by, merge=merge, now=NOW)
    assert (fresh(kept).website, fresh(kept).tier) == ("beta.test", "A")


def test_census_keeps_its_past_and_counts_merged(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    by = principal(company.people.owner)
    days = [NOW.date() - timedelta(days=n) for n in (100, 60, 30, 1)]
    before = [census(by, on=day).as_dict() for day in days]
    closing = census(by, on=NOW.date()).closing
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, now=NOW)
    assert [census(by, on=day).as_dict() for day in days] == before
    now = census(by, on=NOW.date())
    assert (now.merged, now.closing) == (1, closing - 1)
    undo_merge(by=by, merge=merge, now=NOW)
    assert [census(by, on=day).as_dict() for day in days] == before
    assert census(by, on=NOW.date()).as_dict() == now.as_dict() | {"merged": 0, "closing": closing, "total": closing}


def test_survivor_that_was_no_customer_turns_as_the_absorbed_one_ends(company: Company) -> None:
    by = principal(company.people.owner)
    kept = make_account(by=by, lifecycle="prospect", now=NOW)
    gone = make_account(by=by, now=NOW, customer_since=date(2020, 1, 1))
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, take=["lifecycle", "customer_since"], now=NOW)
    now, past = census(by, on=NOW.date()), census(by, on=date(2021, 1, 1))
    assert (now.merged, now.won) == (1, past.won + 1)
    undo_merge(by=by, merge=merge, now=NOW)
    assert fresh(kept).lifecycle == "prospect"
    assert census(by, on=NOW.date()).merged == 0


def test_only_who_decides_about_both_merges(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    with pytest.raises(DomainError) as refused:
        merge_accounts(by=principal(company.people.teammate), survivor=kept, absorbed=gone, now=NOW)
    assert refused.value.code == "not_yours_to_merge"
    with pytest.raises(NotVisible):
        merge_accounts(by=principal(company.people.outsider), survivor=kept, absorbed=gone, now=NOW)
    with pytest.raises(NotVisible):
        by = principal(company.people.owner)
        merge_accounts(by=by, survivor=kept, absorbed=company.foreign_account, now=NOW)
    with pytest.raises(DomainError):
        merge_accounts(by=principal(company.people.owner), survivor=kept, absorbed=kept, now=NOW)


def test_owner_who_was_not_chosen_goes_on_seeing_the_customer_until_it_is_undone(company: Company) -> None:
    people = company.people
    gone = make_account(owner=people.teammate, team=people.north_one, now=NOW)
    merge = merge_accounts(by=principal(people.leader), survivor=company.account, absorbed=gone, now=NOW)
    AccountMember.objects.visible_to(SYSTEM).get(account=company.account, user=people.teammate)
    third = make_account(owner=people.outsider, team=people.north_one, now=NOW)
    other = merge_accounts(by=principal(people.leader), survivor=company.account, absorbed=third, now=NOW)
    assert Account.objects.visible_to(principal(people.outsider)).filter(pk=company.account.pk).exists()
    undo_merge(by=principal(people.leader), merge=other, now=NOW)
    assert not Account.objects.visible_to(principal(people.outsider)).filter(pk=company.account.pk).exists()
    undo_merge(by=principal(people.leader), merge=merge, now=NOW)
    AccountMember.objects.visible_to(SYSTEM).get(account=company.account, user=people.teammate)


def test_families_stay_trees_and_come_back(company: Company) -> None:
    by = principal(company.people.owner)
    top = make_account(by=by, name="Top")
    gone = make_account(by=by, name="Gone", parent=top)
    middle = make_account(by=by, name="Middle", parent=gone)
    kept = make_account(by=by, name="Kept", parent=middle)
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, now=NOW)
    assert [fresh(one).parent_id for one in (kept, middle)] == [top.pk, kept.pk]
    undo_merge(by=by, merge=merge, now=NOW)
    assert [fresh(one).parent_id for one in (gone, middle, kept)] == [top.pk, gone.pk, middle.pk]


def test_merges_are_undone_last_first(company: Company) -> None:
    by = principal(company.people.owner)
    one, two, three = (make_account(by=by) for _ in range(3))
    first = merge_accounts(by=by, survivor=two, absorbed=one, now=NOW)
    second = merge_accounts(by=by, survivor=three, absorbed=two, now=NOW)
    with pytest.raises(Conflict) as refused:
        undo_merge(by=by, merge=first, now=NOW)
    assert refused.value.code == "survivor_merged"
    undo_merge(by=by, merge=second, now=NOW)
    undo_merge(by=by, merge=first, now=NOW)
    with pytest.raises(Conflict) as refused:
        undo_merge(by=by, merge=first, now=NOW)
    assert refused.value.code == "merge_undone"
    assert Account.objects.visible_to(by).filter(pk__in=[one.pk, two.pk, three.pk]).count() == 3


def test_what_was_decided_about_check_ins_comes_back_with_undo(company: Company) -> None:
    def decided(*accounts: Account) -> list[list[dict[str, Any]]]:
        return [rows(model, one) for model in (CheckIn, StaleFlag) for one in accounts]

    by = principal(company.people.owner)
    kept = make_account(by=by, name="Kept", tier="A", now=NOW, customer_since=date(2026, 9, 20))
    gone = make_account(by=by, name="Gone", tier="A", now=NOW, customer_since=date(2026, 9, 25))
    other = make_account(by=by, name="Other", tier="A", now=NOW)
    make_touchpoint(other, by=by, days_ago=60, now=NOW)
    reconcile([kept.pk, gone.pk], now=NOW)
    for account in (kept, gone):
        open_one = CheckIn.objects.visible_to(by).get(account=account, status="open", purpose="operational")
        skip_check_in(by=by, now=NOW, check_in=open_one, reason="On holiday")
    before = decided(other, gone)
    merge = merge_accounts(by=by, survivor=other, absorbed=gone, now=NOW)
    undo_merge(by=by, merge=merge, now=NOW)
    assert decided(other, gone) == before
    before = decided(kept, other)
    merge = merge_accounts(by=by, survivor=kept, absorbed=other, take=["customer_since"], now=NOW)
    undo_merge(by=by, merge=merge, now=NOW)
    assert decided(kept, other) == before
    assert drifted([kept.pk, gone.pk, other.pk], now=NOW) == []


def test_who_copies_our_data_hears_that_the_absorbed_one_is_back(
    company: Company, two: tuple[Account, Account]
) -> None:
    kept, gone = two
    by, later = principal(company.people.owner), NOW + timedelta(days=1)
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, now=NOW)
    undo_merge(by=by, merge=merge, now=later)
    assert fresh(gone).changed_at == later


def test_undone_merge_names_the_absorbed_one_only_to_who_sees_it(company: Company) -> None:
    people = company.people
    by, owner = principal(people.admin), principal(people.owner)
    kept, gone = make_account(by=owner), make_account(by=by, name="Secret", owner=people.outsider)
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, now=NOW)
    assert [one.absorbed_name for one in merges(owner)] == ["Secret"]
    undo_merge(by=by, merge=merge, now=NOW)
    assert list(merges(owner)) == []
    with pytest.raises(NotVisible):
        get_merge(owner, merge.pk)
    assert [one.pk for one in merges(by)] == [merge.pk]


def test_contact_is_found_by_an_id_that_was_merged_twice(company: Company) -> None:
    by, account = principal(company.people.owner), company.account
    one, two, three = (make_contact(account, by=by, source="crm", external_id=str(n)) for n in range(3))
    merge_contacts(by=by, survivor=two, absorbed=one, now=NOW)
    merge_contacts(by=by, survivor=three, absorbed=Contact.objects.visible_to(by).get(pk=two.pk), now=NOW)
    assert [contact_called(by, source="crm", external_id=str(n)) for n in range(3)] == [three] * 3
    assert contact_called(principal(company.people.outsider), source="crm", external_id="0") is None


def test_choices_name_every_field_that_people_edit() -> None:
    from accounts.merging.choices import ACCOUNT_CHOICES, CONTACT_CHOICES
    from accounts.services.contacts import EDITABLE as OF_CONTACTS

    assert sorted(field for fields in ACCOUNT_CHOICES.values() for field in fields) == sorted(EDITABLE)
    assert sorted(field for fields in CONTACT_CHOICES.values() for field in fields) == sorted(OF_CONTACTS)


@pytest.mark.parametrize(
    ("survivor", "absorbed", "proposed"),
    [
        ({"last_touch_at": NOW}, {"silence_from_on": NOW.date()}, False),
        ({"customer_since": date(2019, 5, 1)}, {"silence_from_on": NOW.date()}, False),
        ({"silence_from_on": date(2026, 3, 1)}, {"silence_from_on": NOW.date()}, False),
        ({"silence_from_on": NOW.date()}, {"customer_since": date(2019, 5, 1)}, True),
        ({"silence_from_on": date(2026, 3, 1)}, {"customer_since": date(2026, 5, 1)}, False),
        ({"silence_from_on": NOW.date()}, {"last_touch_at": NOW}, False),
        ({"silence_from_on": NOW.date()}, {"silence_from_on": date(2026, 3, 1)}, True),
        ({}, {"customer_since": date(2019, 5, 1), "silence_from_on": NOW.date()}, True),
    ],
)
def test_a_twin_imported_today_is_not_proposed_to_make_silence_begin_anew(
    survivor: dict[str, Any], absorbed: dict[str, Any], proposed: bool
) -> None:
    assert ("silence_from_on" in fuller_account(Account(**survivor), Account(**absorbed))) is proposed


def test_merging_into_a_twin_imported_today_as_proposed_keeps_the_long_silence(company: Company) -> None:
    by, long_ago = principal(company.people.owner), date(2019, 5, 1)
    kept = make_account(by=by, name="Beta", now=NOW, silence_from_on=NOW.date(), customer_since=date(2020, 1, 1))
    gone = make_account(by=by, name="Beta GmbH", now=NOW, customer_since=long_ago)
    merge_accounts(by=by, survivor=kept, absorbed=gone, take=fuller_account(kept, gone), now=NOW)
    left = fresh(kept)
    assert (left.silence_from_on, left.silent_since_on) == (None, long_ago)
