"""The rollup behind leaders' figures: customers counted by owner, team, band and currency (accounts/rollup).

Owner and team are NOBODY where an account has none, so that they can be keys. No foreign keys: rows are
derived, and the sweep drops what is gone.
"""

from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs, Now

NOBODY = UUID(int=0)


class RollupMark(models.Model):
    """An account that the rollup must count again; written by triggers, cleared by the sweep."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.account_id)


class RollupState(models.Model):
    """Up to when passing time is counted: silence and moves of every entry are as of `as_of`. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    as_of = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"as of {self.as_of}"


class RollupEntry(models.Model):
    """What is counted of one customer. `moved_…`: health now less health so many days ago; None: one is unknown."""

    account_id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField()
    team_id = models.UUIDField()
    health_band = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    health = models.SmallIntegerField(null=True)
    silent = models.BooleanField()
    moved_30 = models.SmallIntegerField(null=True)
    moved_90 = models.SmallIntegerField(null=True)
    moved_365 = models.SmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["team_id"], name="rollup_entry_team"),
            models.Index(fields=["owner_id"], name="rollup_entry_owner"),
            # What worst accounts and movers are found by, the first ones first.
            models.Index(
                F("currency"),
                (F("value") * (100 - F("health"))).desc(),
                F("account_id"),
                name="rollup_entry_at_risk",
                condition=Q(value__gt=0, health__lt=100),
            ),
            # What the map is drawn from.
            models.Index(
                F("currency"), F("value").desc(), F("account_id"), name="rollup_entry_value", condition=Q(value__gt=0)
            ),
            *(
                models.Index(
                    Abs(f"moved_{days}").desc(),
                    F(f"moved_{days}"),
                    F("account_id"),
                    name=f"rollup_entry_moved_{days}",
                    condition=~Q(**{f"moved_{days}": 0}) & Q(**{f"moved_{days}__isnull": False}),
                )
                for days in (30, 90, 365)
            ),
        ]

    def __str__(self) -> str:
        return str(self.account_id)


class RollupCell(models.Model):
    """Entries added up. `value` and its kin are in `currency`; see accounts/rollup/sql.py for what each adds."""

    pk = models.CompositePrimaryKey("owner_id", "team_id", "health_band", "currency")
    owner_id = models.UUIDField()
    team_id = models.UUIDField()
    health_band = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    n = models.BigIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=2)
    valued = models.BigIntegerField()
    silent = models.BigIntegerField()
    known = models.BigIntegerField()
    points = models.BigIntegerField()
    squares = models.BigIntegerField()
    fell_30 = models.BigIntegerField()
    fell_value_30 = models.DecimalField(max_digits=24, decimal_places=2)
    fell_90 = models.BigIntegerField()
    fell_value_90 = models.DecimalField(max_digits=24, decimal_places=2)
    fell_365 = models.BigIntegerField()
    fell_value_365 = models.DecimalField(max_digits=24, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["team_id"], name="rollup_cell_team")]

    def __str__(self) -> str:
        return f"{self.n} {self.health_band}"


class RollupYear(models.Model):
    """The last year of an owner's customers in a team: cadence periods kept, as of `as_of`.

    `is_behind`: something changed since; within the hour it is counted again.
    """

    pk = models.CompositePrimaryKey("owner_id", "team_id")
    owner_id = models.UUIDField()
    team_id = models.UUIDField()
    kept = models.BigIntegerField()
    periods = models.BigIntegerField()
    as_of = models.DateTimeField()
    is_behind = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["team_id"], name="rollup_year_team")]

    def __str__(self) -> str:
        return f"{self.kept} of {self.periods}"


class RollupMonth(models.Model):
    """What they are worth today by the band they had at the end of a month, in the reporting currency."""

    pk = models.CompositePrimaryKey("owner_id", "team_id", "on")
    owner_id = models.UUIDField()
    team_id = models.UUIDField()
    on = models.DateField()
    red = models.DecimalField(max_digits=24, decimal_places=2)
    amber = models.DecimalField(max_digits=24, decimal_places=2)
    green = models.DecimalField(max_digits=24, decimal_places=2)
    unknown = models.DecimalField(max_digits=24, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["team_id"], name="rollup_month_team")]

    def __str__(self) -> str:
        return f"end of {self.on}"
