"""The vital cap: what keeps an account's band at amber at best, however good its score; the score stays.

On by default; the health settings switch it off (HealthRules).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Cap:
    """A vital trouble. `holds_sql` is a condition on `a`, the account's row; its only parameter is %(as_of)s."""

    key: str
    sentence: str | Promise
    holds_sql: str


# `stale_at` is today's pulse: of an earlier instant it knows only silences that still last.
STALE_TIER_A = Cap(
    key="stale_tier_a",
    sentence=_("Held at Watch: a tier A account that has gone stale is never shown as healthy."),
    holds_sql="a.tier = 'A' AND a.stale_at < %(as_of)s",
)

CAPS = (STALE_TIER_A,)


_SWITCHED_ON = "COALESCE((SELECT vital_cap FROM accounts_healthrules), true)"


def cap_sql(caps: Sequence[Cap] = CAPS, *, switched_on: str = _SWITCHED_ON) -> str:
    """An expression over account row `a`: the key of the first cap that holds, null where none does."""
    cases = "".join(f" WHEN {cap.holds_sql} THEN '{cap.key}'" for cap in caps)
    return f"CASE WHEN NOT {switched_on} THEN NULL{cases} END"


def cap_sentence(key: str | None) -> str:
    """Why the band is held, in words; empty where it is not."""
    return next((str(cap.sentence) for cap in CAPS if cap.key == key), "")
