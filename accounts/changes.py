"""Who changed what on an account, its people, its team and its tags, newest first, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.enums import BuyingRole
from accounts.happenings import Change, Entry, merge_entries, tag_entries
from accounts.merging.selectors import absorbed_names
from accounts.models import Account, AccountMember, Contact, Merge, Segment
from kam.core.merged import Key, beyond, decode, encode
from kam.people.models import Team, User
from kam.people.principal import Principal

PER_PAGE = 50
TRACKED: tuple[type[Model], ...] = (Account, Contact, AccountMember)
TAGS, MERGES = len(TRACKED), len(TRACKED) + 1  # their places in the order of what happened at one moment
UNTOLD = {"id", "account", "version", "name_sort", "created_at", "created_by", "changed_at",
          "last_touch_at", "stale_at", "health", "health_band", "source", "external_id"}  # fmt: skip


@dataclass(frozen=True)
class Changes:
    entries: list[Entry]
    older: str | None


def account_changes(
    principal: Principal, account: Account, *, merges: Sequence[Merge] = (), before: str | None = None
) -> Changes:
    """A page of the history of an account that `principal` sees, with that of those it absorbed by its `merges`.

    Raises: BadInput for a foreign cursor.
    """
    key = decode(before, field="before") if before else None
    absorbed = absorbed_names(merge for merge in merges if merge.undone_at is None)
    found: list[tuple[Key, Any]] = [
        ((event.pgh_created_at, place, event.pgh_id), event)
        for place, model in enumerate(TRACKED)
        for event in _events(principal, account, absorbed, model, place, key)[: PER_PAGE + 1]
    ]
    beside = tag_entries(principal, account, TAGS, key, limit=PER_PAGE + 1)
    found += [(entry.key, entry) for entry in [*beside, *merge_entries(account, merges, MERGES, key)]]
    found.sort(key=lambda one: (one[0][1], -one[0][2]))
    found.sort(key=lambda one: one[0][0], reverse=True)  # stable: at one moment the order above stands
    shown = found[:PER_PAGE]
    events = [event for _key, event in shown if not isinstance(event, Entry) and not _is_merge(event, merges)]
    names = _names(principal, events) | {str(pk): name for pk, name in absorbed.items()}
    older = encode(shown[-1][0]) if len(found) > PER_PAGE else None
    told = {id(event) for event in events}
    entries = [
        one if isinstance(one, Entry) else _entry(key, one, names)
        for key, one in shown
        if isinstance(one, Entry) or id(one) in told
    ]
    # What only moved with its account has no change to tell.
    return Changes([entry for entry in entries if entry.became or entry.changes != []], older)


def _is_merge(event: Any, merges: Iterable[Merge]) -> bool:
    """Whether the row went because it became part of another: the merge itself tells that."""
    return event.pgh_label == "delete" and any(
        merge.absorbed_id == event.pgh_obj_id and (merge.undone_at is None or event.pgh_created_at < merge.undone_at)
        for merge in merges
    )


def _events(
    principal: Principal, account: Account, absorbed: Iterable[UUID], model: Any, place: int, key: Key | None
) -> QuerySet[Any]:
    """Of an account that the asker sees and of those it absorbed, with the `row` as it was then, as JSON like
    `pgh_was`, what it changed from.
    """
    columns = {field.name: F(field.attname) for field in _told(model)}
    events = model.pgh_event_model.objects.visible_to(Principal.system("history"))
    column = model.pgh_event_model.ACCOUNT_ID
    seen = Account.objects.visible_to(principal).filter(pk=account.pk).values("id")
    events = events.filter(Q(**{f"{column}__in": seen}) | Q(**{f"{column}__in": [*absorbed]}))
    if key is not None:
        events = events.filter(beyond(key, place))
    return events.annotate(row=JSONObject(**columns)).order_by("-pgh_created_at", "-pgh_id")


def _told(model: Any) -> "list[Field[Any, Any]]":
    """The fields of a row that its history keeps and people read; what is sensitive is not kept."""
    kept = {field.name for field in model.pgh_event_model._meta.concrete_fields} - UNTOLD
    return [field for field in model._meta.concrete_fields if field.name in kept]


def _entry(key: Key, event: Any, names: Mapping[str, str]) -> Entry:
    model = TRACKED[key[1]]
    changes = None
    if event.pgh_label == "update" and event.pgh_was is not None:
        changed = [field for field in _told(model) if field.attname in event.pgh_was]
        changes = [
            Change(
                capfirst(str(field.verbose_name)),
                _words(field, event.pgh_was[field.attname], names),
                _words(field, event.row[field.name], names),
            )
            for field in changed
        ]
    who = names.get(str((event.pgh_context or {}).get("user")), "") or _("The system")
    became = _("removed") if event.pgh_label == "delete" else ""
    return Entry(key, who, _what(model, event, names), became, changes)


def _what(model: type[Model], event: Any, names: Mapping[str, str]) -> str:
    if model is Contact:
        return f"{event.first_name} {event.last_name}".strip()
    if model is AccountMember:
        name = names.get(str(event.user_id), "")
        return _("%(name)s on the account team") % {"name": name}
    absorbed = names.get(str(event.pgh_obj_id))
    if absorbed is None:
        return _("The account")
    return _("%(name)s, which is part of this account now") % {"name": absorbed}


def _words(field: "Field[Any, Any]", value: Any, names: Mapping[str, str]) -> str:
    if value in (None, "", []):
        return "–"
    if field.is_relation:
        return names.get(value, _("something you do not see"))
    if isinstance(value, list):
        return ", ".join(str(BuyingRole(one).label) for one in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.get_internal_type() == "DateField":
        return date_format(date.fromisoformat(value), "j M Y")
    return str(value) if isinstance(value, str) else number_format(value, use_l10n=True)


def _names(principal: Principal, events: Sequence[Any]) -> dict[str, str]:
    """id → name of everybody and everything that these events name, where `principal` may know it. One query."""

    def ids(*fields: str) -> set[UUID]:
        then = [event.row.get(field) for event in events for field in fields]
        before = [(event.pgh_was or {}).get(f"{field}_id") for event in events for field in fields]
        return {UUID(value) for value in then + before if value}

    actors = {UUID(event.pgh_context["user"]) for event in events if (event.pgh_context or {}).get("user")}
    wanted: Iterable[tuple[QuerySet[Any], set[UUID]]] = (
        (User.objects.all(), ids("owner", "user") | actors),
        (Team.objects.all(), ids("team")),
        (Segment.objects.all(), ids("segment")),
        (Account.objects.visible_to(principal), ids("parent")),
    )
    parts = [rows.filter(pk__in=keys).order_by().values_list("pk", "name") for rows, keys in wanted if keys]
    return {str(key): name for key, name in parts[0].union(*parts[1:], all=True)} if parts else {}
