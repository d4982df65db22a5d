"""Signing up through a mailed link: the only way in without having been here before."""

from typing import Any

from allauth.account.utils import perform_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from kam.core import clock
from kam.core.errors import DomainError
from kam.core.policy import Who, policy
from kam.core.referrer import unreferred
from kam.people.forms import SignUpForm
from kam.people.invitations import LinkDead, accept_invitation, invitation_behind


@policy(GET=Who.ANYONE, POST=Who.ANYONE)
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Choose a name and a password, and be signed in. Looking changes nothing: mail scanners follow links."""
    now = clock.now()
    try:
        found = invitation_behind(token, now=now)
        form = SignUpForm(request.POST or None, initial={"name": found.user.name})
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            user = accept_invitation(token=token, name=data["name"], password=data["password"], now=now)
            return unreferred(perform_login(request, user))
    except LinkDead as error:
        return _page(request, {"dead": True}, error.status)
    except DomainError as error:
        form.refuse(error)
    return _page(request, {"form": form, "email": found.user.email}, 422 if form.errors else 200)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponseBase:
    return unreferred(render(request, "people/invitation.html", context, status=status))
