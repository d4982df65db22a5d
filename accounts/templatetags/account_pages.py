"""Tags of the account page."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from accounts import list_parts
from accounts.cells import rows_html
from accounts.columns import Column
from accounts.enums import Band
from accounts.listing import AccountRow
from accounts.portfolio import customer_lines, lines
from accounts.portfolio.figures import Figures, Tally
from accounts.portfolio.months import Month
from accounts.portfolio.moves import Mover
from accounts.rollup.foremost import Customer
from kam.core.markup import local_today

register = template.Library()
register.simple_tag(customer_lines.map_rows, name="map_rows")
register.simple_tag(customer_lines.worst_rows, name="worst_rows")
register.filter("map_tiles", customer_lines.map_tiles)
register.simple_tag(list_parts.filter_select)
register.simple_tag(list_parts.column_boxes)


@register.simple_tag
def band_word(band: str) -> str:
    """The one word for a band of health, wherever it is shown."""
    return str(Band(band or Band.UNKNOWN).label)


@register.simple_tag
def band_words() -> list[str]:
    """The words of all bands, worst first: the heads of a table of figures."""
    return [str(band.label) for band in Band]


@register.simple_tag(takes_context=True)
def account_rows(context: template.Context, rows: Iterable[AccountRow]) -> SafeString:
    """The rows of the account list; with boxes to tick for who may change accounts."""
    return rows_html(rows, now=context["now"], selectable=context["is_staff"])


@register.simple_tag(takes_context=True)
def account_heads(context: template.Context, columns: Iterable[Column], ordering: str) -> SafeString:
    """The headings of the account list; each keeps what else the address asks for."""
    return list_parts.heads(columns, ordering=ordering, asked=context["request"].GET)


@register.simple_tag(takes_context=True)
def portfolio_rows(context: template.Context, rows: Iterable[Figures], nobody: str) -> SafeString:
    """The rows of the tables by owner and by team; `nobody`: the word for accounts without one."""
    return lines.figures_rows(rows, nobody=nobody, currency=context["currency"])


@register.simple_tag(takes_context=True)
def worth_words(context: template.Context, tally: Tally) -> str:
    return lines.worth_words(tally, context["currency"])


@register.simple_tag(takes_context=True)
def month_rows(context: template.Context, months: Iterable[Month]) -> SafeString:
    return lines.month_rows(months, today=local_today(context["now"]), currency=context["currency"])


@register.simple_tag(takes_context=True)
def stale_rows(context: template.Context, accounts: Sequence[Customer]) -> SafeString:
    return customer_lines.stale_rows(accounts, context["now"])


@register.simple_tag(takes_context=True)
def mover_lines(context: template.Context, movers: Sequence[Mover]) -> SafeString:
    return customer_lines.mover_lines(movers, context["days"])


@register.simple_tag(takes_context=True)
def render_panel(context: template.Context, name: str, values: dict[str, Any]) -> str:
    """A panel's template with its own values over the page's context (an {% include %} cannot unpack them)."""
    with context.push(**values):
        return get_template(name).template.render(context)  # type: ignore[attr-defined]
