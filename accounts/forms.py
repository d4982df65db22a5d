"""Forms of accounts and contacts: shape only. What the rules forbid comes back from the service."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import accounts_named
from accounts.enums import BuyingRole, Lifecycle, Tier
from accounts.forms_tags import TagsField
from accounts.models import Account, Contact, Segment
from accounts.selectors import accounts, accounts_called, assignable_owners, assignable_teams, hides_parent
from accounts.services.accounts import EDITABLE as ACCOUNT_FIELDS
from accounts.services.contacts import EDITABLE as CONTACT_FIELDS
from accounts.tags import tag_names, tags_offered
from kam.core.bounds import check_date
from kam.core.errors import BadInput, DomainError
from kam.core.folding import fold
from kam.core.form_words import speak_plainly
from kam.people.principal import Principal

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST_INTEGER = 2_147_483_647  # what an integer column holds
NAMESAKES = 3  # named at most


def scale(label: Any, numbers: Iterable[int], written: str = "{}") -> forms.TypedChoiceField:
    """A choice of one of some numbers, or of none: not known."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("", _("not known")), *((number, written.format(number)) for number in numbers)],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class DomainForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form over a model that writes nothing itself: a service takes `cleaned_data`.

    `version` is the one the person saw; it travels along so that the service can tell who was faster.
    `over` is a newer one they chose to write over. `row` is the key of a row to be made (kam/core/once.py).
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    over = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=MOST_INTEGER)
    row = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", css)
            if name != "version" and isinstance(field, forms.CharField):
                field.strip = True
        speak_plainly(self.fields.values())
        if self.instance.version and not self.instance._state.adding:
            self.fields["version"].initial = self.instance.version

    def _post_clean(self) -> None:
        """The instance stays as it was loaded: services compare with it and check the rules."""

    def clean(self) -> dict[str, Any]:
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, date):
                try:
                    check_date(value, field=name)
                except BadInput as error:
                    self.add_error(name, error.detail)
        return self.cleaned_data

    @property
    def seen(self) -> int | None:
        """The version this edit was made in knowledge of."""
        version: int | None = self.cleaned_data.get("over") or self.cleaned_data.get("version")
        return version

    @property
    def opened(self) -> int:
        """The version this form was filled from, also where it is saved over a newer one."""
        return self.cleaned_data.get("version") or 0

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """What to hand to the service."""
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form."""
        self.add_error(error.field if error.field in self.fields else None, error.detail)


class AccountForm(DomainForm):
    """Owners, teams and parents are offered only where this person may choose them.

    `parent_search` is the way to another parent without scripts. A new account whose name another one
    has already (`namesakes`) is made only if `anyway` is said.
    """

    namesakes: ClassVar[list[Account]] = []
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)

    tags = TagsField(label=_("Tags"), required=False)
    tags_were = TagsField(required=False, widget=forms.MultipleHiddenInput)

    parent_search = forms.CharField(label=_("Or search for it by name"), required=False, max_length=200)

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = ACCOUNT_FIELDS
        widgets: ClassVar[Mapping[str, forms.Widget]] = {
            "customer_since": DAY,
            "silence_from_on": DAY,
            "renewal_on": DAY,
        }
        labels: ClassVar[Mapping[str, Any]] = {
            "parent": _("Part of"),
            "owner": _("Owner"),
            "team": _("Team"),
            "segment": _("Segment"),
        }

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("owner", assignable_owners(principal), self.instance.owner)
        self._offer("team", assignable_teams(principal), self.instance.team)
        self.principal = principal
        self._offer_parents()
        self.fields["segment"].queryset = Segment.objects.order_by("name", "id")  # type: ignore[attr-defined]
        self._offer_tags()
        for name in ("owner", "team", "parent", "segment"):
            self.fields[name].widget.attrs["data-rich"] = ""
        self.fields["tier"].choices = [("", _("No tier")), *Tier.choices]  # type: ignore[attr-defined]
        for name, empty in {"owner": _("Nobody"), "team": _("No team"), "segment": _("No segment")}.items():
            self.fields[name].empty_label = empty  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["data-placeholder"] = empty
        self.fields["employees"].validators.append(MaxValueValidator(MOST_INTEGER))
        speak_plainly([self.fields["employees"]])
        self.fields["currency"] = forms.RegexField(
            "^[A-Z]{3}$",
            label=_("Currency"),
            initial="EUR",
            error_messages={"invalid": _("Three capital letters, like EUR.")},
            widget=forms.TextInput(attrs={"class": "form-control", "maxlength": 3}),
        )

    def _offer(self, name: str, queryset: Any, present: Any) -> None:
        """What may be chosen, and the present value: leaving it as it is must be possible."""
        if present is not None:
            queryset = queryset.model.objects.filter(pk__in=[*queryset.values_list("pk", flat=True), present.pk])
        self.fields[name].queryset = queryset.order_by("name", "id")  # type: ignore[attr-defined]

    def _offer_tags(self) -> None:
        """Those there are, and what was typed: both are names. `tags_were` tells what this form took off itself."""
        borne = [] if self.instance._state.adding else tag_names(self.principal, self.instance)
        for name in ("tags", "tags_were"):
            self.fields[name].initial = borne
        offered = dict.fromkeys([*tags_offered(self.principal), *borne])
        typed = self.data.getlist(self.add_prefix("tags")) if hasattr(self.data, "getlist") else []
        widget = self.fields["tags"].widget
        widget.choices = [(name, name) for name in dict.fromkeys([*offered, *typed])]  # type: ignore[attr-defined]
        widget.attrs |= {"data-rich": "", "data-create": "", "data-placeholder": _("Add a tag"), "class": "form-select"}

    @property
    def tag_changes(self) -> dict[str, list[str]]:
        """What this form puts on and takes off; what others did meanwhile is theirs."""
        chosen, were = self.cleaned_data["tags"], self.cleaned_data["tags_were"]
        return {
            "added": [name for name in chosen if name not in were],
            "removed": [name for name in were if name not in chosen],
        }

    def _offer_parents(self) -> None:
        """The present one alone: among twenty thousand accounts people search, they do not scroll."""
        field = self.fields["parent"]
        field.queryset = accounts(self.principal).exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        field.widget.attrs |= {"data-url": reverse("account_search"), "data-placeholder": _("Search by name")}
        try:
            present = field.to_python(self["parent"].value())
        except forms.ValidationError:  # invisible, or said at the field when the form is validated
            present = None
        self._list_parents([present] if present else [])

    def _list_parents(self, found: Iterable[Account]) -> None:
        field = self.fields["parent"]
        field.widget.choices = [("", _("none")), *((one.pk, one.name) for one in found)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if words := cleaned.get("parent_search"):
            self._search_parent(words)
        if cleaned.get("parent") is None and hides_parent(self.principal, self.instance):
            cleaned.pop("parent", None)  # the one they do not see stays
        if self.instance._state.adding:
            self._clean_new(cleaned)
        return cleaned

    def _clean_new(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("lifecycle") == Lifecycle.PROSPECT and "customer_since" not in self.changed_data:
            cleaned["customer_since"] = None  # it was filled in beforehand, for a customer
        if cleaned.get("name") and not cleaned.get("anyway"):
            self.namesakes = list(accounts_called(self.principal, cleaned["name"])[:NAMESAKES])  # type: ignore[misc]
            if self.namesakes:
                self.add_error("name", _("There is an account of that name."))

    def _search_parent(self, words: str) -> None:
        """What was typed instead of chosen: taken where it names one account, else the list to choose from."""
        found = [one for one in accounts_named(self.principal, words) if one.pk != self.instance.pk]
        exact = [one for one in found if one.name_sort == fold(words)]
        if len(exact or found) == 1:
            self.cleaned_data["parent"] = (exact or found)[0]
            return
        self._list_parents(found)
        several = _("Several accounts match: choose one of them.")
        self.add_error("parent", several if found else _("No account that you see is called so."))


class ContactForm(DomainForm):
    buying_roles = forms.MultipleChoiceField(
        label=_("Part in the decision"),
        choices=BuyingRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = CONTACT_FIELDS
        widgets: ClassVar[Mapping[str, forms.Widget]] = {"phone": forms.TextInput(attrs={"type": "tel"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["influence"] = scale(self.fields["influence"].label, range(1, 6))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you need it?"), max_length=200, widget=forms.TextInput(attrs={"class": "form-control"})
    )


class SensitiveForm(forms.Form):
    """What only few read of a person, and may then correct; `version` is the contact's when it was shown."""

    stance = scale(_("Stance"), range(-2, 3), "{:+d}")
    private_notes = forms.CharField(
        label=_("What one should know of them"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INTEGER)
