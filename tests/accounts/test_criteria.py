"""Conditions that lists and figures share, at their very edges."""

from datetime import datetime, timedelta

import pytest

from accounts.criteria import SOON, is_stale, is_stale_soon
from accounts.models import Account
from kam.core import clock
from tests.personas import SYSTEM, make_account
from tests.touchpoints.build import settle
from touchpoints.models import StaleFlag
from touchpoints.selectors import stale_accounts

pytestmark = pytest.mark.django_db
NOW = clock.now()
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("stale_at", "expected"),
    [
        (None, (False, False)),
        (NOW - INSTANT, (True, False)),
        (NOW, (False, True)),  # strictly longer than the maximum
        (NOW + SOON - INSTANT, (False, True)),
        (NOW + SOON, (False, False)),
    ],
)
def test_stale_and_stale_soon_meet_and_do_not_overlap(stale_at: datetime | None, expected: tuple[bool, bool]) -> None:
    make_account("Acme", owner=None, team=None, stale_at=stale_at)
    found = Account.objects.visible_to(SYSTEM)
    assert (found.filter(is_stale(NOW)).exists(), found.filter(is_stale_soon(NOW)).exists()) == expected


@pytest.mark.parametrize(("late", "is_silent"), [(timedelta(0), False), (INSTANT, True)])
def test_list_filter_stale_list_and_flag_agree_to_the_instant(late: timedelta, is_silent: bool) -> None:
    account = make_account("Acme", owner=None, team=None, tier="A", customer_since=NOW.date() - timedelta(days=60))
    settle(account, NOW)
    StaleFlag.objects.visible_to(SYSTEM).delete()
    moment = account.stale_at + late
    settle(account, moment)
    assert Account.objects.visible_to(SYSTEM).filter(is_stale(moment)).exists() is is_silent
    assert stale_accounts(SYSTEM, as_of=moment, now=moment).exists() is is_silent
    assert StaleFlag.objects.visible_to(SYSTEM).exists() is is_silent
