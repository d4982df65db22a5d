"""Who changed what: the events of one kind of row, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kam.core.personal import readable
from kam.core.tracking import HistoryEvent
from kam.people.models import User
from kam.people.principal import Principal

NOISE = {"version", "changed_at", "name_sort"}  # follow from other changes


@dataclass(frozen=True)
class Change:
    """One event; `fields` are (word, old, new). `first`: what was before is not recorded."""

    at: datetime
    who: str
    via: str
    what: str
    deleted: bool
    first: bool
    fields: list[tuple[str, str, str]]


def kinds() -> dict[str, type[Model]]:
    """label of the tracked model → its event model, by name."""
    events = [model for model in apps.get_models() if issubclass(model, HistoryEvent)]
    tracked = {_tracked(event)._meta.label_lower: event for event in events}
    return dict(sorted(tracked.items(), key=lambda item: name_of(item[1])))


def name_of(event: type[Model]) -> str:
    """What the rows are called whose events these are."""
    return capfirst(str(_tracked(event)._meta.verbose_name))


def _tracked(event: Any) -> type[Model]:
    model: type[Model] = event.pgh_tracked_model
    return model


def events_of(
    principal: Principal, kind: str, *, person: User | None = None, since: date | None = None, until: date | None = None
) -> QuerySet[Any]:
    """The events of a kind that `principal` sees, each with the row then (`now`) and before (`was`, None: unknown)."""
    event = kinds()[kind]
    manager: Any = event._default_manager
    rows = manager.visible_to(principal) if hasattr(manager, "visible_to") else manager.all()
    whole = JSONObject(**{name: F(name) for name in _shown(event)})
    before = rows.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    found = rows.annotate(now=whole, was=Subquery(before.values(row=whole)[:1]))
    if person:
        found = found.filter(pgh_context__user=str(person.pk))
    if since:
        found = found.filter(pgh_created_at__date__gte=since)
    if until:
        found = found.filter(pgh_created_at__date__lte=until)
    return found


def in_words(kind: str, events: list[Any]) -> list[Change]:
    """A page of events as people read them; one query for the names."""
    event = kinds()[kind]
    people = {e.pgh_context.get("user") for e in events if e.pgh_context} - {None}
    names = {str(user.pk): str(user) for user in User.objects.filter(pk__in=people)}
    return [_change(event, one, names) for one in events]


def _change(event: Any, one: Any, names: dict[str, str]) -> Change:
    context, deleted = one.pgh_context or {}, one.pgh_label.startswith("delete")
    was = None if deleted else one.was
    changed = [n for n in one.now if was is not None and n not in NOISE and was.get(n) != one.now[n]]
    return Change(
        at=one.pgh_created_at,
        who=names.get(context.get("user") or "") or context.get("system") or _("unknown"),
        via=context.get("via") or "",
        what=str(one.now.get("name") or one.now.get("last_name") or one.now.get("label") or one.pgh_obj_id),
        deleted=deleted,
        first=was is None and not deleted,
        fields=[(_label(event, name), _text((was or {})[name]), _text(one.now[name])) for name in changed],
    )


def _shown(event: type[Model]) -> list[str]:
    names = [field.name for field in event._meta.concrete_fields if not field.name.startswith("pgh_")]
    return readable(event, names)


def _label(event: type[Model], name: str) -> str:
    return capfirst(str(event._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value in (None, "", []) else str(value)
