"""The catalogue: who may change it, what an edit writes, and what follows from what a type counts for."""

from datetime import timedelta

import pytest

from accounts.models import Account
from kam.audit.selectors import history_of
from kam.core import clock
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.outbox import dispatch
from kam.outbox.models import Lane, OutboxMessage
from kam.people.models import Skill
from kam.people.principal import Principal, principal_for
from kam.people.rules import NotAllowed
from tests.factories import make_account, make_touchpoint
from tests.personas import People, client_for
from touchpoints import usage
from touchpoints.models import Channel, CheckIn, Touchpoint, TouchpointType, TypeGroup
from touchpoints.selectors import channels, touchpoint_types
from touchpoints.services import catching_up
from touchpoints.services.catalogue import (
    COUNTS_CHANGED,
    create_channel,
    create_type,
    edit_channel,
    edit_type,
    move_entry,
    remove_entry,
)
from touchpoints.services.drift import drifted
from touchpoints.usage import types_by_phase

pytestmark = pytest.mark.django_db
ADMIN = Principal.system("test")
NEW = {"phase": "after", "default_initiative": "direct"}


def a_type(key: str = "demo") -> TouchpointType:
    return TouchpointType.objects.get(key=key)


def reloaded(account: Account) -> Account:
    return Account.objects.visible_to(ADMIN).get(pk=account.pk)


