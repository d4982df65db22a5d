"""The stakeholders signal: a third each for sponsor, decision maker and champion in touch within 90 days."""

import pytest

from accounts.health import recompute
from accounts.health.explain import explain_current
from accounts.models import Account, HealthDirty
from accounts.services.contacts import create_contact, edit_contact
from tests.accounts.health_data import NOON, a_contact, account_of, meet, result_of, touch
from tests.factories import SYSTEM

pytestmark = pytest.mark.django_db
ALL_THREE = ["sponsor", "decision_maker", "champion"]


def reading(account: Account) -> float | None:
    recompute([account.pk], as_of=NOON)
    return result_of(account).readings.get("stakeholders")


@pytest.mark.parametrize(
    ("roles", "days_ago", "expected"),
    [
        (["sponsor"], 1, 33.3333),
        (["sponsor", "champion"], 1, 66.6667),
        (ALL_THREE, 89.9, 100),
        (ALL_THREE, 90, 0),  # known, and silent for 90 days
        (["user", "influencer"], 1, None),
    ],
)
def test_stakeholders_count_a_third_each_for_90_days(roles: list[str], days_ago: float, expected: float | None) -> None:
    account = account_of("A")
    meet(touch(account, days_ago=days_ago), a_contact(account, roles))
    assert reading(account) == expected


def test_stakeholders_two_people_of_one_role_are_one_third() -> None:
    account = account_of("A")
    meet(touch(account, days_ago=100), a_contact(account, ["sponsor"]))
    meet(touch(account, days_ago=5), a_contact(account, ["sponsor"]), a_contact(account, ["sponsor"]))
    assert reading(account) == 33.3333


@pytest.mark.parametrize("uncounted", [{"direction": "outbound"}, {"status": "planned"}, {"days_ago": -1}])
def test_stakeholders_need_contact_both_ways(uncounted: dict[str, object]) -> None:
    account = account_of("A")
    meet(touch(account, **{"days_ago": 5, **uncounted}), a_contact(account, ALL_THREE))
    assert reading(account) is None


def test_stakeholders_are_unknown_while_nobody_spoke_to_them() -> None:
    account = account_of("A")
    a_contact(account, ALL_THREE)
    touch(account, days_ago=1)
    assert reading(account) is None
    assert (
        explain_current(account, now=NOON).signals[2].sentence
        == "No two-way contact yet with a sponsor, decision maker or champion"
    )


def test_stakeholders_say_who_is_silent_and_name_no_person() -> None:
    account = account_of("A")
    meet(touch(account, days_ago=5, subject="Kick-off"), a_contact(account, ["sponsor"]))
    meet(touch(account, days_ago=200, subject="Long ago"), a_contact(account, ["champion"]))
    recompute([account.pk], as_of=NOON)
    told = explain_current(account, now=NOON).signals[2]
    assert told.sentence == "No two-way contact within 90 days with a decision maker or champion"
    assert [(one.label, one.value, round(one.share, 1)) for one in told.evidence] == [
        ("Sponsor: Kick-off", 100, 33.3),
        ("Champion: Long ago", 0, 0),
    ]


def test_stakeholders_of_a_changed_role_are_caught_up() -> None:
    account = account_of("A")
    plain = create_contact(by=SYSTEM, account=account, last_name="Plain")
    edit_contact(by=SYSTEM, contact=plain, changes={"job_title": "Head"})
    assert not HealthDirty.objects.exists()
    edit_contact(by=SYSTEM, contact=plain, changes={"buying_roles": ["sponsor"]})
    assert HealthDirty.objects.filter(account_id=account.pk).exists()
    other = account_of("A", name="Other")
    create_contact(by=SYSTEM, account=other, last_name="Chief", buying_roles=["champion"])
    assert HealthDirty.objects.filter(account_id=other.pk).exists()
