"""The log dialog's fields: shape and existence only; every rule is the service's."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from accounts.selectors import contacts_of
from kam.core.errors import DomainError
from kam.people.models import User
from kam.people.principal import Principal
from touchpoints.choices import Catalogue, account_by_id, catalogue_for, channel_by_key, colleagues, type_by_key
from touchpoints.enums import Direction, Expectation, TouchpointStatus
from touchpoints.models import Channel, TouchpointType
from touchpoints.services.rules import status_at
from touchpoints.when import MAX_LENGTH, is_now, parse_when

FACES = [(value, str(value)) for value in (-2, -1, 0, 1, 2)]
NO_SUCH = _("Choose one of the list: this one does not exist.")


MOST_INTEGER = 2_147_483_647  # what the column holds
RESOLVED = [("", _("Not said")), ("yes", _("Yes")), ("no", _("No"))]
RESOLVED_AS = {"yes": True, "no": False}
MORE = ("episode", "duration_minutes", "handoffs", "wait_minutes", "resolved_first_contact")
DETAILS = (
    *("direction", "contacts", "staff", "sentiment_start", "sentiment_end", "expectation"),
    *("subject", "notes", "next_step", *MORE),
)


@dataclass(frozen=True)
class Asking:
    """Who fills in the form, when, and in which zone their clock times are."""

    principal: Principal
    now: datetime
    zone: ZoneInfo


class WhatForm(forms.Form):
    """The part that decides what will follow: also read alone, for the line that says it before saving.

    Type and channel are radio chips; `other_type` and `other_channel` are the selects with the rest of
    the catalogue and win where something is chosen in them.
    """

    account = forms.UUIDField(error_messages={"required": _("Choose an account."), "invalid": NO_SUCH})
    type = forms.SlugField(required=False, max_length=40)
    other_type = forms.SlugField(required=False, max_length=40)
    channel = forms.SlugField(required=False, max_length=40)
    other_channel = forms.SlugField(required=False, max_length=40)
    direction = forms.ChoiceField(label=_("Direction"), required=False, choices=[("", ""), *Direction.choices])
    when = forms.CharField(label=_("When"), required=False, max_length=MAX_LENGTH)
    occurred_at = forms.CharField(required=False, max_length=MAX_LENGTH)

    def __init__(self, *args: Any, asking: Asking, account: Account | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        if account is not None:
            self.initial["account"] = account.pk
            self.account_chosen = account

    def _text(self, name: str) -> str:
        return str(self.data.get(name) or "") if self.is_bound else str(self.initial.get(name) or "")

    @cached_property
    def account_chosen(self) -> Account | None:
        """The account, where it is one the person sees."""
        try:
            account_id = uuid.UUID(self._text("account"))
        except ValueError:
            return None
        return account_by_id(self.asking.principal, account_id)

    @cached_property
    def catalogue(self) -> Catalogue:
        return catalogue_for(
            self.asking.principal,
            type_key=self._text("other_type") or self._text("type"),
            channel_key=self._text("other_channel") or self._text("channel"),
        )

    @cached_property
    def type_chosen(self) -> TouchpointType:
        """The one asked for; where nothing (or nothing known) is, the first that is offered."""
        asked = self._text("other_type") or self._text("type")
        found = type_by_key(asked) if asked and self.is_bound else None  # a form to show reads the catalogue anyway
        return found or self.catalogue.types.chips[0]

    @cached_property
    def channel_chosen(self) -> Channel:
        asked = self._text("other_channel") or self._text("channel")
        found = channel_by_key(asked) if asked and self.is_bound else None
        return found or self.catalogue.channels.chips[0]

    @property
    def usual_direction(self) -> Direction:
        return Direction(self.channel_chosen.default_direction)

    @property
    def moment(self) -> datetime | None:
        """When it took place: the browser's reading of the words where it had one, else ours; None: unclear."""
        words, exact = self._text("when"), self._text("occurred_at")
        if exact and not is_now(words):
            return parse_when(exact, now=self.asking.now, zone=self.asking.zone)
        return parse_when(words, now=self.asking.now, zone=self.asking.zone)

    @property
    def is_ahead(self) -> bool:
        """Whether an appointment is meant."""
        return self.moment is not None and status_at(self.moment, now=self.asking.now) == TouchpointStatus.PLANNED

    def clean_account(self) -> Account:
        if self.account_chosen is None:
            raise forms.ValidationError(NO_SUCH)
        return self.account_chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, chosen in (("type", self.type_chosen), ("channel", self.channel_chosen)):
            asked = cleaned.get(f"other_{name}") or cleaned.get(name)
            if not asked or asked != chosen.key:
                self.add_error(name, NO_SUCH)
        if self.moment is None:
            self.add_error("when", _("No time I know. Try “yesterday 15:00”."))
        return cleaned


