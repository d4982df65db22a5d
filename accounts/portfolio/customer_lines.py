"""The customers that the portfolio names, as HTML: a row or line for each, and the tiles that the map is drawn from.

Written in Python for the same reason as the tables by owner and team (accounts/portfolio/lines.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.cells import NOTHING, health_mark, moved, owner_cell, row_head, tier_chip
from accounts.enums import Band
from accounts.portfolio.moves import Mover
from accounts.rollup.foremost import Customer
from kam.core.markup import fill, joined, local_date, local_today, relative_time
from kam.core.rounding import round_half_away
from kam.core.wording import Amounts, amounts

NOBODY = UUID(int=0)
TOLD = 10  # of the map's tiles, in the table below it: the list tells them all


def _band_words() -> dict[str, str]:
    return {band.value: str(band.label) for band in Band}


def _address(name: str) -> str:
    """The address of an account's page with {} for its id: asking for each is dearer than all else in a row."""
    return reverse(name, args=[NOBODY]).replace(str(NOBODY), "{}")


@dataclass(frozen=True)
class _Words:
    """What every row says alike, looked up once."""

    detail: str = field(default_factory=lambda: _address("account_detail"))
    amounts: Amounts = field(default_factory=amounts)
    bands: dict[str, str] = field(default_factory=_band_words)
    tier: Callable[[str], SafeString | str] = field(default_factory=lambda: cache(tier_chip))

    def name(self, one: Customer) -> SafeString:
        return row_head(self.detail.format(one.pk), one.name, self.tier(one.tier))

    def health(self, one: Customer) -> SafeString:
        return health_mark(one.health, one.health_band, self.bands[one.health_band])

    def worth(self, one: Customer) -> str:
        return NOTHING if one.account_revenue is None else self.amounts.short(one.account_revenue, one.currency)


def worst_rows(accounts: Sequence[Customer]) -> SafeString:
    """Value, and revenue at risk: value × (1 − health ÷ 100)."""
    words, value, at_risk = _Words(), _("Value"), _("Revenue at risk")
    return joined(
        fill(
            '<tr data-account-id="{}">{}{}<td class="card-end">{}</td>'
            '<td class="num card-break" data-label="{}">{}</td><td class="num" data-label="{}">{}</td></tr>\n',
            *(one.pk, words.name(one), owner_cell(one.owner_name), words.health(one), value, words.worth(one)),
            *(at_risk, words.amounts.short(_at_risk(one), one.currency)),
        )
        for one in accounts
    )


def _at_risk(one: Customer) -> Decimal:
    return (one.account_revenue or Decimal(0)) * (100 - (one.health or 0)) / 100


def stale_rows(accounts: Sequence[Customer], now: datetime) -> SafeString:
    """Since when there was no contact."""
    words, last_touch, since, never = _Words(), _("Last touch"), _("Stale since"), _("never")
    today = local_today(now)
    return joined(
        fill(
            '<tr data-account-id="{}">{}{}<td class="card-end">{}</td><td class="card-break" data-label="{}">{}</td>'
            '<td data-label="{}"><span class="ink-bad">{}</span></td><td class="num card-end">{}</td></tr>\n',
            *(one.pk, words.name(one), owner_cell(one.owner_name), words.health(one)),
            *(last_touch, relative_time(one.last_touch_at, now=now, empty=never)),
            *(since, local_date(one.stale_at, today=today), words.worth(one)),
        )
        for one in accounts
    )


def mover_lines(movers: Sequence[Mover], days: int) -> SafeString:
    """From what to what, and the signal that did it."""
    words, why, to = _Words(), _address("account_health"), _("to")
    change = _("Change over %(over)s") % {"over": _("%(days)s days") % {"days": days}}
    return joined(
        fill(
            '<li data-account-id="{}"><span class="kam-name"><a data-row-link href="{}">{}</a>{}</span>'
            '<span class="kam-mover-move"><span class="tabular ink-3">{} <span aria-hidden="true">→</span>'
            '<span class="sr-only">{}</span></span>{}<span class="kam-delta" data-way="{}" title="{}">{}</span></span>'
            '<small>{}</small><small class="num">{}</small></li>\n',
            *(one.account.pk, why.format(one.account.pk), one.account.name, words.tier(one.account.tier)),
            *(one.account.earlier_health, to, words.health(one.account)),
            *("up" if one.moved > 0 else "down", change, moved(one.moved)),
            *(_cause(one), words.worth(one.account)),
        )
        for one in movers
    )


def _cause(mover: Mover) -> str:
    cause = mover.cause
    if cause is None:
        return _("What moved it was not kept")
    before, after = (None if one is None else round_half_away(one) for one in (cause.before, cause.after))
    told = {"label": mover.label, "before": before, "after": after}
    if before is None:
        return _("%(label)s is known now: %(after)s") % told
    if after is None:
        return _("%(label)s was %(before)s and is unknown now") % told
    return _("%(label)s %(before)s → %(after)s") % told


def map_rows(accounts: Sequence[Customer]) -> SafeString:
    """The most valuable ones."""
    words = _Words()
    return joined(
        fill(
            '<tr data-account-id="{}">{}<td class="card-end">{}</td><td class="num card-end">{}</td></tr>\n',
            *(one.pk, words.name(one), words.health(one), words.worth(one)),
        )
        for one in accounts[:TOLD]
    )


def map_tiles(accounts: Sequence[Customer]) -> dict[str, Any]:
    """What the script draws: a tile is id, name, value, the same in words, band, health."""
    words = _Words()
    return {
        "href": words.detail,
        "words": words.bands,
        "tiles": [
            (one.pk, one.name, float(one.account_revenue or 0), words.worth(one), one.health_band, one.health)
            for one in accounts
        ],
    }
