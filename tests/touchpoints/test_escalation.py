"""A silence goes up the tree by itself, and each leader sees what has come up to them."""

from datetime import timedelta
from html import unescape

import pytest

from accounts.day import day_of
from accounts.enums import MemberRole
from accounts.services.members import set_member
from kam.core import clock
from kam.outbox.models import OutboxMessage
from kam.people.enums import MembershipRole
from kam.people.models import Membership
from tests.factories import make_user
from tests.personas import Company, client_for, make_account, principal
from tests.touchpoints.build import open_flag, settle, touch
from touchpoints.escalated import escalated_lines, escalated_to
from touchpoints.models import StaleFlag
from touchpoints.services.escalation import escalate_flags

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def silent(company: Company) -> Company:
    """Two accounts gone stale this very moment; team north one is led by somebody of its own here."""
    for account in (company.account, company.foreign_account):
        touch(account, NOW - timedelta(days=200))
        settle(account, NOW)
    return company


@pytest.mark.parametrize(("days", "level"), [(0, 0), (2.99, 0), (3, 1), (6.99, 1), (7, 2), (400, 2)])
def test_flag_rises_with_time_and_once(silent: Company, days: float, level: int) -> None:
    later = NOW + timedelta(days=days)
    assert escalate_flags(now=later) == (2 if level else 0)
    flag = open_flag(silent.account)
    assert (flag.escalation, flag.escalated_at) == (level, later if level else None)
    assert escalate_flags(now=later) == 0
    assert OutboxMessage.objects.filter(topic="stale_flag.escalated").count() == (1 if level else 0)


def test_closed_flag_rises_no_more(silent: Company) -> None:
    touch(silent.account, NOW)
    settle(silent.account, NOW)
    assert escalate_flags(now=NOW + timedelta(days=9)) == 1


def test_each_leader_sees_what_has_come_up_to_them(silent: Company) -> None:
    people = silent.people
    chief = make_user("Chief", team=people.north_one, role=MembershipRole.LEADER)

    def seen() -> dict[str, list[StaleFlag]]:
        everyone = {"chief": chief, "leader": people.leader, "sibling": people.sibling_leader, "owner": people.owner}
        return {name: list(escalated_to(principal(user))) for name, user in everyone.items()}

    mine, foreign = open_flag(silent.account), open_flag(silent.foreign_account)
    assert set(map(tuple, seen().values())) == {()}
    escalate_flags(now=NOW + timedelta(days=3))
    # South one has no leader of its own: the one of south is the first.
    assert seen() == {"chief": [mine], "leader": [], "sibling": [foreign], "owner": []}
    escalate_flags(now=NOW + timedelta(days=7))
    assert seen() == {"chief": [mine], "leader": [mine], "sibling": [foreign], "owner": []}


def test_escalated_replaces_stale_on_the_day_of_a_leader_who_is_on_the_account_team(silent: Company) -> None:
    leader = silent.people.leader
    escalate_flags(now=NOW + timedelta(days=7))
    set_member(by=principal(silent.people.admin), now=NOW, account=silent.account, user=leader, role=MemberRole.SERVICE)
    day = day_of(principal(leader), now=NOW)
    found = [line.word for group in day.groups for line in group.lines if line.account == silent.account]
    assert found == ["Escalated"]


def test_silences_that_are_not_shown_are_further_on(silent: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    second = make_account("Second", owner=silent.people.owner, team=silent.people.north_one)
    touch(second, NOW - timedelta(days=200))
    settle(second, NOW)
    escalate_flags(now=NOW + timedelta(days=7))
    monkeypatch.setattr("accounts.day.MOST_SHOWN", 1)
    client = client_for(silent.people.leader)
    first = client.get("/my-day/")
    address = "/my-day/?group=today&amp;after=1"
    assert f'<a href="{address}">and 1 more</a>' in first.text
    further = client.get(unescape(address))
    shown = [line for page in (first, further) for group in page.context["day"].groups for line in group.lines]
    assert {line.account for line in shown if line.word == "Escalated"} == {silent.account, second}
    assert "2–2 of 2" in further.text


def test_line_names_the_owner_and_leaves_out_ones_own_accounts(silent: Company) -> None:
    escalate_flags(now=NOW + timedelta(days=7))
    [line] = escalated_lines(principal(silent.people.leader), NOW)
    assert (line.word, line.account) == ("Escalated", silent.account)
    assert line.sentence == f"No two-way contact for 200 days; owned by {silent.people.owner}"
    Membership.objects.filter(user=silent.people.owner).update(role=MembershipRole.LEADER)
    assert escalated_lines(principal(silent.people.owner), NOW) == []
