"""What of touchpoints can be exported: those that took place, of the accounts that the reader sees."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.exports import PARAMETERS, asked_accounts, filter_words, plain
from kam.core.errors import BadInput
from kam.core.personal import readable
from kam.exchange.exports.registry import ExportColumn, ExportKind, Filters, register
from kam.exchange.values import Reading, day
from kam.people.principal import Principal
from touchpoints.enums import TouchpointStatus
from touchpoints.imports.fields import FIELDS
from touchpoints.models import Touchpoint, TouchpointContact, TouchpointStaff

SINCE, UNTIL = "since", "until"
NUMBERS = {"duration_minutes", "sentiment_start", "sentiment_end", "handoffs", "wait_minutes"}


def asked_touchpoints(principal: Principal, filters: Filters, now: datetime) -> QuerySet[Touchpoint]:
    """Completed ones, of the accounts that the list shows, from `since` to `until` (days of UTC, both included).

    Raises: BadInput.
    """
    found = Touchpoint.objects.visible_to(principal).filter(status=TouchpointStatus.COMPLETED)
    of_accounts = {name: value for name, value in filters.items() if name in PARAMETERS}
    if of_accounts:
        found = found.filter(account__in=asked_accounts(principal, of_accounts, now).order_by().values("pk"))
    if SINCE in filters:
        found = found.filter(occurred_at__gte=_midnight(filters, SINCE))
    if UNTIL in filters:
        found = found.filter(occurred_at__lt=_midnight(filters, UNTIL) + timedelta(days=1))
    return found


def _midnight(filters: Filters, name: str) -> datetime:
    try:
        return datetime.combine(day(filters[name], Reading()), time(), tzinfo=UTC)
    except BadInput as error:
        raise BadInput("not_a_date", error.detail, field=name) from error


def _words(principal: Principal, filters: Filters, now: datetime) -> list[tuple[str, str]]:
    words = filter_words(principal, {name: value for name, value in filters.items() if name in PARAMETERS}, now)
    named = {SINCE: _("Since"), UNTIL: _("Until")}
    return words + [
        (word, _midnight(filters, name).date().isoformat()) for name, word in named.items() if name in filters
    ]


def _first_contact(principal: Principal) -> Subquery:
    links = TouchpointContact.objects.visible_to(principal).filter(touchpoint=OuterRef("pk")).order_by("id")
    return Subquery(links.values("contact__email")[:1])


def _first_staff(principal: Principal) -> Subquery:
    links = TouchpointStaff.objects.visible_to(principal).filter(touchpoint=OuterRef("pk")).order_by("id")
    return Subquery(links.values("user__email")[:1])


def _yes_or_no(value: bool | None) -> str:
    return {True: "yes", False: "no"}.get(value, "")  # type: ignore[arg-type]


def _read(name: str) -> Callable[[Principal], Any]:
    return lambda principal: F(name)


SPECIAL = {
    "account": plain("account", "account__name"),
    "type": plain("type", "type__key"),
    "channel": plain("channel", "channel__key"),
    "contact": ExportColumn("contact", _first_contact),
    "staff": ExportColumn("staff", _first_staff),
    "resolved_first_contact": ExportColumn("resolved_first_contact", _read("resolved_first_contact"), write=_yes_or_no),
}


def register_exports() -> None:
    """Called once, when the app is ready."""
    names = readable(Touchpoint, [field.name for field in FIELDS if field.name != "kam_id"])
    columns = [SPECIAL.get(name) or plain(name, is_number=name in NUMBERS) for name in names]
    register(
        ExportKind(
            "touchpoints", gettext_lazy("Touchpoints"), "touchpoints:read",
            [*columns, plain("id"), plain("account_id")], asked_touchpoints, _words, PARAMETERS | {SINCE, UNTIL},
        )
    )  # fmt: skip
