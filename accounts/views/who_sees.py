"""Settings › Who can see it?: an administrator picks a person and an account and reads the rule's verdict."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.selectors import accounts
from accounts.who_sees import sight_of
from kam.core.policy import Who, policy
from kam.people.models import User
from kam.people.principal import Principal


class WhoSeesForm(forms.Form):
    """Anybody, deactivated people and integrations included, and any account the asker sees."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose a person"))
    account = forms.ModelChoiceField(
        label=_("Account"), queryset=Account.objects.none(), empty_label=_("Choose an account")
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.order_by("name", "id")  # type: ignore[attr-defined]
        field = self.fields["account"]
        field.queryset = accounts(principal)  # type: ignore[attr-defined]
        field.widget.attrs |= {"data-url": reverse("account_search"), "data-placeholder": str(_("Search by name"))}
        field.widget.choices = [("", field.empty_label)]  # type: ignore[attr-defined]
        field.error_messages["required"] = _("Choose the account it is about.")
        self.fields["person"].error_messages["required"] = _("Choose the person it is about.")
        for name in self.fields:
            self.fields[name].widget.attrs |= {"class": "form-select", "data-rich": ""}

    def offer(self, account: Account | None) -> None:
        """The chosen account alone: among thousands people search, they do not scroll."""
        chosen = [(account.pk, account.name)] if account else []
        self.fields["account"].widget.choices = [("", _("Choose an account")), *chosen]  # type: ignore[attr-defined]


@policy(GET=Who.ADMIN)
def visibility_why(request: HttpRequest) -> HttpResponse:
    """`?person=&account=`: yes or no, on which ground, and what would have to change."""
    principal = request.principal  # type: ignore[attr-defined]
    asked = {"person", "account"} & set(request.GET)
    form = WhoSeesForm(request.GET if len(asked) == 2 else None, principal=principal, initial=request.GET.dict())
    sight, status = None, 200
    if form.is_bound:
        if form.is_valid():
            sight = sight_of(form.cleaned_data["person"], form.cleaned_data["account"])
        else:
            status = 422
        form.offer(form.cleaned_data.get("account"))
    return render(request, "accounts/who_sees.html", {"form": form, "sight": sight}, status=status)
