"""Settings › Profile."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.own.forms import ProfileForm
from kam.people.own.services import edit_profile


@policy(GET=Who.STAFF, POST=Who.STAFF)
def profile(request: HttpRequest) -> HttpResponse:
    """One's name, time zone and morning mail."""
    form = ProfileForm(request.POST or None, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            edit_profile(by=request.principal, user=request.user, **form.cleaned_data)  # type: ignore
        except DomainError as error:
            form.add_error(error.field, error.detail)
        else:
            messages.success(request, _("Saved."))
            return hx_redirect(request, reverse("profile"))
    return render(request, "settings/profile.html", {"form": form}, status=422 if form.errors else 200)
