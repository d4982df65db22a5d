"""The long tables of the portfolio as HTML: a row per owner or team, and one per account of the map.

Written in Python as the rows of the account list are (accounts/cells.py): as templates they were the better part of
the page. Every value is escaped by fill().
"""

from collections.abc import Iterable
from decimal import Decimal

from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.cells import NOTHING, health_mark, joined, tier_chip
from accounts.enums import Band
from accounts.models import Account
from accounts.portfolio.figures import Figures, Tally
from kam.core.markup import fill
from kam.core.wording import money, money_short

ZERO = SafeString('<span class="zero">0</span>')
UNKNOWN = SafeString('<span class="zero">–</span>')


def figures_rows(rows: Iterable[Figures], *, nobody: str, currency: str) -> SafeString:
    """A row per owner or team, in which every number opens exactly its accounts."""
    heads = [_("Accounts"), _("Value"), _("Mean health"), _("Moved down"), _("Stale"), _("Regularity")]
    return joined(_figures_row(row, heads, nobody, currency) for row in rows)


def _figures_row(row: Figures, heads: list[str], nobody: str, currency: str) -> SafeString:
    accounts, value, mean, down, stale, regularity = heads
    tally = row.tally
    return fill(
        '<tr><th scope="row" class="grow card-title">{}</th>\n'
        '<td class="num card-end" data-label="{}"><a href="{}">{}</a></td>\n'
        '<td class="num card-break" data-label="{}"><a class="sum" href="{}">{}</a></td>\n'
        '<td class="if-wide" data-label="{}">{}</td>\n{}'
        '<td class="num" data-label="{}">{}</td>\n'
        '<td class="num" data-label="{}">{}</td>\n'
        '<td class="num" data-label="{}">{}</td></tr>\n',
        *(row.label or nobody, accounts, row.href, tally.count),
        *(value, row.value_href, _worth(tally, currency), mean, _mean(tally)),
        joined(_band(word, count, worth, href, currency) for _key, word, count, worth, href in row.bands),
        *(down, _count(tally.down, row.down_href), stale, _count(tally.stale, row.stale_href)),
        *(regularity, _regularity(tally)),
    )


def _worth(tally: Tally, currency: str) -> SafeString:
    others = (
        fill('<span class="ink-3"> + {}</span>', money_short(value, other)) for other, value in tally.others_listed
    )
    worth = fill('<span title="{}">{}</span>', money(tally.value, currency), money_short(tally.value, currency))
    return joined([worth, *others])


def _mean(tally: Tally) -> SafeString:
    """Mean health with its spread, as number and as a line from 0 to 100."""
    if tally.mean is None:
        return UNKNOWN
    mark, left, width = tally.spread_line
    spread = "" if tally.spread is None else fill(' <span class="ink-3">± {}</span>', floatformat(tally.spread, 0))
    return fill(
        '<span class="kam-mean" data-state="{}"><svg class="kam-spread" viewBox="0 0 100 12" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="ground" y="5.5" width="100" height="1"/><rect class="span" x="{}" y="4"'
        ' width="{}" height="4"/><rect class="mark" x="{}" y="1" width="2" height="10"/></svg><b>{}</b>{}</span>',
        *(tally.mean_band, left, width, mark, floatformat(tally.mean, 0), spread),
    )


def _band(word: str, count: int, value: Decimal, href: str, currency: str) -> SafeString:
    worth = money(value, currency)
    return fill('<td class="num" data-label="{}" title="{}">{}</td>', word, worth, _count(count, href))


def _count(count: int, href: str) -> SafeString:
    return fill('<a href="{}">{}</a>', href, count) if count else ZERO


def _regularity(tally: Tally) -> SafeString:
    if tally.regularity is None:
        return UNKNOWN
    title = _("%(kept)s of %(periods)s periods kept") % {"kept": tally.kept, "periods": tally.periods}
    return fill('<span title="{}">{} %</span>', title, tally.regularity)


def map_rows(accounts: Iterable[Account]) -> SafeString:
    """A row per tile of the map, with all that the script draws it from."""
    words = {band.value: str(band.label) for band in Band}
    return joined(_map_row(account, words) for account in accounts)


def _map_row(account: Account, words: dict[str, str]) -> SafeString:
    href, band = reverse("account_detail", args=[account.pk]), account.health_band
    worth = NOTHING if account.account_revenue is None else money_short(account.account_revenue, account.currency)
    word = words[band or Band.UNKNOWN.value]
    return fill(
        '<tr data-account-id="{}" data-name="{}" data-value="{}" data-money="{}" data-band="{}" data-word="{}"'
        ' data-health="{}" data-href="{}">'
        '<th scope="row" class="grow card-title"><span class="kam-name"><a data-row-link href="{}">{}</a>{}</span></th>'
        '<td class="card-end">{}</td><td class="num card-end">{}</td></tr>\n',
        *(account.pk, account.name, account.account_revenue, worth, band, word),
        *("" if account.health is None else account.health, href, href, account.name),
        *(tier_chip(account.tier), health_mark(account.health, band, word), worth),
    )
