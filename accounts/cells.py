"""The rows of the account list as HTML.

Written in Python: 450 cells by a template each were nine tenths of the time of the page. Every value is
escaped by fill(); what is the same in every row is translated once.
"""

from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.days import StaleIn
from accounts.enums import Band, Lifecycle
from accounts.listing import AccountRow, Planned
from kam.core import wording
from kam.core.markup import fill, icon, initials, joined, local_date, local_today, relative_time, sparkline

Row = dict[str, Any]
Cell = Callable[[Any, Row], SafeString]
ANY = UUID(int=0)  # holds the place of an account's id in its address
NOTHING = "–"
SOON, SOON_DAYS = SafeString(" data-soon"), 7


def rows_html(rows: Iterable[AccountRow], *, now: datetime, selectable: bool) -> SafeString:
    """The body of the table; `selectable`: with a box to tick in front of each row."""
    page = _Page(now, selectable)
    return joined(page.row(row) for row in rows)


class _Page:
    """One page of rows: its moment, its words, and how a cell of each kind is written."""

    def __init__(self, now: datetime, selectable: bool) -> None:
        self.now, self.today, self.selectable = now, local_today(now), selectable
        self.address, self.list_address = reverse("account_detail", args=[ANY]), reverse("account_list")
        self.bands = {band.value: str(band.label) for band in Band}
        self.select, self.trend_of = _("Select %(name)s"), _("Health of %(name)s over 12 weeks")
        self.last_touch, self.never, self.stale = _("Last touch"), _("never"), _("Stale")
        self.change = _("Change over %(over)s") % {"over": _("30 days")}
        self.tier = cache(tier_chip)
        self.kinds: dict[str, Cell] = {
            "health": self.health,
            "trend": self.trend,
            "moment": self.moment,
            "money": self.money,
            "tags": self.tags,
            "owner": _once(owner_cell),
            "delta": _once(self.delta),
            "stale_in": _once(self.stale_in),
            "next_touch": _once(self.next_touch),
            "text": _once(self.text),
            "lifecycle": _once(self.lifecycle),
            "day": _once(self.day),
            "number": _once(self.number),
        }

    def row(self, row: AccountRow) -> SafeString:
        account = row.account
        return fill(
            '<tr data-account-id="{}">{}{}{}</tr>\n',
            account["id"],
            self.box(account) if self.selectable else "",
            self.name(account),
            joined(self.kinds[cell.column.kind](cell.value, account) for cell in row.cells),
        )

    def box(self, account: Row) -> SafeString:
        return fill(
            '<td class="kam-tick"><input type="checkbox" class="form-check-input" name="account" value="{}"'
            ' aria-label="{}"></td>',
            account["id"],
            self.select % {"name": account["name"]},
        )

    def name(self, account: Row) -> SafeString:
        lifecycle = account["lifecycle"]
        return row_head(
            self.address.replace(str(ANY), str(account["id"])),
            account["name"],
            self.tier(account["tier"]),
            self.star() if account["is_favourite"] else "",
            "" if lifecycle == "active" else fill('<span class="ink-3 small">{}</span>', Lifecycle(lifecycle).label),
        )

    def star(self) -> SafeString:
        word = _("Favourite")
        return fill(
            '<span class="kam-starred" title="{}">{}<span class="sr-only">{}</span></span>',
            *(word, icon("star", "ico-small"), word),
        )

    def health(self, score: int | None, account: Row) -> SafeString:
        band = account["health_band"] or Band.UNKNOWN.value
        return fill('<td class="card-end">{}</td>', health_mark(score, band, self.bands[band]))

    def trend(self, values: list[float | None], account: Row) -> SafeString:
        line = sparkline(values, self.trend_of % {"name": account["name"]})
        return fill('<td class="if-wide card-hide" data-state="{}">{}</td>', account["health_band"], line)

    def delta(self, change: int | None) -> SafeString:
        if change is None:
            nothing = _("Nothing to compare with yet")
            return fill('<td class="num card-hide"><span class="kam-delta" title="{}">{}</span></td>', nothing, NOTHING)
        way = "up" if change > 0 else "down" if change < 0 else "same"
        return fill(
            '<td class="num card-hide"><span class="kam-delta" data-way="{}" title="{}">{}</span></td>',
            *(way, self.change, moved(change)),
        )

    def moment(self, at: datetime | None, account: Row) -> SafeString:
        said = relative_time(at, now=self.now, empty=self.never)
        return fill('<td class="card-break" data-label="{}">{}</td>', self.last_touch, said)

    def stale_in(self, stale: StaleIn | None) -> SafeString:
        return fill('<td data-label="{}">{}</td>', self.stale, _stale(stale))

    def money(self, amount: Decimal | None, account: Row) -> SafeString:
        said = NOTHING if amount is None else wording.money_short(amount, account["currency"])
        return fill('<td class="num card-end">{}</td>', said)

    def next_touch(self, planned: Planned) -> SafeString:
        day = local_date(planned.on, today=self.today)
        if not planned.is_late:
            return fill('<td class="card-hide">{}</td>', day)
        return fill(
            '<td class="card-hide"><span class="kam-state ink-bad">{}<span class="sr-only">{} </span>{}</span></td>',
            *(icon("clock-exclamation", "ico-small"), _("overdue"), day),
        )

    def text(self, words: str | None) -> SafeString:
        return fill('<td class="card-hide kam-cell-text" title="{}">{}</td>', words or "", words or NOTHING)

    def tags(self, borne: list[Any], account: Row) -> SafeString:
        link = '<a class="kam-chip" href="{}?tag={}">{}</a>'
        chips = joined(fill(link, self.list_address, tag["id"], tag["name"]) for tag in borne or ())
        return fill('<td class="card-hide"><span class="kam-tags">{}</span></td>', chips or NOTHING)

    def lifecycle(self, label: str) -> SafeString:
        return fill('<td class="card-hide">{}</td>', label)

    def day(self, on: date | None) -> SafeString:
        return fill('<td class="card-hide">{}</td>', local_date(on, today=self.today))

    def number(self, count: int | None) -> SafeString:
        said = NOTHING if count is None else number_format(count, force_grouping=True)
        return fill('<td class="num card-hide">{}</td>', said)


