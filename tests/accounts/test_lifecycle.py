"""Every way from one lifecycle to another, and what it is told as."""

from datetime import UTC, date, datetime

import pytest

from accounts.enums import Lifecycle
from accounts.models import Account, LifecycleEvent
from accounts.services.accounts import create_account, edit_account
from accounts.services.lifecycle import event_of
from kam.core.errors import DomainError
from tests.personas import SYSTEM

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)

# from → to: the event where it was never won, and where it was. "refused": a customer never becomes a prospect.
TABLE: dict[tuple[str, str], tuple[str | None, str | None]] = {
    ("prospect", "prospect"): (None, None),
    ("prospect", "onboarding"): ("won", "regained"),
    ("prospect", "active"): ("won", "regained"),
    ("prospect", "lost"): (None, None),
    ("onboarding", "prospect"): ("refused", "refused"),
    ("onboarding", "onboarding"): (None, None),
    ("onboarding", "active"): (None, None),
    ("onboarding", "lost"): ("lost", "lost"),
    ("active", "prospect"): ("refused", "refused"),
    ("active", "onboarding"): (None, None),
    ("active", "active"): (None, None),
    ("active", "lost"): ("lost", "lost"),
    ("lost", "prospect"): (None, None),
    ("lost", "onboarding"): ("regained", "regained"),
    ("lost", "active"): ("regained", "regained"),
    ("lost", "lost"): (None, None),
}


def events(account: Account) -> list[tuple[str, date, bool]]:
    found = LifecycleEvent.objects.visible_to(SYSTEM).filter(account=account).order_by("id")
    return list(found.values_list("kind", "occurred_on", "assumed"))


def test_the_table_is_whole() -> None:
    assert set(TABLE) == {(before, after) for before in Lifecycle.values for after in Lifecycle.values}


@pytest.mark.parametrize("was_won", [False, True], ids=["never won", "won before"])
@pytest.mark.parametrize("pair", TABLE, ids=" to ".join)
def test_every_pair(pair: tuple[str, str], was_won: bool) -> None:
    before, after = pair
    expected = TABLE[pair][was_won]
    account = create_account(by=SYSTEM, now=NOW, name="A", lifecycle=before)
    LifecycleEvent.objects.visible_to(SYSTEM).delete()
    if was_won:
        LifecycleEvent(account=account, kind="won", occurred_on=date(2020, 1, 1)).save(force_insert=True)
    earlier = events(account)
    if expected == "refused":
        with pytest.raises(DomainError) as refused:
            edit_account(by=SYSTEM, now=NOW, account=account, changes={"lifecycle": after})
        assert (refused.value.code, refused.value.field) == ("was_customer", "lifecycle")
        assert Account.objects.visible_to(SYSTEM).get(pk=account.pk).lifecycle == before
        expected = None
    else:
        edit_account(by=SYSTEM, now=NOW, account=account, changes={"lifecycle": after})
        assert event_of(before, after, was_won=was_won) == expected
    assert [kind for kind, *_ in events(account)[len(earlier) :]] == ([expected] if expected else [])


def test_a_lost_customer_won_back_as_a_prospect_is_regained_today() -> None:
    account = create_account(by=SYSTEM, now=NOW, name="A", customer_since=date(2020, 5, 4))
    for changes in (
        {"lifecycle": "lost"},
        {"lifecycle": "prospect", "customer_since": None},
        {"lifecycle": "active", "customer_since": date(2026, 3, 1)},
    ):
        edit_account(by=SYSTEM, now=NOW, account=account, changes=changes)
    today = date(2026, 3, 9)
    assert events(account) == [
        ("won", date(2020, 5, 4), False),
        ("lost", today, False),
        ("regained", today, False),
    ]
