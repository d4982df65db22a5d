"""The fields of what people decide about check-ins: shape and existence only; every rule is the service's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kam.core.errors import DomainError
from kam.people.models import User
from kam.people.principal import Principal
from touchpoints.choices import colleagues
from touchpoints.enums import Purpose
from touchpoints.models import CheckIn

TEXT = {"class": "form-control"}
DAY = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")


class Decision(forms.Form):
    """`refuse(error)` shows what the service refuses at the field it names."""

    def refuse(self, error: DomainError) -> None:
        self.add_error(error.field if error.field in self.fields else None, error.detail)


class RescheduleForm(Decision):
    due_on = forms.DateField(label=_("New day"), widget=DAY)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300, widget=forms.TextInput(attrs=TEXT))


class SkipForm(Decision):
    reason = forms.CharField(label=_("Why is it left out?"), max_length=300, widget=forms.TextInput(attrs=TEXT))


class HandOverForm(Decision):
    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Colleague"),
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("Somebody who sees the account."),
    )

    def __init__(self, *args: Any, principal: Principal, check_in: CheckIn, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues(principal, check_in.account)  # type: ignore[attr-defined]


class PlanForm(Decision):
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=Purpose.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    due_on = forms.DateField(label=_("Day"), widget=DAY)
