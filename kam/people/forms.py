"""Forms about people: shape only. What the rules forbid comes back from the service."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kam.core.errors import DomainError
from kam.people.enums import PersonState, Role
from kam.people.handover import Held
from kam.people.invitations import ROLES as INVITED_ROLES
from kam.people.models import Skill, Team, User


class SignInForm(LoginForm):  # type: ignore[misc]
    """One may begin to type at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True


class SecondStepForm(AuthenticateForm):
    """The code after the password: typed at once, as it is all that is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class ServiceForm(forms.Form):
    """A form whose rules live in a service."""

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form."""
        self.add_error(error.field if error.field in self.fields else None, error.detail)


class WholeForm(ServiceForm):
    """A form that says all of a row: what others changed since it was shown is not undone by sending it.

    `seen` is another one for any other `initial`.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any]) -> None:
        shown = sorted((name, sorted(map(str, v)) if isinstance(v, list) else str(v)) for name, v in initial.items())
        self.now = hashlib.sha256(repr(shown).encode()).hexdigest()
        super().__init__(data, initial={**initial, "seen": self.now})

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.pop("seen", "") not in ("", self.now):
            words = _("Somebody changed this meanwhile. Load the page again and repeat your edit.")
            raise forms.ValidationError(words, code="stale_version")
        return self.cleaned_data


class LostFactorForm(ServiceForm):
    reason = forms.CharField(label=_("Why the second factor has to go"), max_length=200)


class SkillForm(ServiceForm):
    name = forms.CharField(label=_("Name"), max_length=100)


class SignUpForm(ServiceForm):
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
        help_text=_("Twelve characters or more. A sentence is easy to remember and hard to guess."),
    )


def _choose(queryset: QuerySet[Any], **more: Any) -> dict[str, Any]:
    """What a field for rows needs; the rows may be many, so that one searches them."""
    widget = more.pop("widget", forms.Select)
    return {"queryset": queryset, "required": False, "widget": widget(attrs={"data-rich": ""}), **more}


class InviteForm(ServiceForm):
    """Role and team are chosen here, so that whoever signs up can begin at once."""

    email = forms.EmailField(label=_("Email"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, role.label) for role in INVITED_ROLES])
    team = forms.ModelChoiceField(
        **_choose(Team.objects.order_by("name", "id")),
        label=_("Team"),
        help_text=_("Account managers work in it, leaders see all of it. Administrators need none."),
    )


class PersonForm(WholeForm):
    """All that an administrator may change about a user; `teams` and `skills` are those there are."""

    name = forms.CharField(label=_("Name"), max_length=200)
    is_admin = forms.BooleanField(label=_("Administrator: sees and sets everything"), required=False)
    leads = forms.ModelMultipleChoiceField(
        **_choose(Team.objects.order_by("name", "id"), widget=forms.SelectMultiple),
        label=_("Leads"),
        help_text=_("A leader sees the accounts of these teams and of all teams below them."),
    )
    works_in = forms.ModelMultipleChoiceField(
        **_choose(Team.objects.order_by("name", "id"), widget=forms.SelectMultiple), label=_("Works in")
    )
    skills = forms.ModelMultipleChoiceField(
        **_choose(Skill.objects.order_by("name", "id"), widget=forms.SelectMultiple), label=_("Skills")
    )


class TeamForm(ServiceForm):
    """A team: its name, its place in the tree, and who leads it or works in it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    parent = forms.ModelChoiceField(
        **_choose(Team.objects.order_by("name", "id")),
        label=_("Part of"),
        empty_label=_("Nothing: it stands at the top"),
    )
    parent.widget.attrs["data-placeholder"] = _("Nothing: it stands at the top")


class TeamPeopleForm(TeamForm, WholeForm):
    leaders = forms.ModelMultipleChoiceField(
        **_choose(
            User.objects.filter(is_active=True, is_integration=False).order_by("name", "id"),
            widget=forms.SelectMultiple,
        ),
        label=_("Leaders"),
        help_text=_("They see the accounts of this team and of all teams below it."),
    )
    members = forms.ModelMultipleChoiceField(
        **_choose(User.objects.filter(is_active=True).order_by("name", "id"), widget=forms.SelectMultiple),
        label=_("Members"),
        help_text=_("They see the accounts they own or are on the account team of; an integration sees all."),
    )


class PeopleFilterForm(forms.Form):
    """What narrows the list of people."""

    search = forms.CharField(label=_("Search"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", ""), *PersonState.choices])
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("", ""), *((role.value, role.label) for role in (*INVITED_ROLES, Role.INTEGRATION))],
    )
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.order_by("name", "id"), required=False)


class LeaveForm(ServiceForm):
    """Who takes what a leaver holds: one person for all, or another one for a kind.

    For each kind "" means whoever takes all, NOBODY that it stays without.
    """

    NOBODY = "-"
    everything = forms.ModelChoiceField(label=_("Everything goes to"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, takers: QuerySet[User], held: Sequence[Held], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held, self.kinds = held, [line.kind for line in held]
        everything: Any = self.fields["everything"]
        everything.queryset = takers
        everything.widget.attrs["data-rich"] = ""
        people = [(str(person.pk), str(person)) for person in takers]
        for kind in self.kinds:
            choices = [("", _("As above")), (self.NOBODY, kind.unheld), *people]
            self.fields[kind.key] = forms.ChoiceField(label=str(kind.label), required=False, choices=choices)
            self.fields[kind.key].widget.attrs |= {"data-rich": "", "data-placeholder": _("As above")}

    def lines(self) -> list[tuple[Held, Any]]:
        return [(line, self[line.kind.key]) for line in self.held]

    def clean(self) -> dict[str, Any]:
        """Nothing is left over by forgetting it."""
        for kind in self.kinds:
            if not self.cleaned_data.get(kind.key) and not self.cleaned_data.get("everything"):
                self.add_error(kind.key, _("Say who takes this, or that nobody does."))
        return self.cleaned_data

    def takers(self) -> dict[str, User | None]:
        data, everything = self.cleaned_data, self.fields["everything"]
        known = {str(person.pk): person for person in everything.queryset}  # type: ignore[attr-defined]
        return {kind.key: known.get(data[kind.key]) if data[kind.key] else data["everything"] for kind in self.kinds}
