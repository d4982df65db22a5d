"""The database refuses what must not be; each constraint by name."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Account, Contact, Segment
from kam.people.models import Skill
from tests.factories import make_contact, make_user
from tests.personas import make_account
from tests.touchpoints.build import at, customer, touch
from touchpoints.enums import Purpose
from touchpoints.models import (
    AccountCadence,
    Attachment,
    CadencePolicy,
    CadenceState,
    Channel,
    CheckIn,
    Reach,
    StaleFlag,
    Touchpoint,
    TouchpointContact,
    TouchpointStaff,
    TouchpointType,
    TypeGroup,
    TypeInGroup,
    TypeSkill,
)

pytestmark = pytest.mark.django_db


def check_in(account: Account, period: int = 1, **fields: object) -> CheckIn:
    made = CheckIn(
        **{
            "account": account,
            "source_id": "operational",
            "period_on": date(2026, 3, period),
            "due_on": date(2026, 4, period),
        }
        | fields
    )
    made.save(force_insert=True)
    return made


def flag(account: Account, day: int = 1, **fields: object) -> StaleFlag:
    moment = at(f"2026-03-{day:02}")
    made = StaleFlag(**{"account": account, "anchor_at": moment, "stale_at": moment, "opened_at": moment} | fields)
    made.save(force_insert=True)
    return made


def twice(make: Callable[..., object], account: Account, **differing: object) -> None:
    make(account)
    make(account, **differing)


def linked_twice(account: Account, link: type[TouchpointContact] | type[TouchpointStaff], **person: object) -> None:
    touchpoint = touch(account, "2026-03-02")
    link.objects.all_for_system(reason="tests").filter(touchpoint=touchpoint).delete()
    for _ in range(2):
        link(account=account, touchpoint=touchpoint, **person).save(force_insert=True)


def reached(**fields: object) -> None:
    Reach.objects.create(
        **{"type": a_type(), "channel": Channel.objects.get(key="web"), "occurred_on": date(2026, 3, 2), "count": 5,
           "created_by": make_user()} | fields
    )  # fmt: skip


def a_type() -> TouchpointType:
    return TouchpointType.objects.get(key="demo")


def attachment(account: Account, **fields: object) -> None:
    one = touch(account, "2026-03-02")
    for _ in range(2):
        Attachment(
            **{"account": account, "touchpoint": one, "name": "a.txt", "size_bytes": 1, "sha256": "0" * 64,
               "content_type": "text/plain", "created_at": at("2026-03-02")} | fields
        ).save(force_insert=True)  # fmt: skip


CLOSED = {"status": "done", "closed_at": at("2026-03-05")}
REFUSED: dict[str, Callable[[Account], object]] = {
    "check_in_one_open": lambda a: twice(check_in, a, period=2),
    "check_in_once": lambda a: (check_in(a, **CLOSED), check_in(a)),
    "check_in_closed_has_time": lambda a: check_in(a, status="done"),
    "check_in_purpose_known": lambda a: check_in(a, purpose="fun"),
    "check_in_source_known": lambda a: check_in(a, source="fun"),
    "check_in_status_known": lambda a: check_in(a, status="fun", closed_at=at("2026-03-05")),
    "check_in_due_as_rescheduled": lambda a: check_in(a, rescheduled_on=date(2026, 5, 1)),
    "check_in_skipped_for_a_reason": lambda a: check_in(a, status="skipped", closed_at=at("2026-03-05")),
    "cadence_state_once": lambda a: [
        CadenceState(account=a, purpose="executive").save(force_insert=True) for _ in range(2)
    ],
    "cadence_state_purpose_known": lambda a: CadenceState(account=a, purpose="operational").save(force_insert=True),
    "stale_flag_escalation_has_time": lambda a: flag(a, escalation=1),
    "stale_flag_one_open": lambda a: twice(flag, a, day=2),
    "stale_flag_once": lambda a: (flag(a, closed_at=at("2026-03-05")), flag(a)),
    "stale_flag_closed_has_time": lambda a: flag(a, closed_by_touchpoint=touch(a, "2026-03-02")),
    "stale_flag_purpose_known": lambda a: flag(a, purpose="fun"),
    "own_cadence_once": lambda a: [
        AccountCadence(account=a, ideal_days=1, maximum_days=2).save(force_insert=True) for _ in range(2)
    ],
    "own_cadence_ideal_within_maximum": lambda a: AccountCadence(account=a, ideal_days=3, maximum_days=2).save(),
    "own_cadence_working_days_known": lambda a: AccountCadence(
        account=a, ideal_days=1, maximum_days=2, working_days=[8]
    ).save(),
    "own_cadence_purpose_known": lambda a: AccountCadence(
        account=a, ideal_days=1, maximum_days=2, purpose="fun"
    ).save(),
    "policy_once": lambda a: CadencePolicy.objects.create(ideal_days=1, maximum_days=2),
    "policy_segment_or_tier": lambda a: CadencePolicy.objects.create(
        segment=Segment.objects.create(name="Banks"), tier="A", ideal_days=1, maximum_days=2
    ),
    "policy_ideal_within_maximum": lambda a: CadencePolicy.objects.create(
        segment=Segment.objects.create(name="Banks"), ideal_days=0, maximum_days=2
    ),
    "policy_working_days_known": lambda a: CadencePolicy.objects.create(
        segment=Segment.objects.create(name="Banks"), ideal_days=1, maximum_days=2, working_days=[]
    ),
    "policy_purpose_known": lambda a: CadencePolicy.objects.create(purpose="fun", ideal_days=1, maximum_days=2),
    "touchpoint_sentiment_start_range": lambda a: touch(a, "2026-03-02", sentiment_start=3),
    "touchpoint_sentiment_end_range": lambda a: touch(a, "2026-03-02", sentiment_end=-3),
    "touchpoint_direction_known": lambda a: touch(a, "2026-03-02", direction="fun"),
    "touchpoint_status_known": lambda a: touch(a, "2026-03-02", status="fun"),
    "touchpoint_expectation_known": lambda a: touch(a, "2026-03-02", expectation="fun"),
    "attachment_once": attachment,
    "attachment_size_range": lambda a: attachment(a, size_bytes=25 * 2**20 + 1),
    "touchpoint_appointment_has_time": lambda a: (
        touch(a, "2026-03-02"),
        Touchpoint.objects.all_for_system(reason="tests").update(status="planned"),
    ),
    "touchpoint_only_completed_is_judged": lambda a: touch(a, "2026-03-02", status="no_show", sentiment_end=1),
    "touchpoint_external_id_once": lambda a: [touch(a, "2026-03-02", source="crm", external_id="1") for _ in range(2)],
    "reach_counts_somebody": lambda a: reached(count=0),
    "reach_external_id_has_source": lambda a: reached(external_id="1"),
    "reach_external_id_once": lambda a: [reached(source="ads", external_id="1") for _ in range(2)],
    "channel_key_once": lambda a: Channel.objects.create(key="phone", name="x", mode="digital"),
    "channel_mode_known": lambda a: Channel.objects.create(key="x", name="x", mode="fun"),
    "channel_direction_known": lambda a: Channel.objects.create(
        key="x", name="x", mode="digital", default_direction="fun"
    ),
    "touchpoint_initiative_known": lambda a: (
        touch(a, "2026-03-02"),
        Touchpoint.objects.all_for_system(reason="tests").update(initiative="fun"),
    ),
    "channel_name_given": lambda a: Channel.objects.create(key="x", name="", mode="digital"),
    "touchpoint_type_name_given": lambda a: TouchpointType.objects.create(
        key="x", name="", phase="after", default_initiative="direct"
    ),
    "type_group_name_once": lambda a: [TypeGroup.objects.create(name=name) for name in ("Sales", "SALES")],
    "type_group_name_given": lambda a: TypeGroup.objects.create(name=""),
    "type_in_group_once": lambda a: [
        TypeInGroup.objects.create(type=a_type(), group=group)
        for group in [TypeGroup.objects.create(name="Sales")]
        for _ in range(2)
    ],
    "type_skill_once": lambda a: [
        TypeSkill.objects.create(type=a_type(), skill=skill)
        for skill in [Skill.objects.create(name="Negotiating")]
        for _ in range(2)
    ],
    "touchpoint_contact_once": lambda a: linked_twice(a, TouchpointContact, contact=make_contact(a)),
    "touchpoint_staff_once": lambda a: linked_twice(a, TouchpointStaff, user=make_user()),
    "touchpoint_type_key_once": lambda a: TouchpointType.objects.create(
        key="demo", name="x", phase="after", default_initiative="direct"
    ),
    "touchpoint_type_phase_known": lambda a: TouchpointType.objects.create(
        key="x", name="x", phase="fun", default_initiative="direct"
    ),
    "touchpoint_type_initiative_known": lambda a: TouchpointType.objects.create(
        key="x", name="x", phase="after", default_initiative="fun"
    ),
    "touchpoint_type_counts_known": lambda a: TouchpointType.objects.create(
        key="x", name="x", phase="after", default_initiative="direct", counts_for=["fun"]
    ),
}


@pytest.mark.parametrize("constraint", REFUSED)
def test_the_database_refuses(constraint: str) -> None:
    account = customer()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        REFUSED[constraint](account)
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_one_open_check_in_for_each_purpose_is_fine() -> None:
    account = customer()
    for purpose in Purpose.values:
        check_in(account, purpose=purpose, source_id=purpose)
        flag(account, purpose=purpose)


def _refused_at_commit() -> str:
    with pytest.raises(IntegrityError) as refused, connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return refused.value.__cause__.diag.constraint_name


def test_contact_of_another_account_is_refused() -> None:
    mine, other = customer(), make_account("Other", owner=None, team=None)
    stranger = Contact(account=other, first_name="Kim", name_sort="kim")
    stranger.save(force_insert=True)
    TouchpointContact(account=mine, touchpoint=touch(mine, "2026-03-02"), contact=stranger).save(force_insert=True)
    assert _refused_at_commit() == "touchpointcontact_contact_same_account"


def test_link_to_a_touchpoint_of_another_account_is_refused() -> None:
    mine, other = customer(), make_account("Other", owner=None, team=None)
    contact = Contact(account=mine, first_name="Kim", name_sort="kim")
    contact.save(force_insert=True)
    TouchpointContact(account=mine, touchpoint=touch(other, "2026-03-02"), contact=contact).save(force_insert=True)
    assert _refused_at_commit() == "touchpointcontact_touchpoint_same_account"


def test_colleague_linked_under_another_account_is_refused(people: object) -> None:
    mine, other = customer(), make_account("Other", owner=None, team=None)
    TouchpointStaff(account=mine, touchpoint=touch(other, "2026-03-02"), user=people.owner).save(force_insert=True)
    assert _refused_at_commit() == "touchpointstaff_touchpoint_same_account"
