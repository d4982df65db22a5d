"""The tags and filters every template may use (a builtin library, no {% load %} needed)."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlencode

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kam.core import clock, markup, nav, svg, wording
from kam.core.matching import Sought

register = template.Library()
Amount = Decimal | float | int


def _now(context: template.Context) -> datetime:
    """The page's own `now` where the view gave one, else the clock."""
    given = context.get("now")
    return given if isinstance(given, datetime) else clock.now()


register.simple_tag(markup.icon)
register.simple_tag(markup.sparkline)
register.filter(markup.initials)
register.filter(wording.source_name)


@register.simple_tag
def constant(name: str) -> SafeString:
    """A template that says the same to everybody on every page: rendered once for each language."""
    return _constant(name, get_language())


@lru_cache(maxsize=256)
def _constant(name: str, language: str | None) -> SafeString:
    return render_to_string(name)


@register.simple_tag
def querystring_of(**parameters: object) -> str:
    """ "?account=…" of the parameters that say something; empty where none does."""
    said = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(said)}" if said else ""


@register.simple_tag
def marked(name: str, sought: Sought) -> SafeString:
    """A name with the words that somebody searched for marked in it."""
    return sought.marked(name)


@register.simple_tag(takes_context=True)
def nav_links(context: template.Context) -> list[nav.Link]:
    request = context.get("request")
    return nav.links(nav.role_of(request), request.path) if request else []


@register.simple_tag(takes_context=True)
def settings_groups(context: template.Context) -> list[tuple[object, list[nav.SettingsLink]]]:
    request = context.get("request")
    return list(nav.settings_links(nav.role_of(request), request.path)) if request else []


@register.simple_tag(takes_context=True)
def relative_time(context: template.Context, moment: date | None, empty: str = "–") -> SafeString | str:
    return markup.relative_time(moment, now=_now(context), empty=empty)


@register.simple_tag(takes_context=True)
def local_date(context: template.Context, moment: date | None, empty: str = "–") -> SafeString | str:
    return markup.local_date(moment, today=markup.local_today(_now(context)), empty=empty)


@register.filter
def money(amount: Amount | None, currency: str = "") -> str:
    return "–" if amount is None else wording.money(amount, currency)


@register.filter
def money_short(amount: Amount | None, currency: str = "") -> str:
    return "–" if amount is None else wording.money_short(amount, currency)


@register.filter
def signed(number: Amount | None) -> str:
    return "–" if number is None else wording.signed(number)


@register.filter
def magnitude(number: Amount) -> Amount:
    """The number without its sign."""
    return -number if number < 0 else number


@register.filter
def undo_address(tags: str | None) -> str:
    """Where what a message tells of is taken back: the message bears a tag "undo:" and the address."""
    return next((tag.removeprefix("undo:") for tag in (tags or "").split() if tag.startswith("undo:")), "")


@register.simple_tag
def stacked_bar(css: str = "", **amounts: Amount) -> SafeString:
    """Amounts side by side, each rect with its name as class: {% stacked_bar green=20 amber=9 red=5 %}."""
    rects = format_html_join(
        "",
        '<rect class="{}" x="{}" width="{}" height="6"/>',
        ((p.name, p.x, p.width) for p in svg.parts(amounts.items())),
    )
    return format_html(
        '<svg class="kam-bar {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{}</svg>', css, rects
    )


@register.simple_tag
def bar(value: Amount, most: Amount = 100, css: str = "") -> SafeString:
    """`value` of `most` as a bar; its colour is that of the nearest data-state."""
    share = max(0.0, min(100.0, float(value) / float(most) * 100)) if most else 0.0
    return format_html(
        '<svg class="kam-bar {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" width="100" height="6"/><rect class="fill" width="{}" height="6"/></svg>',
        css,
        round(share, 1),
    )


@register.filter
def sentiment_y(value: int) -> int:
    """The height of the dot for −2…+2 in a picture 20 px high."""
    return 10 - 4 * value


@register.filter
def sentiment_state(value: int) -> str:
    return "good" if value > 0 else "bad" if value < 0 else "idle"


@register.filter
def sentiment_word(value: int | None) -> str:
    return "" if value is None else wording.sentiment(value)


@register.simple_tag
def faces() -> list[tuple[int, str, str, str]]:
    """The five faces, worst first: value, icon, state, word."""
    icons = ("mood-angry", "mood-sad", "mood-empty", "mood-smile", "mood-happy")
    return [(v, name, sentiment_state(v), wording.sentiment(v)) for v, name in zip(range(-2, 3), icons, strict=True)]


@register.filter
def toast_state(level_tag: str) -> str:
    """The state of a toast for a level of the messages framework."""
    return {"error": "bad", "warning": "warn", "info": "info", "debug": "info"}.get(level_tag, "good")
