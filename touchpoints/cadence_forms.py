"""The form of an interval, for policies and for an account's own cadence: shape only."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from kam.core.errors import DomainError
from kam.core.form_words import speak_plainly
from touchpoints.models.cadence import monday_to_friday
from touchpoints.services.cadence_policies import MOST_DAYS, Interval

FIELDS = ("ideal_days", "maximum_days", "working_days")


def _days(label: Any, help_text: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"})
    return forms.IntegerField(label=label, help_text=help_text, min_value=1, max_value=MOST_DAYS, widget=widget)


class IntervalForm(forms.Form):
    """`version` is the one the person saw, 0 where there was none yet."""

    ideal_days = _days(_("Ideal days"), _("A check-in is planned this long after the last counted contact."))
    maximum_days = _days(_("Maximum days"), _("After a longer silence the account is stale."))
    working_days = forms.TypedMultipleChoiceField(
        label=_("Days for check-ins"),
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        initial=monday_to_friday,
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2_147_483_647)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak_plainly(self.fields.values())

    @property
    def interval(self) -> Interval:
        return Interval(**{name: self.cleaned_data[name] for name in FIELDS})

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form."""
        self.add_error(error.field if error.field in self.fields else None, error.detail)
