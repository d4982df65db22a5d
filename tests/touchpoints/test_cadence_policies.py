"""Cadence policies and accounts' own cadences: who writes them, what follows, what is said beforehand."""

from datetime import timedelta

import pytest

from accounts.models import Account, Segment
from accounts.services.segments import delete_segment
from kam.core import clock
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.outbox import dispatch
from kam.outbox.models import Lane, OutboxMessage
from kam.people.principal import Principal, principal_for
from kam.people.rules import NotAllowed
from tests.factories import make_account, make_touchpoint
from tests.personas import Company, People, client_for
from touchpoints.enums import Purpose
from touchpoints.models import AccountCadence, CadencePolicy
from touchpoints.policies import Effect, Whose, effect, matrix, policy_of, standing, whose
from touchpoints.services import catching_up
from touchpoints.services.cadence_policies import (
    POLICY_CHANGED,
    Interval,
    clear_own_cadence,
    create_policy,
    edit_policy,
    remove_policy,
    set_own_cadence,
)
from touchpoints.services.drift import drifted

pytestmark = pytest.mark.django_db
ADMIN = Principal.system("test")
OPERATIONAL = Purpose.OPERATIONAL
dispatched = pytest.mark.django_db(transaction=True)  # the dispatcher works in transactions of its own


def held(of: Whose = Whose(tier="A")) -> CadencePolicy:  # noqa: B008  # frozen
    policy = policy_of(of, OPERATIONAL)
    assert policy is not None
    return policy


def touched(days_ago: int, **fields: object) -> Account:
    account = make_account(lifecycle="active", **fields)
    make_touchpoint(account, direction="two_way", days_ago=days_ago)
    return account


def stale_after_days(account: Account) -> int | None:
    fresh = Account.objects.visible_to(ADMIN).get(pk=account.pk)
    return (fresh.stale_at - fresh.last_touch_at).days if fresh.stale_at and fresh.last_touch_at else None


def test_only_administrators_change_policies(people: People) -> None:
    segment = Segment.objects.create(name="Banks")
    for user in (people.owner, people.leader, people.integration):
        by = principal_for(user)
        for refused in (
            lambda by=by: create_policy(by=by, purpose=OPERATIONAL, segment=segment, interval=Interval(1, 2)),
            lambda by=by: edit_policy(by=by, policy=held(), interval=Interval(1, 2)),
            lambda by=by: remove_policy(by=by, policy=held()),
        ):
            with pytest.raises(NotAllowed):
                refused()


@pytest.mark.parametrize(
    ("interval", "field"),
    [
        (Interval(0, 2), "ideal_days"),
        (Interval(3, 2), "maximum_days"),
        (Interval(1, 3651), "maximum_days"),
        (Interval(1, 2, []), "working_days"),
        (Interval(1, 2, [0, 1]), "working_days"),
    ],
)
def test_interval_that_is_none_is_refused(interval: Interval, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        edit_policy(by=ADMIN, policy=held(), interval=interval)
    assert refused.value.field == field
    with pytest.raises(DomainError):
        set_own_cadence(by=ADMIN, now=clock.now(), account=make_account(), purpose=OPERATIONAL, interval=interval)


def test_one_policy_for_the_same_accounts() -> None:
    with pytest.raises(Conflict) as refused:
        create_policy(by=ADMIN, purpose=OPERATIONAL, tier="A", interval=Interval(1, 2))
    assert refused.value.code == "policy_there"


def test_policy_for_a_segment_and_a_tier_or_an_unknown_tier_is_refused() -> None:
    segment = Segment.objects.create(name="Banks")
    for wrong in ({"tier": "A", "segment": segment}, {"tier": "Z"}, {"purpose": "fun"}):
        with pytest.raises(DomainError):
            create_policy(by=ADMIN, interval=Interval(1, 2), **{"purpose": OPERATIONAL} | wrong)


def test_version_counts_the_edits() -> None:
    assert held().version == 1
    policy = edit_policy(by=ADMIN, policy=held(), interval=Interval(10, 20, [5, 1, 5]), version=1)
    assert (policy.version, policy.working_days) == (2, [1, 5])
    OutboxMessage.objects.all().delete()
    assert edit_policy(by=ADMIN, policy=policy, interval=Interval(10, 20, [1, 5])).version == 2
    assert OutboxMessage.objects.count() == 0
    for refused in (
        lambda: edit_policy(by=ADMIN, policy=policy, interval=Interval(1, 2), version=1),
        lambda: remove_policy(by=ADMIN, policy=policy, version=1),
    ):
        with pytest.raises(Conflict) as error:
            refused()
        assert error.value.code == "stale_version"


@dispatched
def test_accounts_of_a_policy_are_planned_again_chunk_by_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "AT_ONCE", 2)
    accounts = [touched(5, tier="A") for _ in range(5)]
    other, own = touched(5, tier="B"), touched(5, tier="A")
    set_own_cadence(by=ADMIN, now=clock.now(), account=own, purpose=OPERATIONAL, interval=Interval(50, 70))
    OutboxMessage.objects.all().delete()
    edit_policy(by=ADMIN, policy=held(), interval=Interval(2, 3))
    set_own_cadence(by=ADMIN, now=clock.now(), account=own, purpose=OPERATIONAL, interval=Interval(50, 71))
    dispatch.run(Lane.DB)
    assert OutboxMessage.objects.filter(topic=POLICY_CHANGED).count() == 4  # 6 accounts by two, and none left
    assert [stale_after_days(account) for account in accounts] == [3] * 5
    assert (stale_after_days(other), stale_after_days(own)) == (60, 71)
    remove_policy(by=ADMIN, policy=held())
    dispatch.run(Lane.DB)
    assert [stale_after_days(account) for account in accounts] == [120] * 5
    clear_own_cadence(by=ADMIN, account=own, purpose=OPERATIONAL)
    dispatch.run(Lane.DB)
    assert stale_after_days(own) == 120
    assert drifted([one.pk for one in (*accounts, other, own)], now=clock.now()) == []


