"""Forms of who looks after accounts, and of notes: shape only. What the rules forbid comes back from services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole
from accounts.models.marks import MOST_TEXT
from accounts.selectors import heirs
from kam.core.errors import DomainError
from kam.people.models import User
from kam.people.principal import Principal
from kam.people.selectors import colleagues_of

NOBODY = "nobody"
RICH = {"class": "form-select", "data-rich": "", "data-placeholder": _("Choose a person")}


class RefusableForm(forms.Form):
    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form."""
        self.add_error(error.field if error.field in self.fields else None, error.detail)


class ReassignForm(RefusableForm):
    """Whom to give the accounts to: a person, or nobody; `present` owns all of them already."""

    new_owner = forms.ChoiceField(label=_("New owner"), widget=forms.Select(attrs=RICH))

    def __init__(self, *args: Any, principal: Principal, present: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(user.pk): user for user in heirs(principal) if user != present}
        people = [(key, user.name) for key, user in self._people.items()]
        self.fields["new_owner"].choices = [("", _("Choose a person")), *people, (NOBODY, _("Nobody"))]  # type: ignore[attr-defined]

    @property
    def owner(self) -> User | None:
        return self._people.get(self.cleaned_data["new_owner"])

    def refuse(self, error: DomainError) -> None:
        """The filter of the list has the name "owner" already."""
        self.add_error("new_owner" if error.field == "owner" else None, error.detail)


class MemberForm(RefusableForm):
    """A colleague and their role on the account team."""

    user = forms.ModelChoiceField(
        label=_("Colleague"), queryset=User.objects.none(), empty_label=_("Choose a person"),
        widget=forms.Select(attrs=RICH),
    )  # fmt: skip
    role = forms.ChoiceField(
        label=_("Role"), choices=MemberRole.choices, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = colleagues_of(principal).order_by("name", "id")  # type: ignore[attr-defined]


class NoteForm(RefusableForm):
    """A note; `row` is the key of a new one (kam/core/once.py), `version` the one its editor saw."""

    text = forms.CharField(
        label=_("Note"), max_length=MOST_TEXT, widget=forms.Textarea(attrs={"class": "form-control", "rows": 4})
    )
    pinned = forms.BooleanField(
        label=_("Pin it to the top"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )
    row = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2_147_483_647)

    @property
    def values(self) -> dict[str, Any]:
        """What to hand to the service."""
        return {name: self.cleaned_data[name] for name in ("text", "pinned")}
