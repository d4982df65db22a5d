"""My day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.day import Further, day_of
from accounts.day_accounts import day_accounts
from accounts.news import MOST_COUNTED, known_at_last_visit, news_since
from accounts.services.day_visit import open_day
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.policy import Who, policy

NEWS_SHOWN = 12
BADGE_LASTS_S = 60


@policy(GET=Who.SIGNED_IN)
def my_day(request: HttpRequest) -> HttpResponse:
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    further = _further(request.GET.get("group", ""), request.GET.get("after", ""))
    day, accounts = day_of(principal, now=now, further=further), day_accounts(principal, now=now)
    known = open_day(by=principal, own=accounts.own, site=request.build_absolute_uri("/"), now=now)
    news = news_since(principal, known, accounts.own, now=now)
    context = {
        "now": now,
        "day": day,
        "accounts": accounts,
        "is_jobless": not any(group.lines for group in day.groups) and not accounts.own,
        "since": known.at,
        "news": news[:NEWS_SHOWN],
        "news_count": len(news),
        "more_news": len(news[NEWS_SHOWN:]),
        "calls": accounts.worth_a_call(now=now) if day.is_clear else [],
    }
    return render(request, "accounts/day.html", context)


def _further(key: str, after: str) -> Further | None:
    """The group of which somebody wants to see what follows. Raises: BadInput for a number that is none."""
    if not key:
        return None
    if not (after.isascii() and after.isdigit() and len(after) <= 6):
        raise BadInput("bad_after", _("A list goes on after a whole number of lines."), field="after")
    return Further(key, int(after))


@policy(GET=Who.SIGNED_IN)
def day_badge(request: HttpRequest) -> HttpResponse:
    """How much is new since the last visit, for the navigation: asked for by itself, so that no page waits for it."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    own = day_accounts(principal, now=now).own
    count = len(news_since(principal, known_at_last_visit(principal, own, now=now), own, now=now))
    answer = render(request, "accounts/day_badge.html", {"count": count, "most": MOST_COUNTED})
    # The browser keeps it while somebody goes from page to page; signing in as somebody else changes the cookie.
    answer.headers["Cache-Control"] = f"private, max-age={BADGE_LASTS_S}"
    patch_vary_headers(answer, ["Cookie"])
    return answer