class LogForm(WhatForm):
    """Everything a touchpoint may say. `token` makes a repeated save the same save."""

    token = forms.UUIDField()
    contacts = forms.ModelMultipleChoiceField(Contact.objects.none(), label=_("With"), required=False)
    staff = forms.ModelMultipleChoiceField(User.objects.none(), label=_("Of us"), required=False)
    sentiment_start = forms.TypedChoiceField(required=False, choices=FACES, coerce=int, empty_value=None)
    sentiment_end = forms.TypedChoiceField(required=False, choices=FACES, coerce=int, empty_value=None)
    expectation = forms.ChoiceField(label=_("What they expected was"), required=False, choices=Expectation.choices)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=300)
    notes = forms.CharField(
        label=_("Notes"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=300)
    episode = forms.CharField(label=_("Matter"), required=False, max_length=100, help_text=_("Case, order or deal."))
    duration_minutes = forms.IntegerField(label=_("Minutes it took"), required=False, min_value=0, max_value=100_000)
    handoffs = forms.IntegerField(label=_("Times handed on"), required=False, min_value=0, max_value=32_767)
    wait_minutes = forms.IntegerField(
        label=_("Minutes they waited"), required=False, min_value=0, max_value=MOST_INTEGER
    )
    resolved_first_contact = forms.TypedChoiceField(
        label=_("Resolved at first contact"), required=False, choices=RESOLVED, coerce=RESOLVED_AS.get, empty_value=None
    )

    def __init__(self, *args: Any, asking: Asking, account: Account | None = None, **kwargs: Any) -> None:
        super().__init__(*args, asking=asking, account=account, **kwargs)
        limit_people(self.fields, asking.principal, self.account_chosen)

    @property
    def token_to_send(self) -> str:
        """The form's own token, a new one where it came back damaged."""
        if self.is_bound and "token" not in self.errors:
            return str(self.cleaned_data["token"])
        return str(uuid.uuid4())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "token" in self.errors:
            self.add_error(None, _("This form did not come back whole. What you typed is kept: save once more."))
        return cleaned

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form."""
        field = {"occurred_at": "when"}.get(error.field or "", error.field)
        self.add_error(field if field in self.fields else None, error.detail)

    def details(self) -> dict[str, Any]:
        """What the service is given beside account, type, channel and time."""
        return {name: self.cleaned_data[name] for name in DETAILS}

    @property
    def has_more(self) -> bool:
        """Whether a field of the folded part says something, or is wrong."""
        return any(self[name].errors or self[name].value() not in (None, "") for name in MORE)


def limit_people(fields: dict[str, forms.Field], principal: Principal, account: Account | None) -> None:
    """Offer the contacts of the account, and the colleagues who may have taken part."""
    people = {
        "contacts": contacts_of(principal, account) if account else Contact.objects.visible_to(principal).none(),
        "staff": colleagues(principal, account),
    }
    for name, queryset in people.items():
        field = fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = queryset
            field.widget.attrs["data-rich"] = ""
            if name == "staff":
                field.widget.attrs["data-affects"] = ""  # whether anybody has the skills that the type requires
