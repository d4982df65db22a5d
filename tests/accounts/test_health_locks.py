"""Two sessions at once: whoever touches an account and the sweep."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from accounts.health import Signal, recompute, recompute_all, registry
from accounts.models import Account
from tests.accounts.health_data import NO_RECORDS, NOON, WHY, account_of, result_of
from tests.locks import wait_until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)

EMPLOYEES = Signal(
    key="employees",
    label="Employees",
    default_weight=1,
    reading_sql="SELECT a.id AS account_id, a.employees::float8 AS reading "
    "FROM accounts_account a JOIN health_scope h ON h.account_id = a.id",
    evidence_sql=NO_RECORDS,
    sentence=lambda account, evidence, now: "",
)


@pytest.fixture(autouse=True)
def only_employees() -> Iterator[None]:
    with patch.dict(registry._signals, {"employees": EMPLOYEES}, clear=True):
        yield


def test_a_sweep_begun_meanwhile_sees_what_the_touch_committed() -> None:
    account = account_of(employees=20)

    def sweep() -> None:
        recompute_all(as_of=NOON + timedelta(seconds=1))
        connection.close()

    sweeper = threading.Thread(target=sweep)
    with transaction.atomic():
        Account.objects.all_for_system(reason=WHY).filter(pk=account.pk).update(employees=90)
        recompute([account.pk], as_of=NOON)
        sweeper.start()
        wait_until_somebody_waits_for_a_lock()
    sweeper.join(timeout=10)
    assert not sweeper.is_alive()
    assert result_of(account).score == 90
