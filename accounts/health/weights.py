"""What each signal weighs: the profiles as they are, what others would change, and saving them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2.extras import Json

from accounts.enums import Tier
from accounts.health.caps import cap_sql
from accounts.health.dirty import mark_tiers_dirty
from accounts.health.registry import Signal, signals
from accounts.health.scoring import scored_sql
from accounts.models import Account, HealthProfile, HealthRules
from kam.core.errors import DomainError, NotVisible
from kam.people.principal import Principal

PROFILES = ("", *Tier.values)  # the one without a tier serves all that have none of their own
SHOWN = 100


@dataclass(frozen=True)
class Weighing:
    """Weights by profile ("" or a tier) and signal; a profile that is absent is not set. `vital_cap`: on or off."""

    weights: Mapping[str, Mapping[str, float]]
    vital_cap: bool = True

    def of_tier(self, tier: str) -> dict[str, float]:
        """What holds for a tier: its own profile, else the common one; a signal it does not name weighs its default."""
        own = self.weights.get(tier, self.weights.get("", {}))
        return {signal.key: float(own.get(signal.key, signal.default_weight)) for signal in signals()}


@dataclass(frozen=True)
class Preview:
    """Who would change band: counts per (from, to), and the most valuable of them as (account, from, to)."""

    counts: list[tuple[str, str, int]]
    accounts: list[tuple[Account, str, str]]

    @property
    def total(self) -> int:
        return sum(count for _, _, count in self.counts)


def current_weighing() -> Weighing:
    """Two queries."""
    rules = HealthRules.objects.first()
    weights = {profile.tier: profile.weights for profile in HealthProfile.objects.all()}
    return Weighing(weights, rules.vital_cap if rules else True)


def preview_weighing(principal: Principal, weighing: Weighing, *, now: datetime) -> Preview:
    """Weigh every stored reading anew and compare the bands; nothing is written, three queries.

    Raises DomainError where the weights could not be saved.
    """
    _only_administrators(principal)
    _check_all(weighing)
    changed = f"""
        {_weighed(signals())}
        SELECT a.id, a.health_band AS was, s.band AS is_now, a.account_revenue
        FROM ({scored_sql([signal.key for signal in signals()])}) s JOIN accounts_account a ON a.id = s.account_id
        WHERE a.health_band <> s.band
    """
    parameters = {
        "profiles": Json({tier: dict(own) for tier, own in weighing.weights.items()}),
        "vital_cap": weighing.vital_cap,
        "as_of": now,
    }
    count = f"SELECT was, is_now, count(*) FROM ({changed}) c GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    dearest = f"SELECT id, was, is_now FROM ({changed}) c ORDER BY account_revenue DESC NULLS LAST, id LIMIT {SHOWN}"
    with connection.cursor() as cursor:
        cursor.execute(count, parameters)
        counts = cursor.fetchall()
        cursor.execute(dearest, parameters)
        rows = cursor.fetchall()
    found = Account.objects.visible_to(principal).select_related("owner").in_bulk([row[0] for row in rows])
    return Preview(counts, [(found[pk], was, is_now) for pk, was, is_now in rows if pk in found])


def _weighed(of: tuple[Signal, ...]) -> str:
    """The CTE `weighed` of accounts.health.sql, from stored readings and the weights in %(profiles)s."""
    columns = "".join(
        f", (r.readings ->> '{signal.key}')::float8 AS r{n}"
        f", COALESCE((p.weights ->> '{signal.key}')::float8, {float(signal.default_weight)!r}::float8) AS w{n}"
        for n, signal in enumerate(of)
    )
    return f"""
        WITH weighed AS MATERIALIZED (
            SELECT r.account_id, {cap_sql(switched_on="%(vital_cap)s")} AS cap{columns}
            FROM accounts_healthresult r JOIN accounts_account a ON a.id = r.account_id
            CROSS JOIN LATERAL (
                SELECT COALESCE(%(profiles)s::jsonb -> NULLIF(a.tier, ''), %(profiles)s::jsonb -> '') AS weights
            ) p
        )
    """


@transaction.atomic
def save_weighing(*, by: Principal, weighing: Weighing) -> int:
    """Store weights and rules; the health of every account they concern is recomputed in the background.

    Returns how many accounts that are. Raises DomainError where a profile's weights are incomplete, negative
    or add up to nothing.
    """
    _only_administrators(by)
    _check_all(weighing)
    with connection.cursor() as cursor:  # two who save take turns: what the second one changes is told from the first's
        cursor.execute(f"LOCK TABLE {HealthProfile._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    before = current_weighing()
    HealthProfile.objects.exclude(tier__in=weighing.weights).delete()
    for tier, own in weighing.weights.items():
        if before.weights.get(tier) != own:
            HealthProfile.objects.update_or_create(tier=tier, defaults={"weights": dict(own)})
    if before.vital_cap != weighing.vital_cap:
        HealthRules.objects.update_or_create(pk=1, defaults={"vital_cap": weighing.vital_cap})
    concerned = [tier for tier in PROFILES if before.of_tier(tier) != weighing.of_tier(tier)]
    if before.vital_cap != weighing.vital_cap:
        concerned.append(Tier.A)
    return mark_tiers_dirty(concerned)


def _check_all(weighing: Weighing) -> None:
    for tier, weights in weighing.weights.items():
        _check(tier, weights)


def _check(tier: str, weights: Mapping[str, Any]) -> None:
    known = {signal.key for signal in signals()}
    if tier not in PROFILES or set(weights) != known:
        raise DomainError("profile_incomplete", _("Give a weight for every signal of a row, or for none."), field=tier)
    if any(not 0 <= weight <= 100 for weight in weights.values()):
        raise DomainError("weight_out_of_range", _("A weight lies between 0 and 100."), field=tier)
    if not sum(weights.values()):
        raise DomainError(
            "weights_add_up_to_nothing", _("Something must count: not every weight can be 0."), field=tier
        )


def _only_administrators(by: Principal) -> None:
    """The weights are everybody's, and the preview counts everybody's accounts."""
    if not by.sees_everything:
        raise NotVisible
