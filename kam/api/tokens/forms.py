"""What is asked of whoever wants a token."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kam.api.scopes import known_scopes
from kam.people.models import User
from kam.people.principal import Principal
from kam.people.selectors import token_holders

LIFETIMES = {"7": _("A week"), "30": _("30 days"), "90": _("90 days"), "365": _("A year")}


class TokenForm(forms.Form):
    """Scopes are chosen one by one: a token gets no more than somebody ticked."""

    row = forms.CharField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label=_("What is it for?"), max_length=100)
    user = forms.ModelChoiceField(label=_("Acts for"), queryset=User.objects.none(), empty_label=None)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
        help_text=_("It never sees more than whom it acts for. Writing includes reading."),
    )
    days = forms.ChoiceField(label=_("Ends after"), choices=list(LIFETIMES.items()), initial="90")

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = token_holders(principal)
        self.fields["user"].queryset = holders  # type: ignore[attr-defined]
        self.fields["user"].initial = principal.user_id
        self.fields["scopes"].choices = [(scope, scope) for scope in sorted(known_scopes())]  # type: ignore[attr-defined]
        self.fields["label"].widget.attrs |= {"class": "form-control", "autofocus": True}
        for name in ("user", "days"):
            self.fields[name].widget.attrs["class"] = "form-select"
        if not principal.sees_everything:
            self.fields["user"].widget = forms.HiddenInput()

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["days"]))
