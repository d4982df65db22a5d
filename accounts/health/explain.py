"""Why this number: readings, weights and the records behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise

from accounts.health import sql
from accounts.health.caps import cap_sentence
from accounts.health.evidence import evidence_of
from accounts.health.registry import Evidence, Signal, signals
from accounts.health.scoring import BandName, band_of, points_of, score_of
from accounts.models import Account, HealthResult
from kam.core.rounding import round_half_away


@dataclass(frozen=True)
class SignalExplanation:
    """A signal's part in the score; `reading` and `points` are None without evidence.

    `missing` is what the score lacks because this reading is not 100.
    """

    key: str
    label: str | Promise
    weight: float
    reading: float | None
    points: float | None
    missing: float | None
    sentence: str
    evidence: list[Evidence]


@dataclass(frozen=True)
class Explanation:
    """An account's score as of an instant, taken apart. The points add up to the score before rounding.

    `capped_by` is the key of what holds the band at amber though the score is green (None: nothing).
    """

    account_id: UUID
    score: int | None
    band: BandName
    weight_present: float
    as_of: datetime
    capped_by: str | None
    signals: list[SignalExplanation]

    @property
    def cap_sentence(self) -> str:
        return cap_sentence(self.capped_by)

    @property
    def raises_most(self) -> SignalExplanation | None:
        """The signal whose reading holds the score down most; None where nothing does."""
        lacking = [signal for signal in self.signals if signal.missing]
        return max(lacking, key=lambda signal: signal.missing or 0.0, default=None)

    @property
    def reasons(self) -> list[str]:
        """At most two reasons in words: what holds the score down most, first; what is well where nothing does.

        A reading that is itself green holds nothing down; an unknown score is explained by what has no reading.
        """
        weighed = sorted((one for one in self.signals if one.weight), key=lambda one: -(one.missing or 0.0))
        unread = [one for one in weighed if one.reading is None]
        read = [one for one in weighed if one.reading is not None]
        hurting = [one for one in read if band_of(int(round_half_away(one.reading or 0.0))) != "green"]
        told = unread if self.score is None else hurting or read[::-1]
        return [one.sentence for one in told][:2]


def explain(account: Account, *, as_of: datetime, now: datetime | None = None) -> Explanation:
    """Take the account's health as of `as_of` apart; the words speak of `now` (default: `as_of`)."""
    readings, weights, cap = _readings_weights_and_cap(account.pk, as_of)
    return _take_apart(account, readings, weights, cap=cap, as_of=as_of, now=now or as_of)


def explain_stored(account: Account, stored: HealthResult, *, now: datetime) -> Explanation:
    """Take a stored result apart, the number that lists and pages show, without computing it again.

    It was computed at its own `as_of`, where its evidence adds up; a signal registered since has no part in it.
    """
    return _take_apart(account, stored.readings, stored.weights, cap=stored.capped_by, as_of=stored.as_of, now=now)


def explain_current(account: Account, *, now: datetime) -> Explanation:
    """Take the stored result apart; an account that has none yet is explained as of `now`."""
    results = HealthResult.objects.all_for_system(reason="the caller was given the account")
    stored = results.filter(account_id=account.pk).first()
    return explain_stored(account, stored, now=now) if stored else explain(account, as_of=now)


def _take_apart(
    account: Account,
    readings: Mapping[str, float],
    weights: Mapping[str, float],
    *,
    cap: str | None,
    as_of: datetime,
    now: datetime,
) -> Explanation:
    total, points = score_of(readings, weights, cap=cap), points_of(readings, weights)
    present = sum(weights[key] for key in readings)
    read = [signal for signal in signals() if signal.key in readings]
    records = evidence_of(account.pk, read, as_of=as_of)

    def part(signal: Signal) -> SignalExplanation:
        reading, weight = readings.get(signal.key), weights.get(signal.key, 0.0)
        evidence = records.get(signal.key, [])
        lacks = None if reading is None or not present else (100 - reading) * weight / present
        return SignalExplanation(
            key=signal.key,
            label=signal.label,
            weight=weight,
            reading=reading,
            points=points.get(signal.key),
            missing=lacks,
            sentence=signal.sentence(account, evidence, now),
            evidence=evidence,
        )

    return Explanation(
        account_id=account.pk,
        score=total.score,
        band=total.band,
        weight_present=total.weight_present,
        as_of=as_of,
        capped_by=total.capped_by or None,
        signals=[part(signal) for signal in signals()],
    )


def _readings_weights_and_cap(
    account_id: UUID, as_of: datetime
) -> tuple[dict[str, float], dict[str, float], str | None]:
    keys = [signal.key for signal in signals()]
    columns = "".join(f", r{n}, w{n}" for n in range(len(keys)))
    statement = f"{sql.FEW}, {sql.weighed(signals())} SELECT cap{columns} FROM weighed"
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": [account_id], "as_of": as_of})
        row = cursor.fetchone()
    readings, weights = dict(zip(keys, row[1::2], strict=True)), dict(zip(keys, row[2::2], strict=True))
    return {key: reading for key, reading in readings.items() if reading is not None}, weights, row[0]
