"""The form of the health weights: a row per profile, a number per signal."""

from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Tier
from accounts.health.registry import signals
from accounts.health.weights import PROFILES, Weighing
from kam.core.form_words import speak_plainly


class WeightsForm(forms.Form):
    """Fields `rest_recency`, `A_recency` …; a tier whose row is empty weighs as all others do."""

    vital_cap = forms.BooleanField(
        label=_("A stale tier A account is at Watch at best"),
        help_text=_("The vital cap: only the band is held, the number stays."),
        required=False,
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        for tier in PROFILES:
            for signal in signals():
                label = f"{signal.label}, {Tier(tier).label if tier else _('all others')}"
                self.fields[_name(tier, signal.key)] = forms.DecimalField(
                    label=label, min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False
                )
        speak_plainly(self.fields.values())

    @classmethod
    def of(cls, weighing: Weighing) -> "WeightsForm":
        """Filled with the profiles that are set, and the common one in any case."""
        rows = {**weighing.weights, "": weighing.of_tier("")}
        initial = {_name(tier, key): f"{weight:g}" for tier, own in rows.items() for key, weight in own.items()}
        return cls(initial={**initial, "vital_cap": weighing.vital_cap})

    def weighing(self) -> Weighing:
        """What was entered; only what is filled in."""
        rows = {tier: self._row(tier) for tier in PROFILES}
        return Weighing({tier: own for tier, own in rows.items() if own}, self.cleaned_data["vital_cap"])

    def _row(self, tier: str) -> dict[str, float]:
        given: dict[str, Decimal | None] = {s.key: self.cleaned_data[_name(tier, s.key)] for s in signals()}
        return {key: float(weight) for key, weight in given.items() if weight is not None}

    @property
    def heads(self) -> list[str | Promise]:
        return [signal.label for signal in signals()]

    @property
    def rows(self) -> list[tuple[str, str | Promise, list[BoundField], Decimal | None]]:
        """(tier, its word, fields, sum of what is entered; None for an empty row)."""
        found: list[tuple[str, str | Promise, list[BoundField], Decimal | None]] = []
        for tier in PROFILES:
            fields = [self[_name(tier, signal.key)] for signal in signals()]
            found.append((tier, Tier(tier).label if tier else _("All others"), fields, _sum(fields)))
        return found


def _name(tier: str, key: str) -> str:
    return f"{tier or 'rest'}_{key}"


def _sum(fields: list[BoundField]) -> Decimal | None:
    """Of the numbers as they stand in the form; what is no number is left to validation."""
    given = []
    for field in fields:
        try:
            number = field.field.to_python(field.value())
        except forms.ValidationError:
            continue
        if number is not None:
            given.append(number)
    return sum(given, Decimal(0)) if given else None
