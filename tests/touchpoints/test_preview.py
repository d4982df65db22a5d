"""The line that says what will follow is what really follows."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.touchpoints.build import at, customer, open_check_in, open_flag, settle, touch
from touchpoints.models import TouchpointType
from touchpoints.preview import Follows, Standing, sentence, what_follows
from touchpoints.standing import standing_of

pytestmark = pytest.mark.django_db
NOW = at("2026-10-14 12:00")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tier=st.sampled_from("ABCD"),
    lifecycle=st.sampled_from(["active", "onboarding", "prospect"]),
    since=st.sampled_from([None, "2025-01-01", "2026-10-01"]),
    before=st.lists(st.integers(0, 24 * 200), max_size=2),
    hours_ago=st.integers(0, 24 * 250),
    direction=st.sampled_from(["two_way", "inbound", "outbound"]),
    type_key=st.sampled_from(["check_in", "survey", "complaint"]),
)
def test_what_is_said_is_what_follows(
    tier: str,
    lifecycle: str,
    since: str | None,
    before: list[int],
    hours_ago: int,
    direction: str,
    type_key: str,
) -> None:
    account = customer(tier, since, lifecycle=lifecycle)
    for hours in before:
        touch(account, NOW - timedelta(hours=hours))
    settle(account, NOW)
    was_flagged = open_flag(account)
    moment = NOW - timedelta(hours=hours_ago)
    said = what_follows(
        account,
        standing_of(account),
        type=TouchpointType.objects.get(key=type_key),
        direction=direction,
        occurred_at=moment,
        now=NOW,
    )
    touch(account, moment, direction=direction, type=type_key)
    settle(account, NOW)
    planned, flag = open_check_in(account), open_flag(account)
    assert said.check_in_on == (planned and planned.due_on)
    assert said.is_flagged == (flag is not None)
    assert said.closes_flag == (was_flagged is not None and flag is None)


@pytest.mark.parametrize(
    ("follows", "words"),
    [
        (Follows(True, True, True, False, at("2027-01-14").date()), "Closes the stale flag, next check-in 14 Jan 2027"),
        (Follows(True, True, False, False, at("2026-11-02").date()), "Next check-in 2 Nov"),
        (Follows(True, True, False, True, at("2026-05-01").date()), "The account is still stale, next check-in 1 May"),
        (Follows(True, True, False, False, None), "No check-in is planned"),
        (
            Follows(False, True, False, True, None),
            "Not counted as contact: check-in and flag stay",
        ),
        (
            Follows(True, False, False, True, None),
            "Older than the last contact: check-in and flag stay",
        ),
    ],
)
def test_sentence(follows: Follows, words: str) -> None:
    assert sentence(follows, now=NOW) == words


def test_standing_names_whose_cadence_it_is() -> None:
    account: Any = customer("B")
    touch(account, "2026-10-01")
    settle(account, NOW)
    standing = standing_of(account)
    assert isinstance(standing, Standing)
    assert (standing.cadence.ideal_days, standing.cadence.maximum_days, standing.cadence.origin) == (30, 60, "tier")
    assert standing_of(customer("")).cadence.origin == "default"
    assert standing_of(customer(lifecycle="lost")).cadence is None
