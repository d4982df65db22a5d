"""My day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.day import day_of, moved_since_yesterday, worth_a_call
from kam.core import clock
from kam.core.policy import Who, policy


@policy(GET=Who.SIGNED_IN)
def my_day(request: HttpRequest) -> HttpResponse:
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    day = day_of(principal, now=now)
    context = {
        "now": now,
        "day": day,
        "moves": list(moved_since_yesterday(principal, now=now)),
        "calls": list(worth_a_call(principal, now=now)) if day.is_clear else [],
    }
    return render(request, "accounts/day.html", context)