@dispatched
def test_policy_of_a_segment_reaches_its_accounts_alone() -> None:
    segment = Segment.objects.create(name="Banks")
    account, other = touched(5, tier="A", segment=segment), touched(5, tier="A")
    create_policy(by=ADMIN, purpose=OPERATIONAL, segment=segment, interval=Interval(6, 7))
    dispatch.run(Lane.DB)
    assert (stale_after_days(account), stale_after_days(other)) == (7, 30)


@dispatched
def test_own_cadence_is_for_prospects_too() -> None:
    prospect = make_account(lifecycle="prospect")
    make_touchpoint(prospect, direction="two_way", days_ago=5)
    assert stale_after_days(prospect) is None
    set_own_cadence(by=ADMIN, now=clock.now(), account=prospect, purpose=OPERATIONAL, interval=Interval(6, 7))
    dispatch.run(Lane.DB)
    assert stale_after_days(prospect) == 7


def test_own_cadence_of_an_account_out_of_sight_is_not_there(company: Company) -> None:
    by, now = principal_for(company.people.outsider), clock.now()
    with pytest.raises(NotVisible):
        set_own_cadence(by=by, now=now, account=company.account, purpose=OPERATIONAL, interval=Interval(1, 2))
    set_own_cadence(by=ADMIN, now=now, account=company.account, purpose=OPERATIONAL, interval=Interval(1, 2))
    with pytest.raises(NotVisible):
        clear_own_cadence(by=by, account=company.account, purpose=OPERATIONAL)
    clear_own_cadence(by=ADMIN, account=company.account, purpose=OPERATIONAL)
    with pytest.raises(NotVisible):
        clear_own_cadence(by=ADMIN, account=company.account, purpose=OPERATIONAL)


def test_effect_is_said_and_not_made() -> None:
    now = clock.now()
    segment = Segment.objects.create(name="Banks")
    for days_ago, fields in (
        (40, {"tier": "A"}),
        (10, {"tier": "A"}),
        (1, {"tier": "A"}),
        (10, {"tier": "A", "segment": segment}),
        (10, {"tier": "B"}),
        (10, {}),
    ):
        touched(days_ago, **fields)
    make_account(lifecycle="prospect", tier="A")
    own = touched(10, tier="A")
    set_own_cadence(by=ADMIN, now=now, account=own, purpose=OPERATIONAL, interval=Interval(50, 70))
    before = OutboxMessage.objects.count()

    def shorter() -> None:
        edit_policy(by=ADMIN, policy=held(), interval=Interval(2, 5))

    assert effect(shorter, Whose(tier="A"), OPERATIONAL, now=now) == Effect(4, 1, 3)

    def for_banks() -> None:
        create_policy(by=ADMIN, purpose=OPERATIONAL, segment=segment, interval=Interval(2, 9))

    assert effect(for_banks, Whose(segment=segment), OPERATIONAL, now=now) == Effect(1, 0, 1)
    assert standing(Whose(), OPERATIONAL, now=now) == (1, 0)

    def for_one() -> None:
        set_own_cadence(by=ADMIN, now=now, account=own, purpose=OPERATIONAL, interval=Interval(2, 9))

    assert effect(for_one, Whose(), OPERATIONAL, now=now, account=own.pk) == Effect(1, 0, 1)
    assert (held().ideal_days, held().version) == (14, 1)
    assert OutboxMessage.objects.count() == before
    assert [one.maximum_days for one in AccountCadence.objects.visible_to(ADMIN)] == [70]


