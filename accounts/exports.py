"""What of accounts and contacts can be exported: what the importer would take, and what the list shows beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.days import reporting_day
from accounts.filters import AccountFilter
from accounts.health.history import health_delta
from accounts.imports.contacts import CONTACT_FIELDS
from accounts.imports.fields import FIELDS
from accounts.listing import DELTA_DAYS, ORDERINGS
from accounts.models import Account, AccountTag, Contact, ExternalId
from accounts.registry import registry
from accounts.tags import tags_seen
from kam.core.folding import fold
from kam.core.personal import readable
from kam.exchange.exports.registry import ExportColumn, ExportKind, Filters, register
from kam.people.principal import Principal

PARAMETERS = frozenset(AccountFilter.base_filters)
NUMBERS = {"company_revenue", "account_revenue", "employees"}
# Column of the list → fields of the file.
SHOWN = {
    "owner": ("owner", "owner_name"),
    "health": ("health", "health_band"),
    "delta": ("health_change_30_days",),
    "last_touch": ("last_touch_at",),
    "value": ("account_revenue", "currency"),
    "next_touch": ("next_touch_on",),
    "stale_in": ("stale_at",),
    "renewal": ("renewal_on",),
    "company_revenue": ("company_revenue", "currency"),
}


def asked_accounts(principal: Principal, filters: Filters, now: datetime) -> QuerySet[Account]:
    """As the list shows them. Raises: BadInput."""
    return _asked(principal, filters, now).chosen()


def _asked(principal: Principal, filters: Filters, now: datetime) -> AccountFilter:
    """A tag may be given by its name, as programs know it: the list's own links have its id."""
    wanted = dict(filters)
    tag = tags_seen(principal).filter(name_sort=fold(wanted["tag"])).first() if wanted.get("tag") else None
    if tag:
        wanted["tag"] = str(tag.pk)
    return AccountFilter(wanted, Account.objects.visible_to(principal), principal=principal, now=now)


def filter_words(principal: Principal, filters: Filters, now: datetime) -> list[tuple[str, str]]:
    """Raises: BadInput."""
    asked = _asked(principal, filters, now)
    asked.chosen()
    return [(word, value) for _name, word, value in asked.in_force()]


def fields_shown(columns: Sequence[str]) -> list[str]:
    """The fields that say what these columns of the list show."""
    known = {column.name for column in ACCOUNT_COLUMNS}
    fields = ["name", "tier", "lifecycle", *(name for key in columns for name in SHOWN.get(key, (key,)))]
    return [name for name in dict.fromkeys(fields) if name in known]


def _called(field: str) -> Any:
    """What another system calls the account: the first of its names."""

    def read(principal: Principal) -> Subquery:
        names = ExternalId.objects.visible_to(principal).filter(account=OuterRef("pk")).order_by("source", "id")
        return Subquery(names.values(field)[:1])

    return read


def _parent(principal: Principal) -> Subquery:
    """Only to those who see it."""
    return Subquery(Account.objects.visible_to(principal).filter(pk=OuterRef("parent_id")).values("name")[:1])


def _tags(principal: Principal) -> ArraySubquery:
    tags = AccountTag.objects.visible_to(principal).filter(account=OuterRef("pk")).order_by("tag__name_sort")
    return ArraySubquery(tags.values("tag__name"))


def _joined(values: Sequence[str] | None) -> str:
    return ", ".join(values or [])


def _change(principal: Principal, ids: Sequence[UUID], now: datetime) -> dict[UUID, int | None]:
    return health_delta(list(ids), until=reporting_day(now), days=DELTA_DAYS)


def _next(principal: Principal, ids: Sequence[UUID], now: datetime) -> Any:
    return registry.next_touches(principal, list(ids))


def plain(name: str, lookup: str = "", *, is_number: bool = False) -> ExportColumn:
    """A column of the table, or of a row that it names."""
    return ExportColumn(name, lambda principal: F(lookup or name), is_number=is_number)


_SPECIAL = {
    "owner": plain("owner", "owner__email"),
    "team": plain("team", "team__name"),
    "segment": plain("segment", "segment__name"),
    "parent": ExportColumn("parent", _parent),
    "source": ExportColumn("source", _called("source")),
    "external_id": ExportColumn("external_id", _called("external_id")),
    "tags": ExportColumn("tags", _tags, write=_joined),
}
ACCOUNT_COLUMNS = (
    *(_SPECIAL.get(field.name) or plain(field.name, is_number=field.name in NUMBERS) for field in FIELDS),
    plain("id"),
    plain("owner_name", "owner__name"),
    *(plain("health", is_number=True), plain("health_band"), plain("last_touch_at"), plain("stale_at")),
    ExportColumn("health_change_30_days", many=_change, is_number=True),
    ExportColumn("next_touch_on", many=_next),
)


def _asked_contacts(principal: Principal, filters: Filters, now: datetime) -> QuerySet[Contact]:
    """The people at the accounts that the list shows."""
    found = Contact.objects.visible_to(principal)
    return (
        found.filter(account__in=asked_accounts(principal, filters, now).order_by().values("pk")) if filters else found
    )


def _contact_columns() -> list[ExportColumn]:
    """Never what only few may read of a person, whatever becomes importable."""
    special = {
        "account": plain("account", "account__name"),
        "buying_roles": ExportColumn("buying_roles", lambda principal: F("buying_roles"), write=_joined),
    }
    names = readable(Contact, [field.name for field in CONTACT_FIELDS])
    return [special.get(name) or plain(name) for name in names] + [plain("id"), plain("account_id")]


def register_exports() -> None:
    """Called once, when the app is ready."""
    order = [F(key).asc(nulls_last=True) for key in ORDERINGS["name"]]
    register(
        ExportKind(
            "accounts", _("Accounts"), "accounts:read", ACCOUNT_COLUMNS, asked_accounts, filter_words, PARAMETERS, order
        )
    )
    register(
        ExportKind(
            "contacts", _("Contacts"), "contacts:read", _contact_columns(), _asked_contacts, filter_words, PARAMETERS
        )
    )
