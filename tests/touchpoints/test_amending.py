"""Correcting, deleting and restoring: what followed is taken back, and follows anew."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Account
from kam.audit.context import recorded
from kam.core import clock
from kam.core.errors import Conflict, DomainError, NotVisible
from tests.factories import make_contact, make_touchpoint, make_user
from tests.personas import SYSTEM, Company, make_account, principal
from tests.touchpoints.build import check_ins, customer, flags
from touchpoints.models import Channel, Touchpoint, TouchpointType
from touchpoints.services.amending import EDITABLE, amend_touchpoint
from touchpoints.services.drift import drifted
from touchpoints.services.restoring import restore_touchpoint
from touchpoints.services.rules import may_amend
from touchpoints.services.touchpoints import remove_touchpoint

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-10-14T13:20:00+00:00")


def day(ago: float) -> datetime:
    return NOW - timedelta(days=ago)


def reread(account: Account) -> Account:
    return Account.objects.visible_to(SYSTEM).get(pk=account.pk)


def state(account: Account) -> dict[str, Any]:
    """Everything that follows from touchpoints, but for ids and times of writing."""
    found = reread(account)
    return {
        "pulse": (found.last_touch_at, found.stale_at, found.health, found.health_band),
        "check_ins": [
            (c.period_on, c.due_on, c.status, c.fulfilled_by and c.fulfilled_by.occurred_at) for c in check_ins(account)
        ],
        "flags": [(f.anchor_at, f.closed_at is None) for f in flags(account)],
    }


def logged(account: Account, ago: float, **fields: Any) -> Touchpoint:
    return make_touchpoint(
        account, now=NOW, occurred_at=day(ago), **{"type": "check_in", "direction": "two_way", **fields}
    )


def amend(touchpoint: Touchpoint, **changes: Any) -> Touchpoint:
    return amend_touchpoint(by=SYSTEM, now=NOW, touchpoint=touchpoint, **changes)


CORRECTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dated back": ({"ago": 2}, {"ago": 40}),
    "dated back before the other one": ({"ago": 2}, {"ago": 80}),
    "dated forward": ({"ago": 80}, {"ago": 1}),
    "no longer counted": ({"ago": 2}, {"ago": 2, "direction": "outbound"}),
    "counted after all": ({"ago": 2, "direction": "outbound"}, {"ago": 2, "direction": "inbound"}),
    "another type": ({"ago": 2}, {"ago": 2, "type": "survey"}),
    "felt otherwise": ({"ago": 2, "sentiment_end": 2}, {"ago": 2, "sentiment_end": -2}),
}


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_corrected_touchpoint_leaves_what_one_logged_so_leaves(name: str) -> None:
    """Its neighbour was logged before it, and neither knows which of the two ways it came about."""
    before, after = CORRECTIONS[name]
    corrected, right = customer(since="2026-01-05"), customer(since="2026-01-05")
    for account in (corrected, right):
        logged(account, 50)
    one = logged(corrected, **before)
    logged(right, **after)
    changes = dict(after)
    changes["occurred_at"] = day(changes.pop("ago"))
    if "type" in changes:
        changes["type"] = TouchpointType.objects.get(key=changes["type"])
    amended = amend(one, **changes)
    assert amended.version == 2
    assert state(corrected) == state(right)
    assert drifted([corrected.pk], now=NOW) == []


def test_one_between_others_that_counts_no_more_leaves_no_trace() -> None:
    """What it had closed its successor closed; the period it began was none."""
    corrected, right = customer(since="2026-01-05"), customer(since="2026-01-05")
    _, between, _ = [logged(corrected, ago) for ago in (80, 50, 2)]
    for ago, direction in {80: "two_way", 50: "outbound", 2: "two_way"}.items():
        logged(right, ago, direction=direction)
    amend(between, direction="outbound")
    assert state(corrected) == state(right)


def test_every_field_can_be_corrected() -> None:
    account = customer()
    one = logged(account, 2)
    changes: dict[str, Any] = {
        "type": TouchpointType.objects.get(key="complaint"), "channel": Channel.objects.get(key="email"),
        "direction": "inbound", "initiative": "indirect", "occurred_at": day(3), "duration_minutes": 5, "subject": "S",
        "notes": "N", "sentiment_start": -2, "sentiment_end": 2, "expectation": "met", "next_step": "X",
        "episode": "case 1", "handoffs": 2, "wait_minutes": 30, "resolved_first_contact": False,
    }  # fmt: skip
    assert set(changes) == set(EDITABLE)
    amend(one, **changes)
    found = Touchpoint.objects.visible_to(SYSTEM).get(pk=one.pk)
    assert {name: getattr(found, name) for name in changes} == changes


def test_people_are_exchanged_for_those_named() -> None:
    account = customer()
    ann, bob, carl = make_contact(account), make_contact(account), make_contact(account)
    us = [make_user(), make_user()]
    one = logged(account, 2, contacts=[ann, bob], staff=us[:1])
    amended = amend(one, contacts=[bob, carl], staff=us[1:])
    assert set(amended.contacts.all()) == {bob, carl}
    assert list(amended.staff.all()) == us[1:]
    assert amended.version == 2
    assert amend(one, contacts=[]).contacts.count() == 0
    assert amended.staff.count() == 1


def test_an_edit_that_changes_nothing_is_none() -> None:
    account = customer()
    ann = make_contact(account)
    one = logged(account, 2, contacts=[ann], subject="Same")
    same = amend(one, subject="Same", contacts=[ann], type=one.type, occurred_at=one.occurred_at)
    assert (same.version, same.changed_at) == (1, one.changed_at)


def test_who_was_slower_is_told() -> None:
    one = logged(customer(), 2)
    amend(one, subject="First", expected_version=1)
    with pytest.raises(Conflict) as refused:
        amend(one, subject="Second", expected_version=1)
    assert refused.value.code == "stale_version"
    assert Touchpoint.objects.visible_to(SYSTEM).get(pk=one.pk).subject == "First"


IMPOSSIBLE = {
    "in_future": {"occurred_at": NOW + timedelta(minutes=6)},
    "too_early": {"occurred_at": datetime.fromisoformat("1899-12-31T00:00:00+00:00")},
    "not_editable": {"account": None},
}


@pytest.mark.parametrize("code", IMPOSSIBLE)
def test_what_cannot_be_is_refused(code: str) -> None:
    one = logged(customer(), 2)
    with pytest.raises(DomainError) as refused:
        amend(one, **IMPOSSIBLE[code])
    assert refused.value.code == code


def test_a_contact_of_another_account_is_refused() -> None:
    other = make_contact(make_account("Other", owner=None, team=None))
    with pytest.raises(DomainError) as refused:
        amend(logged(customer(), 2), contacts=[other])
    assert refused.value.code == "contact_elsewhere"


def test_a_moment_just_ahead_is_now() -> None:
    assert amend(logged(customer(), 2), occurred_at=NOW + timedelta(minutes=3)).occurred_at == NOW


AMENDERS = {"admin": True, "leader": True, "owner": True, "teammate": False, "integration": False}


@pytest.mark.parametrize(("who", "may"), AMENDERS.items())
def test_whose_touchpoint_it_is_to_amend(company: Company, who: str, may: bool) -> None:
    one = make_touchpoint(company.account, by=principal(company.people.owner))
    by = principal(getattr(company.people, who))
    assert may_amend(by, one) is may
    if may:
        assert amend_touchpoint(by=by, now=clock.now(), touchpoint=one, subject="X").subject == "X"
        return
    with pytest.raises(DomainError) as refused:
        amend_touchpoint(by=by, now=clock.now(), touchpoint=one, subject="X")
    assert refused.value.code == "not_yours"


def test_who_took_part_may_amend_but_not_remove(company: Company) -> None:
    people = company.people
    one = make_touchpoint(company.account, by=principal(people.owner), staff=[people.teammate])
    by = principal(people.teammate)
    assert amend_touchpoint(by=by, now=clock.now(), touchpoint=one, subject="X").version == 2
    with pytest.raises(DomainError):
        remove_touchpoint(by=by, now=clock.now(), touchpoint=one)


def test_what_is_out_of_sight_is_not_there(company: Company) -> None:
    one = make_touchpoint(company.account)
    with pytest.raises(NotVisible):
        amend_touchpoint(by=principal(company.people.outsider), now=clock.now(), touchpoint=one, subject="X")


# Restoring


def delete(touchpoint: Touchpoint, by: Any = SYSTEM) -> None:
    with recorded(via="web", by=by):
        remove_touchpoint(by=by, now=NOW, touchpoint=touchpoint)


def test_restored_it_is_the_same_and_so_is_what_follows() -> None:
    account = customer(since="2026-01-05")
    ann, us = make_contact(account), make_user()
    logged(account, 50)
    one = logged(account, 2, contacts=[ann], staff=[us], subject="Pump", source="crm", external_id="1", sentiment_end=1)
    before, columns = state(account), [field.attname for field in Touchpoint._meta.concrete_fields]
    delete(one)
    assert state(account) != before
    restored = restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=one.pk)
    assert state(account) == before
    found = Touchpoint.objects.visible_to(SYSTEM).get(pk=one.pk)
    moved = {name for name in columns if getattr(found, name) != getattr(one, name)}
    assert moved == {"version", "changed_at"}
    assert (found.version, found.changed_at) == (2, NOW)
    assert (list(restored.contacts.all()), list(restored.staff.all())) == ([ann], [us])
    assert drifted([account.pk], now=NOW) == []


def test_restoring_what_is_there_changes_nothing() -> None:
    one = logged(customer(), 2)
    delete(one)
    for _ in range(2):
        assert restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=one.pk).version == 2
    again = logged(customer(), 2)
    assert restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=again.pk).version == 1


def test_deleted_corrected_and_deleted_again_the_last_state_comes_back() -> None:
    one = logged(customer(), 2, subject="First")
    delete(one)
    amended = amend(restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=one.pk), subject="Second")
    delete(amended)
    assert restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=one.pk).subject == "Second"


def test_an_external_id_taken_since_is_refused() -> None:
    account = customer()
    one = logged(account, 2, source="crm", external_id="1")
    delete(one)
    logged(account, 1, source="crm", external_id="1")
    with pytest.raises(Conflict) as refused:
        restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=one.pk)
    assert refused.value.code == "external_id_taken"


def test_a_contact_that_is_gone_stays_away() -> None:
    account = customer()
    ann, bob = make_contact(account), make_contact(account)
    one = logged(account, 2, contacts=[ann, bob])
    delete(one)
    bob.delete()
    assert list(restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=one.pk).contacts.all()) == [ann]


def test_a_type_that_is_gone_is_told() -> None:
    kind = TouchpointType.objects.create(key="odd", name="Odd", phase="after", default_initiative="direct")
    one = logged(customer(), 2, type="odd")
    delete(one)
    kind.delete()
    with pytest.raises(Conflict) as refused:
        restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=one.pk)
    assert refused.value.code == "catalogue_changed"


def test_who_deleted_it_may_restore_it_and_who_may_delete_it(company: Company) -> None:
    people = company.people
    one = make_touchpoint(company.account, by=principal(people.owner))
    for who, may in {"teammate": False, "outsider": False, "leader": True, "owner": True, "admin": True}.items():
        with recorded(via="web", by=principal(people.leader)):
            remove_touchpoint(by=principal(people.leader), now=clock.now(), touchpoint=one)
        by = principal(getattr(people, who))
        if may:
            assert restore_touchpoint(by=by, now=clock.now(), touchpoint_id=one.pk).pk == one.pk
            continue
        with pytest.raises(NotVisible if who == "outsider" else DomainError):
            restore_touchpoint(by=by, now=clock.now(), touchpoint_id=one.pk)
        restore_touchpoint(by=SYSTEM, now=clock.now(), touchpoint_id=one.pk)


def test_what_never_was_cannot_be_restored(company: Company) -> None:
    with pytest.raises(NotVisible):
        restore_touchpoint(by=SYSTEM, now=NOW, touchpoint_id=company.account.pk)
