"""Regularity over many accounts is the sum of each account's own."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from accounts.models import Account
from tests.accounts.health_data import NOON, WHY, account_of, touch
from touchpoints.cadence import regularity
from touchpoints.rhythm import YEAR, kept_periods
from touchpoints.standing import standings_and_contact

pytestmark = pytest.mark.django_db


def test_kept_periods_are_those_of_each_account_added_up(people) -> None:
    dice = random.Random(11)
    accounts = []
    for number in range(30):
        account = account_of(
            dice.choice(["A", "B", "C", ""]),
            name=f"Account {number}",
            lifecycle=dice.choice(["active", "active", "prospect"]),
            customer_since=dice.choice([None, date(2024, 1, 1), date(2026, 4, 1), date(2026, 6, 20)]),
        )
        Account.objects.all_for_system(reason=WHY).filter(pk=account.pk).update(
            owner=dice.choice([None, people.owner, people.leader])
        )
        account.refresh_from_db()
        for _ in range(dice.choice([0, 1, 4, 15])):
            touch(account, days_ago=dice.uniform(0, 600), direction=dice.choice(["two_way", "outbound"]))
        accounts.append(account)
    expected: Counter[tuple[object, str]] = Counter()
    for account in accounts:
        standing, moments = standings_and_contact(account, since=NOON - YEAR)["operational"]
        if standing.cadence and (own := regularity(moments, standing.cadence, as_of=NOON)):
            expected[account.owner_id, "kept"] += own.kept
            expected[account.owner_id, "all"] += own.periods
    found: Counter[tuple[object, str]] = Counter()
    for owner, _team, kept, periods in kept_periods(Account.objects.all_for_system(reason=WHY), NOON):
        found[owner, "kept"] += kept
        found[owner, "all"] += periods
    assert found == expected
    assert len({owner for owner, _ in found}) == 3


def test_kept_periods_of_nobody_are_none() -> None:
    assert kept_periods(Account.objects.all_for_system(reason=WHY).filter(pk__in=[]), NOON + timedelta(days=1)) == []
