"""How times, money and changes are said to people. Pure: the present moment is passed in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache

from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kam.core.rounding import round_half_away

NARROW = "\u202f"
MINUS = "\u2212"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
MILLION = Decimal(10) ** 6
_ALMOST = Decimal("0.9995")
# Other sources are called as whoever sends from there calls them.
SOURCES = {
    "import": gettext_lazy("Imported file"),
    "hubspot": "HubSpot",
    "salesforce": "Salesforce",
    "salesforce-task": gettext_lazy("Salesforce task"),
}
STEPS = ((MILLION * 1000, "B"), (MILLION, "M"), (Decimal(1000), "k"))


def absolute(moment: date) -> str:
    """`moment` in full, in the reader's zone and language: for titles."""
    if isinstance(moment, datetime):
        local = timezone.localtime(moment)
        return f"{_said(local.date(), 'D j M Y', get_language())}, {local:%H:%M}"
    return _said(moment, "D j M Y", get_language())


def source_name(source: str) -> str:
    """The system that a record came from, as people call it."""
    return str(SOURCES.get(source, source))


def short_date(day: date, *, today: date) -> str:
    """The day and month; with the year where it is not this one."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return _said(day, "j M" if day.year == today.year else "j M Y", get_language())


@lru_cache(maxsize=4096)
def _said(day: date, style: str, language: str | None) -> str:
    """A list says the same few days over and over, and Django takes 50 µs to write one."""
    return date_format(day, style)


def whole_days(since: datetime, *, now: datetime) -> int:
    """Days of 24 h from `since` to `now`, rounded down: how every silence and age is counted that people read."""
    return (now - since) // timedelta(days=1)


def relative(moment: date, *, now: datetime) -> str:
    """How far `moment` lies from `now`: minutes and hours within a day, then days, months, years.

    The days next to today are named by the calendar; beyond them an instant is whole days of 24 h away, a date
    calendar days.
    """
    if isinstance(moment, datetime):
        seconds = int((now - moment).total_seconds())
        if abs(seconds) < 60:
            return _("just now")
        apart = (timezone.localtime(now).date() - timezone.localtime(moment).date()).days
        if apart == 0 and abs(seconds) < 86_400:
            return _hours(seconds)
        if abs(apart) > 1:
            return _days_away(
                whole_days(moment, now=now) if apart > 0 else -whole_days(now, now=moment), get_language()
            )
        return relative_days(apart)
    return relative_days((timezone.localtime(now).date() - moment).days)


def _hours(seconds: int) -> str:
    minutes = abs(seconds) // 60
    if minutes < 60:
        span = ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    else:
        span = ngettext("%(count)d h", "%(count)d h", minutes // 60) % {"count": minutes // 60}
    return _ago(span, past=seconds > 0)


def relative_days(days: int) -> str:
    """`days` ago in words, or ahead where negative."""
    if abs(days) > 1:
        return _days_away(days, get_language())
    return {0: _("today"), 1: _("yesterday"), -1: _("tomorrow")}[days]


@lru_cache(maxsize=4096)
def _days_away(days: int, language: str | None) -> str:
    """The same number of days stands in many rows, and its words take Django 15 µs to look up."""
    return _ago(span_of_days(abs(days)), past=days > 0)


def span_of_days(days: int) -> str:
    """A length in the largest unit that still says something: days to 60, months to 2 years, then years."""
    if days <= 60:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if days < 730:
        months = int(round_half_away(days / 30.44))
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    years = days // 365
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def _ago(span: str, *, past: bool) -> str:
    return (_("%(span)s ago") if past else _("in %(span)s")) % {"span": span}


@dataclass(frozen=True)
class Amounts:
    """How amounts are written in a language. For long tables: asking for the language is most of what one costs."""

    point: str
    thousands: str

    def full(self, amount: Decimal | float, currency: str = "") -> str:
        """The exact amount with its currency; cents only where there are any."""
        amount = round_half_away(_exact(amount), 2)
        digits = 0 if amount == amount.to_integral_value() else 2
        return _with_currency(amount < 0, self._grouped(abs(amount), digits), currency)

    def short(self, amount: Decimal | float, currency: str = "") -> str:
        """About three figures with k, M or B: 980 k, 1.42 M, 12.4 M, 2 B."""
        exact = abs(_exact(amount))
        # What would round to 1000 of a unit is 1 of the next: 999,600 is 1 M.
        size, letter = next((step for step in STEPS if exact >= step[0] * _ALMOST), (Decimal(1), ""))
        scaled = exact / size
        digits = 0 if size < MILLION or scaled >= 100 else 1 if scaled >= 10 else 2
        figure = f"{round_half_away(scaled, digits).normalize():f}".replace(".", self.point)
        return _with_currency(amount < 0, f"{figure}{NARROW}{letter}" if letter else figure, currency)

    def count(self, number: int) -> str:
        """A whole number, its digits grouped."""
        return self._grouped(number, 0)

    def _grouped(self, amount: Decimal | int, digits: int) -> str:
        if not self.thousands:
            return number_format(amount, digits, force_grouping=True)
        said = f"{amount:,.{digits}f}"
        return said.translate(self._signs) if self._signs else said

    @cached_property
    def _signs(self) -> dict[int, str]:
        """Of Python's own signs those that are others here."""
        return {ord(own): sign for own, sign in ((",", self.thousands), (".", self.point)) if own != sign}


def _exact(amount: Decimal | float) -> Decimal:
    return amount if isinstance(amount, Decimal) else Decimal(str(amount))


def amounts() -> Amounts:
    """In the reader's language."""
    return _amounts(get_language())


@lru_cache(maxsize=128)
def _amounts(language: str | None) -> Amounts:
    """Without a sign between thousands where a language does not group by three: Django writes its amounts."""
    by_three = get_format("NUMBER_GROUPING", language) == 3
    return Amounts(get_format("DECIMAL_SEPARATOR", language), get_format("THOUSAND_SEPARATOR", language) * by_three)


def money(amount: Decimal | float, currency: str = "") -> str:
    """The exact amount with its currency; cents only where there are any."""
    return amounts().full(amount, currency)


def money_short(amount: Decimal | float, currency: str = "") -> str:
    """About three figures with k, M or B."""
    return amounts().short(amount, currency)


def _with_currency(negative: bool, figure: str, currency: str) -> str:
    sign = MINUS if negative else ""
    if not currency:
        return f"{sign}{figure}"
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{figure}" if symbol else f"{sign}{currency}\u00a0{figure}"


def signed(number: Decimal | float, digits: int = 0) -> str:
    """A change with its sign: +4, −7 (a true minus), 0."""
    rounded = round_half_away(Decimal(str(number)), digits)
    figure = number_format(abs(rounded), digits)
    return figure if not rounded else f"{'+' if rounded > 0 else MINUS}{figure}"


def sentiment(value: int) -> str:
    """The word under the face for -2…+2."""
    return {-2: _("Angry"), -1: _("Unhappy"), 0: _("Neutral"), 1: _("Happy"), 2: _("Delighted")}[value]
