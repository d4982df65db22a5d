"""Who changed what, and who read what is sensitive: one list over all kinds, the newest first, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Field, IntegerField, QuerySet, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from kam.audit.context import DOORS
from kam.audit.kinds import Kind, kinds, page_of
from kam.audit.names import Names, names_of, relations
from kam.core.merged import Key, beyond, decode, encode
from kam.core.pagination import Page
from kam.people.models import User
from kam.people.principal import Principal

NOISE = {"version", "changed_at", "name_sort"}  # follow from other changes
COLUMNS = ("at", "place", "number", "word", "context", "row", "was")


@dataclass(frozen=True)
class Change:
    """One happening; `fields` are (word, old, new), None where what was before is not recorded."""

    at: datetime
    who: str
    via: str | Promise
    word: str
    kind: str | Promise
    what: str
    url: str
    fields: list[tuple[str, str, str]] | None
    reason: str


@dataclass(frozen=True)
class Asked:
    """Which happenings: None and empty narrow nothing."""

    kind: str = ""
    person: User | None = None
    since: date | None = None
    until: date | None = None


def changes(principal: Principal, asked: Asked, *, limit: int, cursor: str | None = None) -> Page:
    """A page of `Change`s: one query for what happened and one for all names. Raises: BadInput for a foreign cursor."""
    key = decode(cursor, field="cursor") if cursor else None
    every = kinds()
    parts = [
        _part(principal, kind, place, asked, key, limit)
        for place, kind in enumerate(every)
        if asked.kind in ("", kind.key)
    ]
    # (A union of one would be sorted by the names of its own columns.)
    found = list(parts[0].union(*parts[1:], all=True).order_by("-at", "place", "-number") if parts[1:] else parts[0])
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in found[:limit]]
    older = encode((rows[-1]["at"], rows[-1]["place"], rows[-1]["number"])) if len(found) > limit else None
    names = names_of(principal, [(every[row["place"]], row) for row in rows])
    return Page([_change(every[row["place"]], row, names) for row in rows], next=older, previous=None)


def _part(
    principal: Principal, kind: Kind, place: int, asked: Asked, key: Key | None, limit: int
) -> QuerySet[Any, tuple[Any, ...]]:
    """The newest of one kind, along its index."""
    found = kind.rows(principal)
    if key is not None:
        found = found.filter(beyond(key, place, at=kind.at, number=kind.number))
    if asked.person:
        found = found.filter(**{kind.person: str(asked.person.pk)})
    if asked.since:
        found = found.filter(**{f"{kind.at}__gte": _midnight(asked.since)})
    if asked.until:
        found = found.filter(**{f"{kind.at}__lt": _midnight(asked.until + timedelta(days=1))})
    own = {"at": F(kind.at), "number": F(kind.number), "place": Value(place, IntegerField())}
    ordered = found.order_by(f"-{kind.at}", f"-{kind.number}")
    return ordered.annotate(**own, **kind.columns).values_list(*COLUMNS)[: limit + 1]


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def _change(kind: Kind, row: Mapping[str, Any], names: Names) -> Change:
    context = row["context"] or {}
    return Change(
        at=row["at"],
        who=names.get((User, context.get("user")), "") or context.get("system") or _("unknown"),
        via=DOORS.get(context.get("via", ""), ""),
        word=row["word"],
        kind=kind.label,
        what=_what(kind, row["row"], names),
        url=_url(kind, row["row"], names),
        fields=_fields(kind, row, names),
        reason=row["row"].get("reason", "") if row["word"] in ("read", "removed") else "",
    )


def _fields(kind: Kind, row: Mapping[str, Any], names: Names) -> list[tuple[str, str, str]] | None:
    if row["word"] == "update" and row["was"] is None:
        return None
    was = row["was"] or {}
    told = [kind.model._meta.get_field(name) for name in kind.fields if name not in NOISE]
    return [
        (
            capfirst(str(field.verbose_name)),  # type: ignore[union-attr]
            _text(field, was[field.attname], names),  # type: ignore[union-attr,arg-type]
            _text(field, row["row"][field.name], names),  # type: ignore[arg-type]
        )
        for field in told
        if field.attname in was  # type: ignore[union-attr]
    ]


def _what(kind: Kind, row: Mapping[str, Any], names: Names) -> str:
    """The row by its own name and that of its account; what only joins others by theirs."""
    own = row.get("name") or " ".join(filter(None, [row.get("first_name"), row.get("last_name")]))
    own = own or row.get("subject") or row.get("label") or ""
    others = [
        names.get((model, str(row[field])), "")
        for field, model in relations(kind)
        if field == "account" or (not own and field not in ("created_by", "by"))
    ]
    return " · ".join(filter(None, [own, *others])) or "–"


def _url(kind: Kind, row: Mapping[str, Any], names: Names) -> str:
    """Where the object is shown; empty where there is no page, or the object is gone."""
    page = page_of(kind)
    if page is None:
        return ""
    model = dict(relations(kind))[page.of] if page.of else kind.model
    key = str(row[page.of or kind.model._meta.pk.name])
    return reverse(page.url, args=[key]) if (model, key) in names else ""


def _text(field: "Field[Any, Any]", value: Any, names: Names) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.is_relation:
        return names.get((field.related_model, str(value))) or _("something that is gone")  # type: ignore[arg-type]
    words = dict(getattr(field, "base_field", field).flatchoices)
    return ", ".join(str(words.get(one, one)) for one in (value if isinstance(value, list) else [value]))
