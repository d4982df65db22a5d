"""The tables of figures by owner, by team and by month as HTML.

Written in Python as the rows of the account list are (accounts/cells.py): as templates they were the better part of
the page. Every value is escaped by fill(); what all rows say alike is looked up once.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.enums import Band
from accounts.portfolio.figures import Figures, Tally
from accounts.portfolio.months import Month
from kam.core.markup import fill, joined, local_date
from kam.core.rounding import round_half_away
from kam.core.wording import amounts

ZERO = SafeString('<span class="zero">0</span>')
UNKNOWN = SafeString('<span class="zero">–</span>')


def figures_rows(rows: Iterable[Figures], *, nobody: str, currency: str) -> SafeString:
    """A row per owner or team, in which every number opens exactly its accounts."""
    table = _Table(nobody, currency)
    return joined(table.row(row) for row in rows)


def worth_words(tally: Tally, currency: str) -> str:
    """The value in our currency, and beside it what is worth something in others."""
    say = amounts()
    others = (say.short(value, other) for other, value in tally.others_listed)
    return " + ".join([say.short(tally.value, currency), *others])


class _Table:
    """The words of its heads, and how amounts are written."""

    def __init__(self, nobody: str, currency: str) -> None:
        self.nobody, self.currency, self.amounts = nobody, currency, amounts()
        self.accounts, self.value, self.mean_head = _("Accounts"), _("Value"), _("Mean health")
        self.down, self.stale, self.regularity_head = _("Moved down"), _("Stale"), _("Regularity")
        self.kept = _("%(kept)s of %(periods)s periods kept")
        self.bands = [(band.value, str(band.label)) for band in Band]

    def row(self, row: Figures) -> SafeString:
        tally = row.tally
        return fill(
            '<tr><th scope="row" class="grow card-title">{}</th>\n'
            '<td class="num card-end" data-label="{}"><a href="{}">{}</a></td>\n'
            '<td class="num card-break" data-label="{}"><a class="sum" href="{}">{}</a></td>\n'
            '<td class="if-wide" data-label="{}">{}</td>\n{}'
            '<td class="num" data-label="{}">{}</td>\n'
            '<td class="num" data-label="{}">{}</td>\n'
            '<td class="num" data-label="{}">{}</td></tr>\n',
            *(row.label or self.nobody, self.accounts, row.href, self.amounts.count(tally.count)),
            *(self.value, row.value_href, self.worth(tally), self.mean_head, _mean(tally)),
            joined(self.band(row, band, word) for band, word in self.bands),
            *(self.down, self.linked(tally.down, row.down_href), self.stale, self.linked(tally.stale, row.stale_href)),
            *(self.regularity_head, self.regularity(tally)),
        )

    def worth(self, tally: Tally) -> SafeString:
        full, short = self.amounts.full(tally.value, self.currency), self.amounts.short(tally.value, self.currency)
        others = (
            fill('<span class="ink-3"> + {}</span>', self.amounts.short(value, other))
            for other, value in tally.others_listed
        )
        return joined([fill('<span title="{}">{}</span>', full, short), *others])

    def band(self, row: Figures, band: str, word: str) -> SafeString:
        worth = self.amounts.full(row.tally.band_values[band], self.currency)
        count = self.linked(row.tally.bands[band], row.band_href(band))
        return fill('<td class="num" data-label="{}" title="{}">{}</td>', word, worth, count)

    def linked(self, count: int, href: str) -> SafeString:
        return fill('<a href="{}">{}</a>', href, self.amounts.count(count)) if count else ZERO

    def regularity(self, tally: Tally) -> SafeString:
        if tally.regularity is None:
            return UNKNOWN
        title = self.kept % {"kept": tally.kept, "periods": tally.periods}
        return fill('<span title="{}">{} %</span>', title, tally.regularity)


def _mean(tally: Tally) -> SafeString:
    """Mean health with its spread, as number and as a line from 0 to 100."""
    if tally.mean is None:
        return UNKNOWN
    mark, left, width = tally.spread_line
    spread = "" if tally.spread is None else fill(' <span class="ink-3">± {}</span>', round_half_away(tally.spread))
    return fill(
        '<span class="kam-mean" data-state="{}"><svg class="kam-spread" viewBox="0 0 100 12" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="ground" y="5.5" width="100" height="1"/><rect class="span" x="{}" y="4"'
        ' width="{}" height="4"/><rect class="mark" x="{}" y="1" width="2" height="10"/></svg><b>{}</b>{}</span>',
        *(tally.mean_band, left, width, mark, round_half_away(tally.mean), spread),
    )


def month_rows(months: Iterable[Month], *, today: date, currency: str) -> SafeString:
    """The share of value in each band at the end of each month."""
    say = amounts()
    return joined(
        fill(
            '<tr><th scope="row">{}</th>{}</tr>\n',
            local_date(month.on, today=today),
            joined(
                fill('<td class="num" title="{}">{} %</td>', say.full(value, currency), round_half_away(share))
                for _band, value, share in month.shares
            ),
        )
        for month in months
    )