def test_silence_exactly_as_long_as_the_maximum_is_not_stale_yet() -> None:
    now = clock.now()
    make_touchpoint(make_account(lifecycle="active", tier="A"), direction="two_way", days_ago=30, now=now)
    assert standing(Whose(tier="A"), OPERATIONAL, now=now) == (1, 0)
    assert standing(Whose(tier="A"), OPERATIONAL, now=now + timedelta(microseconds=1)) == (1, 1)


def test_keys_of_addresses_name_tiers_segments_and_everybody_else() -> None:
    segment = Segment.objects.create(name="Banks")
    for one in (Whose(), Whose(tier="C"), Whose(segment=segment)):
        assert whose(one.key) == one
    for wrong in ("Z", "a", "01890000-0000-7000-8000-0000000000aa", "x-y"):
        assert whose(wrong) is None


def test_matrix_shows_everybody_else_tiers_and_segments() -> None:
    Segment.objects.create(name="Banks")
    rows = matrix()
    assert [row.whose.key for row in rows][:5] == ["default", "A", "B", "C", "D"]
    assert [row.cells[0][1] and row.cells[0][1].maximum_days for row in rows] == [120, 30, 60, 120, 180, None]


def test_page_previews_and_saves(people: People) -> None:
    client = client_for(people.admin)
    touched(10, tier="A")
    address = "/settings/cadence/operational/A/"
    assert client.get(address).context["effect"] == Effect(1, 0, None)
    body = {"ideal_days": 2, "maximum_days": 5, "working_days": ["1", "2"], "version": 1}
    shown = client.post(address, body | {"preview": "1"})
    assert (shown.status_code, shown.context["effect"], held().maximum_days) == (200, Effect(1, 0, 1), 30)
    crossed = client.post(address, body | {"maximum_days": 1})
    assert "The maximum is below the ideal." in crossed.text
    assert "Applies to" not in crossed.text
    assert "At least 1." in client.post(address, body | {"ideal_days": 0}).text
    part = client.post(address, body | {"preview": "1"}, headers={"HX-Request": "true"})
    assert b"Stale afterwards: 1" in part.content
    assert b"<html" not in part.content
    assert client.post(address, body).status_code == 303
    assert (held().ideal_days, held().maximum_days, held().working_days) == (2, 5, [1, 2])
    late = client.post(address, body | {"ideal_days": 3})
    assert (late.status_code, held().ideal_days) == (422, 2)
    assert client.post(f"{address}remove/").status_code == 302
    assert policy_of(Whose(tier="A"), OPERATIONAL) is None
    assert client.post(address, body | {"version": 0}).status_code == 303
    for wrong in ("/settings/cadence/fun/A/", "/settings/cadence/operational/Z/"):
        assert client.get(wrong).status_code == 404


def test_page_of_an_account_previews_sets_and_clears(company: Company) -> None:
    client, account = client_for(company.people.owner), company.account
    address = f"/accounts/{account.pk}/cadence/operational/"
    Account.objects.visible_to(ADMIN).filter(pk=account.pk).update(tier="B", lifecycle="active")
    assert client.get(address).context["form"].initial["ideal_days"] == 30
    body = {"ideal_days": 2, "maximum_days": 5, "working_days": ["1"]}
    assert client.post(address, body | {"preview": "1"}).status_code == 200
    assert AccountCadence.objects.visible_to(ADMIN).count() == 0
    assert client.post(address, body).status_code == 303
    assert [one.maximum_days for one in AccountCadence.objects.visible_to(ADMIN)] == [5]
    assert client.post(address, body | {"maximum_days": 1}).status_code == 422
    assert client.post(f"{address}clear/").status_code == 302
    assert client.post(f"{address}clear/").status_code == 404
    assert AccountCadence.objects.visible_to(ADMIN).count() == 0


@pytest.mark.parametrize("segments", [1, 3])
def test_matrix_takes_the_same_queries_however_many_segments(
    people: People, segments: int, django_assert_max_num_queries: object
) -> None:
    for number in range(segments):
        Segment.objects.create(name=f"Segment {number}")
    client = client_for(people.admin)
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        client.get("/settings/cadence/")


def test_segment_with_a_cadence_of_its_own_is_not_deleted() -> None:
    segment = Segment.objects.create(name="Hotels")
    made = create_policy(by=ADMIN, purpose=OPERATIONAL, segment=segment, interval=Interval(5, 9))
    with pytest.raises(Conflict) as error:
        delete_segment(by=ADMIN, segment=segment)
    assert (error.value.code, CadencePolicy.objects.filter(pk=made.pk).exists()) == ("segment_in_use", True)
    remove_policy(by=ADMIN, policy=made)
    delete_segment(by=ADMIN, segment=segment)
    assert not Segment.objects.filter(pk=segment.pk).exists()
