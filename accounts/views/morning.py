"""Switching the morning mail off by the link it holds, without signing in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.morning import LinkUnknown, reader_behind
from kam.audit.context import name_actor
from kam.core.policy import Who, policy
from kam.core.referrer import unreferred
from kam.people.own.services import stop_morning_mail
from kam.people.principal import principal_for


@policy(GET=Who.ANYONE, POST=Who.ANYONE)
@never_cache
def morning_mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: mail scanners follow links."""
    try:
        reader = reader_behind(token)
    except LinkUnknown as error:
        return _page(request, {"dead": True}, error.status)
    if request.method == "POST":
        principal = principal_for(reader)
        name_actor(principal)
        reader = stop_morning_mail(by=principal, user=reader)
    return _page(request, {"reader": reader}, 200)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return unreferred(render(request, "accounts/morning_off.html", context, status=status))
