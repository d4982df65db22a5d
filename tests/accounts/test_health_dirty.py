from datetime import timedelta
from unittest.mock import patch

import pytest

from accounts.health import dirty, mark_dirty, recompute, recompute_dirty
from accounts.models import HealthDirty
from tests.accounts.health_data import NOON, account_of, made_up_signals, reread, result_of, set_readings

pytestmark = pytest.mark.django_db


def marks() -> dict[object, int]:
    return dict(HealthDirty.objects.values_list("account_id", "generation"))


def test_marking_again_raises_the_generation() -> None:
    account = account_of()
    mark_dirty([account.pk, account.pk])
    assert marks() == {account.pk: 1}
    mark_dirty([account.pk])
    assert marks() == {account.pk: 2}
    mark_dirty([])
    assert marks() == {account.pk: 2}


def test_marked_accounts_are_caught_up_a_batch_at_a_time() -> None:
    accounts = [account_of(name=f"Number {number}") for number in range(3)]
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80} for account in accounts})
        mark_dirty(account.pk for account in accounts)
        assert [recompute_dirty(limit=2, as_of=NOON) for _ in range(3)] == [2, 1, 0]
    assert marks() == {}
    assert [reread(account).health for account in accounts] == [80, 80, 80]


def test_a_mark_made_meanwhile_stays() -> None:
    early, late = account_of(), account_of(name="Late")
    mark_dirty([early.pk, late.pk])

    def touched_meanwhile(ids: list[object], **kwargs: object) -> int:
        mark_dirty([late.pk])
        return 0

    with patch.object(dirty, "catch_up", touched_meanwhile):
        assert recompute_dirty(limit=10, as_of=NOON) == 2
    assert marks() == {late.pk: 2}


def test_catching_up_leaves_a_result_of_a_later_instant_and_removes_the_mark() -> None:
    account = account_of()
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80}})
        recompute([account.pk], as_of=NOON + timedelta(seconds=1))
        set_readings({account.pk: {"a": 20}})
        mark_dirty([account.pk])
        recompute_dirty(limit=10, as_of=NOON)
    assert (result_of(account).score, marks()) == (80, {})
