"""Forms about people: shape only. What the rules forbid comes back from the service."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from kam.core.errors import DomainError


class SignInForm(LoginForm):  # type: ignore[misc]
    """One may begin to type at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True


class ServiceForm(forms.Form):
    """A form whose rules live in a service."""

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form."""
        self.add_error(error.field if error.field in self.fields else None, error.detail)


class SkillForm(ServiceForm):
    name = forms.CharField(label=_("Name"), max_length=100)
