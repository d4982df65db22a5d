"""The forms in which people set things for themselves."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from kam.people.models import User

NOT_PLACES = ("Etc/", "SystemV/", "posix/", "right/", "US/")


@cache
def zones() -> list[str]:
    """Zones named after a place, and UTC; the others are older names for the same."""
    places = [name for name in available_timezones() if "/" in name and not name.startswith(NOT_PLACES)]
    return ["UTC", *sorted(places)]


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("Days and times of day are shown in it."))
    morning_mail = forms.BooleanField(label=_("Send me my day by mail in the morning"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": user.name, "timezone": user.timezone, "morning_mail": user.morning_mail}
        super().__init__(*args, **kwargs)
        known = zones() if user.timezone in zones() else [user.timezone, *zones()]
        self.fields["timezone"].choices = [(zone, zone.replace("_", " ")) for zone in known]  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs["class"] = "form-control"
        self.fields["timezone"].widget.attrs |= {"class": "form-select", "data-rich": ""}
        self.fields["morning_mail"].widget.attrs["class"] = "form-check-input"
