"""Small pieces of HTML that stand in many places: for the template tags, and for long lists written in Python."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape

from django.templatetags.static import static
from django.utils import timezone
from django.utils.safestring import SafeString

from kam.core import svg, wording


def fill(form: str, *values: object) -> SafeString:
    """format_html without its price for lazy strings and keywords: for what a page says hundreds of times."""
    return SafeString(form.format(*[v if isinstance(v, SafeString) else escape(str(v)) for v in values]))


def joined(pieces: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(pieces))


@lru_cache(maxsize=512)
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers: say the word beside it."""
    return fill(
        '<svg class="ico {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        static("vendor/icons.svg"),
        name,
    )


def initials(name: str) -> str:
    """The first letters of the first and last word."""
    words = str(name).split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def relative_time(moment: date | None, *, now: datetime, empty: str = "–") -> SafeString | str:
    """A <time> in words with the full date in its title; `empty` where there is none."""
    return empty if moment is None else _time(moment, wording.relative(moment, now=now))


def local_date(moment: date | None, *, today: date, empty: str = "–") -> SafeString | str:
    """A <time> with day and month, the year where it is not this one; the full date in its title."""
    return empty if moment is None else _time(moment, wording.short_date(moment, today=today))


def local_today(now: datetime) -> date:
    """The day it is at `now` in the reader's zone."""
    return timezone.localtime(now).date()


def _time(moment: date, words: str) -> SafeString:
    return fill('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), wording.absolute(moment), words)


def sparkline(values: Sequence[float | None] | None, label: str = "", css: str = "") -> SafeString | str:
    """A trend, oldest first, as SVG; nothing where fewer than two points are known."""
    line = svg.spark(values or [])
    if line is None:
        return ""
    return fill(
        '<svg class="kam-spark {}" viewBox="0 0 84 20" role="img" aria-label="{}">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        css,
        label,
        line.points,
        line.x,
        line.y,
    )
