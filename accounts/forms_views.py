"""Forms of saved views: shape only. What the rules forbid comes back from the service."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Sharing
from accounts.handing_forms import RefusableForm
from accounts.models import SavedView
from accounts.models.views import MOST_NAME
from accounts.saved_views import teams_to_share_with
from accounts.services.saved_views import SHARE_WITH_ALL, Audience
from kam.core.form_words import speak_plainly
from kam.people.models import Team
from kam.people.principal import Principal

MOST_INTEGER = 2_147_483_647


class SaveViewForm(RefusableForm):
    """What it is called and who else is offered it: nobody, a team, or everybody where that is allowed."""

    name = forms.CharField(
        label=_("Name"), max_length=MOST_NAME, widget=forms.TextInput(attrs={"class": "form-control", "autofocus": ""})
    )
    share = forms.ChoiceField(
        label=_("Who sees it"),
        help_text=_("They share the filters and columns, never accounts: everybody sees their own."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    row = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, principal: Principal, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._teams = {str(team.pk): team for team in teams_to_share_with(principal)}
        if view is not None and view.team is not None:  # leaving it as it is must be possible
            self._teams.setdefault(str(view.team.pk), view.team)
        shared = view is not None and view.sharing == Sharing.EVERYBODY
        everybody = (
            [(Sharing.EVERYBODY.value, Sharing.EVERYBODY.label)] if principal.role in SHARE_WITH_ALL or shared else []
        )
        teams = [(key, team.name) for key, team in self._teams.items()]
        choices = [(Sharing.OWN.value, Sharing.OWN.label), *teams, *everybody]
        self.fields["share"].choices = choices  # type: ignore[attr-defined]
        speak_plainly(self.fields.values())

    @property
    def audience(self) -> Audience:
        asked = self.cleaned_data["share"]
        team: Team | None = self._teams.get(asked)
        return Audience(Sharing.TEAM, team) if team else Audience(Sharing(asked))


class ChangeViewForm(SaveViewForm):
    position = forms.IntegerField(
        label=_("Place among the tabs"),
        min_value=1,
        max_value=99,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INTEGER)

    def __init__(self, *args: Any, principal: Principal, view: SavedView, **kwargs: Any) -> None:
        shared = str(view.team_id) if view.sharing == Sharing.TEAM else view.sharing
        initial = {"name": view.name, "share": shared, "position": view.position, "version": view.version}
        super().__init__(*args, principal=principal, view=view, initial=initial, **kwargs)
