"""The census page: customers now and a year ago, and month by month what made the number move."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.census import GAINS, Census, Kind, census_by_month, parse_day
from accounts.days import reporting_day
from kam.core import clock
from kam.core.policy import Who, policy
from kam.core.svg import Swing, swing

MONTHS = 12


@dataclass(frozen=True)
class Move:
    """One figure of a month: how many, and the list of exactly those."""

    label: str
    count: int
    href: str
    sign: str


@dataclass(frozen=True)
class Month:
    census: Census
    moves: list[Move]
    swing: Swing


@policy(GET=Who.LEADER)
def census_page(request: HttpRequest) -> HttpResponse:
    """Twelve months up to a day (today), the newest first."""
    principal, today = request.principal, reporting_day(clock.now())  # type: ignore[attr-defined]
    asked = request.GET.get("on", "")
    on = parse_day(asked, field="on") if asked else today
    months = census_by_month(principal, on=on, months=MONTHS)
    year = Census(
        on=on,
        since=months[0].since,
        opening=months[0].opening,
        **{name: sum(getattr(month, name) for month in months) for name in (*Kind.values, "assumed")},
    )
    most = max(max(month.won + month.regained, month.lost + month.merged) for month in months)
    context = {
        "on": on,
        "is_today": on == today,
        "year": Month(year, _moves(year), swing(0, 0, most=1)),
        "months": [_month(month, most) for month in reversed(months)],
    }
    return render(request, "accounts/census.html", context)


def _month(month: Census, most: int) -> Month:
    return Month(month, _moves(month), swing(month.won + month.regained, month.lost + month.merged, most=most))


def _moves(counted: Census) -> list[Move]:
    return [
        Move(
            label=str(kind.label),
            count=getattr(counted, kind.value),
            href=f"{reverse('account_list')}?{urlencode({'turned': f'{kind.value}.{counted.since}.{counted.on}'})}",
            sign="+" if kind in GAINS else "−",
        )
        for kind in (Kind.WON, Kind.REGAINED, Kind.LOST, Kind.MERGED)
    ]
