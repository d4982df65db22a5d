"""The log dialog's fields once more, filled with what is recorded: to correct it, or to tell how it went."""

from datetime import datetime
from typing import Any

from django import forms

from kam.people.models import User
from touchpoints.enums import TouchpointStatus
from touchpoints.forms import DETAILS, MOST_INTEGER, RESOLVED_AS, Asking, LogForm
from touchpoints.models import Touchpoint
from touchpoints.services.rules import status_at

WHEN = "%Y-%m-%d %H:%M"


class AmendForm(LogForm):
    """A touchpoint's own values. `version` is the one the person saw, `over` a newer one they chose to write over."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INTEGER)
    over = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=MOST_INTEGER)

    def __init__(self, *args: Any, asking: Asking, touchpoint: Touchpoint, **kwargs: Any) -> None:
        self.touchpoint = touchpoint
        self.words = touchpoint.occurred_at.astimezone(asking.zone).strftime(WHEN)
        initial = _values(touchpoint) | {"when": self.words}
        super().__init__(*args, asking=asking, account=touchpoint.account, initial=initial, **kwargs)
        for name in ("account", "token"):
            del self.fields[name]
        # Who took part stays to choose, also where they are no colleague of this person's any more.
        present = User.objects.filter(pk__in=initial["staff"])
        self.fields["staff"].queryset = present | self.fields["staff"].queryset  # type: ignore[attr-defined]

    @property
    def moment(self) -> datetime | None:
        """Words left as they were mean the very moment: they say no seconds."""
        is_left = self.words and self._text("when") == self.words
        return self.touchpoint.occurred_at if is_left else super().moment

    @property
    def seen(self) -> int:
        """The version this edit was made in knowledge of."""
        version: int = self.cleaned_data["over"] or self.cleaned_data["version"]
        return version

    def changes(self) -> dict[str, Any]:
        """What the service is given."""
        direction = self.cleaned_data["direction"] or self.channel_chosen.default_direction
        return {
            **self.details(),
            "direction": direction,
            "type": self.type_chosen,
            "channel": self.channel_chosen,
            "occurred_at": self.moment,
        }


class CompleteForm(AmendForm):
    """The same for an appointment: it took place when it was planned; now, where that is still to come."""

    def __init__(self, *args: Any, asking: Asking, touchpoint: Touchpoint, **kwargs: Any) -> None:
        super().__init__(*args, asking=asking, touchpoint=touchpoint, **kwargs)
        if status_at(touchpoint.occurred_at, now=asking.now) == TouchpointStatus.PLANNED:
            self.words = self.initial["when"] = ""


def _values(touchpoint: Touchpoint) -> dict[str, Any]:
    said: dict[bool | None, str] = {value: name for name, value in RESOLVED_AS.items()}
    return {
        **{name: getattr(touchpoint, name) for name in DETAILS if name not in ("contacts", "staff")},
        "contacts": [contact.pk for contact in touchpoint.contacts.all()],
        "staff": [user.pk for user in touchpoint.staff.all()],
        "resolved_first_contact": said.get(touchpoint.resolved_first_contact, ""),
        "type": touchpoint.type.key,
        "channel": touchpoint.channel.key,
        "version": touchpoint.version,
    }