def test_only_administrators_change_the_catalogue(people: People) -> None:
    for user in (people.owner, people.leader, people.integration):
        by = principal_for(user)
        for refused in (
            lambda by=by: create_type(by=by, name="Golf", **NEW),
            lambda by=by: edit_type(by=by, type=a_type(), changes={"name": "x"}),
            lambda by=by: create_channel(by=by, name="Fax", mode="digital"),
            lambda by=by: edit_channel(by=by, channel=Channel.objects.get(key="web"), changes={"name": "x"}),
            lambda by=by: remove_entry(by=by, entry=a_type()),
            lambda by=by: move_entry(by=by, entry=a_type(), up=True),
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_new_type_gets_a_key_the_last_place_its_groups_and_skills() -> None:
    skill = Skill.objects.create(name="Golf")
    made = create_type(by=ADMIN, name="  Golf   day ", groups=["Hosted", "hosted", " "], skills=[skill], **NEW)
    assert (made.key, made.name, made.version) == ("golf_day", "Golf day", 1)
    assert made.position == max(one.position for one in TouchpointType.objects.all())
    assert [group.name for group in made.groups.all()] == ["hosted"]
    assert list(made.required_skills.all()) == [skill]


def test_name_of_another_entry_is_refused_whatever_its_case() -> None:
    with pytest.raises(Conflict) as refused:
        create_type(by=ADMIN, name="DEMO", **NEW)
    assert (refused.value.code, refused.value.field) == ("name_taken", "name")
    with pytest.raises(Conflict):
        edit_channel(by=ADMIN, channel=Channel.objects.get(key="web"), changes={"name": "phone"})
    with pytest.raises(DomainError):
        edit_channel(by=ADMIN, channel=Channel.objects.get(key="web"), changes={"name": "  "})


def test_edit_raises_the_version_and_leaves_an_event_only_where_something_differs() -> None:
    demo = a_type()
    same = edit_type(by=ADMIN, type=demo, changes={"name": "Demo", "phase": demo.phase}, groups=[], skills=[])
    assert same.version == 1
    edited = edit_type(by=ADMIN, type=demo, changes={"promise": "Within a day"}, version=1)
    assert edited.version == 2
    assert [event.promise for event in history_of(edited)] == ["Within a day"]
    with pytest.raises(Conflict) as refused:
        edit_type(by=ADMIN, type=demo, changes={"promise": "Within a week"}, version=1)
    assert refused.value.code == "stale_version"


def test_edit_of_its_groups_alone_raises_the_version() -> None:
    assert edit_type(by=ADMIN, type=a_type(), changes={}, groups=["Sales"]).version == 2
    assert edit_type(by=ADMIN, type=a_type(), changes={}, skills=[Skill.objects.create(name="Talking")]).version == 3


def test_group_lives_as_long_as_a_type_is_in_it() -> None:
    edit_type(by=ADMIN, type=a_type(), changes={}, groups=["Sales", "Hosted"])
    edit_type(by=ADMIN, type=a_type("proposal"), changes={}, groups=["SALES"])
    edit_type(by=ADMIN, type=a_type(), changes={}, groups=[])
    assert [group.name for group in TypeGroup.objects.all()] == ["Sales"]
    assert [group.name for group in a_type("proposal").groups.all()] == ["Sales"]
    edit_type(by=ADMIN, type=a_type("proposal"), changes={}, groups=[])
    assert TypeGroup.objects.count() == 0


def test_retired_entries_are_not_offered_but_to_what_has_them() -> None:
    edit_type(by=ADMIN, type=a_type(), changes={"is_active": False})
    edit_channel(by=ADMIN, channel=Channel.objects.get(key="web"), changes={"is_active": False})
    assert "demo" not in {one.key for one in touchpoint_types()}
    assert "demo" in {one.key for one in touchpoint_types(asked="demo")}
    assert "web" not in {one.key for one in channels()}


def test_last_active_entry_stays() -> None:
    Channel.objects.exclude(key="phone").update(is_active=False)
    phone = Channel.objects.get(key="phone")
    for refused in (
        lambda: edit_channel(by=ADMIN, channel=phone, changes={"is_active": False}),
        lambda: remove_entry(by=ADMIN, entry=phone),
    ):
        with pytest.raises(Conflict) as error:
            refused()
        assert error.value.code == "last_one"


def test_entry_with_touchpoints_is_not_deleted() -> None:
    make_touchpoint(make_account(), type="demo")
    with pytest.raises(Conflict) as refused:
        remove_entry(by=ADMIN, entry=a_type())
    assert refused.value.code == "in_use"
    remove_entry(by=ADMIN, entry=a_type("win_back"))
    assert not TouchpointType.objects.filter(key="win_back").exists()
    with pytest.raises(NotVisible):
        remove_entry(by=ADMIN, entry=TouchpointType(key="gone"))


def test_moving_trades_places_within_the_phase() -> None:
    def order() -> dict[str, list[str]]:
        return {phase.phase: [used.entry.key for used in phase.types] for phase in types_by_phase(ADMIN)}

    before = order()
    second = before["after"][1]
    move_entry(by=ADMIN, entry=a_type(second), up=True)
    assert order() == before | {"after": [second, before["after"][0], *before["after"][2:]]}
    move_entry(by=ADMIN, entry=a_type(second), up=True)
    move_entry(by=ADMIN, entry=a_type(before["after"][-1]), up=False)
    move_entry(by=ADMIN, entry=a_type(second), up=False)
    assert order() == before


def test_use_is_counted_by_type() -> None:
    for _ in range(2):
        make_touchpoint(make_account(), type="demo")
    used = {one.entry.key: one.times for phase in types_by_phase(ADMIN) for one in phase.types}
    assert (used["demo"], used["proposal"]) == (2, 0)


def test_use_is_not_counted_for_ever(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "MOST", 1)
    for _ in range(3):
        make_touchpoint(make_account(), type="demo")
    used = {one.entry.key: one for phase in types_by_phase(ADMIN) for one in phase.types}
    assert (used["demo"].times, used["demo"].more_than, used["proposal"].more_than) == (2, 1, None)
    assert 'data-label="Logged">1+</td>' in client_for(people.admin).get("/settings/types/").content.decode()


@pytest.mark.django_db(transaction=True)  # the dispatcher works in transactions of its own
def test_type_that_no_longer_counts_takes_back_what_followed_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "AT_ONCE", 2)
    now = clock.now()
    accounts = [make_account(lifecycle="active", tier="A", customer_since="2020-01-01") for _ in range(5)]
    for account in accounts:
        make_touchpoint(account, type="demo", direction="two_way", days_ago=40, now=now)
        make_touchpoint(account, type="check_in", direction="two_way", days_ago=100, now=now)
    untouched = make_account(lifecycle="active", tier="A")
    dispatch.run(Lane.DB)
    OutboxMessage.objects.all().delete()
    edit_type(by=ADMIN, type=a_type(), changes={"counts_for": []})
    assert [one.topic for one in OutboxMessage.objects.all()] == [COUNTS_CHANGED]
    dispatch.run(Lane.DB)
    for account in accounts:
        assert reloaded(account).last_touch_at == now - timedelta(days=100)
        periods = CheckIn.objects.visible_to(ADMIN).filter(account=account, purpose="operational")
        assert (now - timedelta(days=40)).date() not in {one.period_on for one in periods}
    assert drifted([one.pk for one in (*accounts, untouched)], now=clock.now()) == []
    edit_type(by=ADMIN, type=a_type(), changes={"counts_for": ["operational"]})
    dispatch.run(Lane.DB)
    assert {reloaded(account).last_touch_at for account in accounts} == {now - timedelta(days=40)}