def _once(write: Callable[[Any], SafeString]) -> Cell:
    """A cell that its value alone decides: written once a page for each value."""
    written = cache(write)

    def cell(value: Hashable, account: Row) -> SafeString:
        return written(value)

    return cell


def row_head(address: str, name: str, *marks: SafeString | str) -> SafeString:
    """A customer at the head of its row: the name as a link, and what stands behind it."""
    return fill(
        '<th scope="row" class="grow card-title"><span class="kam-name"><a data-row-link href="{}">{}</a>'
        + "{}" * len(marks)
        + "</span></th>",
        *(address, name, *marks),
    )


def owner_cell(name: str | None) -> SafeString:
    """The initials of an owner, with the name for who points at them or hears the page."""
    if not name:
        return fill('<td class="card-hide"><span class="ink-3">{}</span></td>', NOTHING)
    return fill(
        '<td class="card-hide"><span class="kam-initials" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="sr-only">{}</span></span></td>',
        *(name, initials(name), name),
    )


def tier_chip(tier: str) -> SafeString | str:
    """The tier as one letter; nothing where there is none."""
    if not tier:
        return ""
    return fill(
        '<span class="kam-tier" data-tier="{}" title="{}"><span class="sr-only">{} </span>{}</span>',
        *(tier, _("Tier %(tier)s") % {"tier": tier}, _("Tier"), tier),
    )


def health_mark(score: int | None, band: str, word: str) -> SafeString:
    """A health number with the shape and the word of its band."""
    return fill(
        '<span class="kam-health" data-state="{}" title="{}"><i class="kam-dot" aria-hidden="true"></i><b>{}</b>'
        '<span class="sr-only">{}</span></span>',
        *(band or Band.UNKNOWN.value, word, NOTHING if score is None else score, word),
    )


def moved(change: int) -> SafeString | str:
    """A change with its arrow, also for who does not see the arrow."""
    if not change:
        return "±0"
    arrow, word = ("arrow-up-right", _("up")) if change > 0 else ("arrow-down-right", _("down"))
    return fill('{}<span class="sr-only">{}</span>{}', icon(arrow), word, abs(change))


def _stale(stale: StaleIn | None) -> SafeString:
    """When an account goes stale, or since when it is."""
    if stale is None:
        return fill('<span class="kam-days ink-3">{}</span>', NOTHING)
    if stale.is_stale:
        late = ngettext("%(n)s day overdue", "%(n)s days overdue", stale.days) % {"n": stale.days}
        return fill('<span class="kam-days" data-late>{}</span>', late if stale.days else _("just overdue"))
    words = ngettext("in %(n)s day", "in %(n)s days", stale.days) % {"n": stale.days}
    said = words if stale.days else _("within a day")
    return fill('<span class="kam-days"{}>{}</span>', SOON if stale.days <= SOON_DAYS else "", said)
