"""Two people at one account at the same moment: they take turns, and the end is what the rules say."""

import threading
import time
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.db import connection

from accounts.models import Account
from kam.core import clock
from kam.core.errors import NotVisible
from tests.factories import make_touchpoint
from tests.personas import SYSTEM
from tests.touchpoints.build import check_ins, customer
from touchpoints.models import Touchpoint
from touchpoints.services import touchpoints as service
from touchpoints.services.reconcile import reconcile
from touchpoints.services.touchpoints import remove_touchpoint

pytestmark = pytest.mark.django_db(transaction=True)
NOW = clock.now()


def at_once(*works: Callable[[], object]) -> list[str]:
    """Each in a session of its own, begun a moment after the other; how they ended, sorted."""
    ends: list[str] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
            ends.append("done")
        except Exception as error:  # noqa: BLE001  whatever it is, the test names it
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    with patch.object(service, "forget", _slowly(service.forget)):
        for thread in threads:
            thread.start()
            time.sleep(0.1)
        for thread in threads:
            thread.join(timeout=10)
    return sorted(ends)


def _slowly(work: Callable[..., None]) -> Callable[..., None]:
    def slow(*args: object) -> None:
        work(*args)
        time.sleep(0.4)

    return slow


def touched(account: Account, *days_ago: int) -> list[Touchpoint]:
    return [make_touchpoint(account, days_ago=days, now=NOW) for days in days_ago]


def remover(touchpoint: Touchpoint) -> Callable[[], None]:
    return lambda: remove_touchpoint(by=SYSTEM, now=NOW, touchpoint=touchpoint)


@pytest.mark.parametrize("pair", [(2, 1), (1, 2), (2, 3), (3, 2)])
def test_two_neighbours_are_removed_at_once(pair: tuple[int, int]) -> None:
    account = customer("A")
    made = touched(account, 25, 20, 10, 5)
    assert at_once(*(remover(made[i]) for i in pair)) == ["done", "done"]
    (last,) = {0, 1, 2, 3} - {0, *pair}
    found = [(c.period_on, c.status, c.fulfilled_by_id) for c in check_ins(account)]
    assert found == [
        (made[0].occurred_at.date(), "done", made[last].pk),
        (made[last].occurred_at.date(), "open", None),
    ]
    assert reconcile([account.pk], now=NOW).total == 0


def test_undo_while_a_colleague_logs() -> None:
    account = customer("A")
    first, second = touched(account, 20, 10)
    assert at_once(remover(second), lambda: touched(account, 2)) == ["done", "done"]
    newest = Touchpoint.objects.visible_to(SYSTEM).latest("occurred_at")
    found = [(c.period_on, c.status, c.fulfilled_by_id) for c in check_ins(account)]
    assert found == [
        (first.occurred_at.date(), "done", newest.pk),
        (newest.occurred_at.date(), "open", None),
    ]
    assert reconcile([account.pk], now=NOW).total == 0


def test_the_second_undo_of_one_touchpoint_finds_nothing() -> None:
    account = customer("A")
    _, newest = touched(account, 20, 10)
    assert at_once(remover(newest), remover(newest)) == ["NotVisible", "done"]
    with pytest.raises(NotVisible):
        remove_touchpoint(by=SYSTEM, now=NOW, touchpoint=newest)