@pytest.mark.django_db(transaction=True)
def test_type_that_no_longer_counts_takes_back_the_period_it_began_in_between() -> None:
    now = clock.now()
    account = make_account(lifecycle="active", tier="A", customer_since="2020-01-01")
    for type, days_ago in (("check_in", 100), ("demo", 40), ("check_in", 5)):
        make_touchpoint(account, type=type, direction="two_way", days_ago=days_ago, now=now)
    newest = Touchpoint.objects.visible_to(ADMIN).filter(account=account).order_by("-occurred_at")[0]
    edit_type(by=ADMIN, type=a_type(), changes={"counts_for": []})
    dispatch.run(Lane.DB)
    kept = CheckIn.objects.visible_to(ADMIN).filter(account=account, purpose="operational")
    periods = {one.period_on: one.fulfilled_by_id for one in kept}
    assert (now - timedelta(days=40)).date() not in periods
    assert periods[(now - timedelta(days=100)).date()] == newest.pk


def test_type_edited_otherwise_asks_for_nothing() -> None:
    OutboxMessage.objects.all().delete()
    edit_type(by=ADMIN, type=a_type(), changes={"promise": "Within a day", "counts_for": ["operational"]})
    assert OutboxMessage.objects.count() == 0
    assert Touchpoint.objects.visible_to(ADMIN).count() == 0


def test_form_saves_a_type_once_and_shows_who_was_faster(people: People) -> None:
    client = client_for(people.admin)
    address = "/settings/types/new/"
    row = client.get(address).context["form"].initial["row"]
    body = {**NEW, "name": "Golf day", "is_active": "on", "row": row}
    for _ in range(2):
        assert client.post(address, body | {"new_groups": "Hosted, Fun"}).status_code == 303
    made = TouchpointType.objects.get(name="Golf day")
    assert sorted(group.name for group in made.groups.all()) == ["Fun", "Hosted"]
    edit_type(by=principal_for(people.admin), type=made, changes={"promise": "Sun"})
    answer = client.post(f"/settings/types/{made.pk}/", {**body, "version": 1, "promise": "Rain"})
    assert answer.status_code == 422
    assert [(one.theirs, one.mine) for one in answer.context["overtaken"].differences] == [("Sun", "Rain")]
    assert client.post(f"/settings/types/{made.pk}/", {**body, "over": 2, "promise": "Rain"}).status_code == 303
    made.refresh_from_db()
    assert (made.promise, made.version, made.groups.count()) == ("Rain", 3, 0)


def test_list_of_a_group_shows_its_types_alone(people: People) -> None:
    edit_type(by=ADMIN, type=a_type(), changes={}, groups=["Sales"])
    group = TypeGroup.objects.get()
    answer = client_for(people.admin).get("/settings/types/", {"group": group.pk})
    assert [used.entry.key for phase in answer.context["phases"] for used in phase.types] == ["demo"]


@pytest.mark.parametrize("entries", [1, 3])
def test_lists_take_the_same_queries_however_many_rows(
    people: People, entries: int, django_assert_max_num_queries: object
) -> None:
    for number in range(entries):
        create_type(by=ADMIN, name=f"Golf {number}", groups=[f"Group {number}"], **NEW)
    client = client_for(people.admin)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        client.get("/settings/types/")
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        client.get("/settings/channels/")
