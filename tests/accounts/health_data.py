"""Bare rows and made-up signals for tests of health."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import connection

from accounts.health import Signal, registry
from accounts.models import Account, Contact, HealthResult, HealthSnapshot
from tests.personas import make_account
from touchpoints.models import Channel, Touchpoint, TouchpointContact, TouchpointType

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # the instant these tests live at
WHY = "a test looks at everything"
NO_RECORDS = "SELECT now(), '', 0::float8, 0::float8, '', NULL::uuid, NULL::jsonb WHERE false"


def account_of(tier: str = "", name: str = "Health Works", **fields: Any) -> Account:
    return make_account(name, owner=None, team=None, tier=tier, **fields)


def touch(account: Account, *, days_ago: float, type_key: str = "check_in", **fields: Any) -> Touchpoint:
    """A completed two-way touchpoint `days_ago` days (of 24 h) before NOON."""
    moment = NOON - timedelta(days=days_ago)
    if fields.get("status", "completed") != "completed":
        fields["planned_for"] = moment
    row = Touchpoint(
        account=account,
        type=TouchpointType.objects.get(key=type_key),
        channel=Channel.objects.get(key="phone"),
        occurred_at=moment,
        **{"direction": "two_way", "initiative": "direct", **fields},
    )
    row.save(force_insert=True)
    return row


def a_contact(account: Account, roles: list[str]) -> Contact:
    contact = Contact(account=account, last_name="Kim", name_sort="kim", buying_roles=roles)
    contact.save(force_insert=True)
    return contact


def meet(touchpoint: Touchpoint, *contacts: Contact) -> Touchpoint:
    """These contacts took part."""
    for contact in contacts:
        TouchpointContact(account=touchpoint.account, touchpoint=touchpoint, contact=contact).save(force_insert=True)
    return touchpoint


def result_of(account: Account) -> HealthResult:
    return HealthResult.objects.all_for_system(reason=WHY).get(account_id=account.pk)


def snapshots_of(account: Account) -> list[tuple[str, int | None, str]]:
    rows = HealthSnapshot.objects.all_for_system(reason=WHY).filter(account_id=account.pk).order_by("on")
    return [(row.on.isoformat(), row.score, row.band) for row in rows]


def reread(account: Account) -> Account:
    return Account.objects.all_for_system(reason=WHY).get(pk=account.pk)


def made_up_signal(key: str, default_weight: float) -> Signal:
    """A signal that reads what `set_readings` put into a temporary table."""
    return Signal(
        key=key,
        label=key,
        default_weight=default_weight,
        reading_sql=f"SELECT account_id, value AS reading FROM made_up_reading JOIN health_scope USING (account_id) "
        f"WHERE key = '{key}'",
        evidence_sql=NO_RECORDS,
        sentence=lambda account, evidence, now: f"{key} says so",
    )


@contextmanager
def made_up_signals(**weights: float) -> Iterator[None]:
    """Only these signals are registered, key = default weight."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS made_up_reading (account_id uuid, key text, value float8)")
    made = {key: made_up_signal(key, weight) for key, weight in weights.items()}
    with patch.dict(registry._signals, made, clear=True):
        yield


def set_readings(readings: Mapping[UUID, Mapping[str, float]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM made_up_reading")
        for account_id, of_account in readings.items():
            for key, reading in of_account.items():
                cursor.execute("INSERT INTO made_up_reading VALUES (%s, %s, %s)", [account_id, key, reading])
