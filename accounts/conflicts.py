"""Two people edited one row: who was faster, and where their values differ from those just typed."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.forms import DomainForm
from accounts.models import Account
from accounts.selectors import hides_parent
from kam.audit.selectors import history_of
from kam.core import wording
from kam.people.models import User
from kam.people.principal import Principal


@dataclass(frozen=True)
class Difference:
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Overtaken:
    """`version` is what the row has now: an edit that names it is made in knowledge of theirs."""

    said: str
    version: int
    differences: list[Difference]


def overtaken(by: Principal, row: Model, *, typed: Mapping[str, Any], seen: int, now: datetime) -> Overtaken:
    """What became of `row`, tracked and with a version, since its version `seen`, beside what was changed by typing.

    `seen` is the version with which the form was opened: what is typed as it was then is no change.
    """
    theirs, events = _since(by, row, seen)
    typed = _changed(theirs, events, typed)
    mine = copy(theirs)
    for name, value in typed.items():
        setattr(mine, name, value)
    differing = [name for name in typed if getattr(theirs, name) != getattr(mine, name)]
    if isinstance(theirs, Account) and hides_parent(by, theirs):
        differing = [name for name in differing if name != "parent"]
    said = _who_and_when(by, events, now=now)
    return Overtaken(said, theirs.version, [_difference(theirs, mine, name) for name in differing])


def to_save(by: Principal, form: DomainForm, names: Iterable[str]) -> dict[str, Any]:
    """What is typed; where it is saved over others' edits only what was changed, so that theirs stay beside it."""
    typed = form.values(names)
    return own_changes(by, form.instance, typed=typed, seen=form.opened) if form.cleaned_data.get("over") else typed


def own_changes(by: Principal, row: Model, *, typed: Mapping[str, Any], seen: int) -> dict[str, Any]:
    """Of the values `typed`, those that differ from version `seen` of `row`: all that saving over others sets."""
    return _changed(*_since(by, row, seen), typed)


def _since(by: Principal, row: Model, seen: int) -> tuple[Any, list[Any]]:
    """The row as it is now, and its events after version `seen`, the newest first."""
    all_events = _rows(type(row).pgh_event_model, by)  # type: ignore[attr-defined]
    events = list(history_of(row, events=all_events).filter(version__gt=seen))
    return _rows(type(row), by).get(pk=row.pk), events


def _changed(theirs: Model, events: Sequence[Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the row before `events`; all of it where the history does not tell old values yet."""
    if any(event.pgh_was is None for event in events):
        return dict(typed)
    opened = copy(theirs)
    for event in events:
        for field in opened._meta.concrete_fields:
            if field.column in event.pgh_was:
                setattr(opened, field.attname, field.to_python(event.pgh_was[field.column]))
    return {name: value for name, value in typed.items() if getattr(opened, name) != value}


def _rows(model: Any, by: Principal) -> QuerySet[Any]:
    """What belongs to no account, such as a catalogue, is the same for everybody."""
    manager = model.objects
    return manager.visible_to(by) if hasattr(manager, "visible_to") else manager.all()


def _who_and_when(by: Principal, events: Sequence[Any], *, now: datetime) -> str:
    users = {event.pgh_context.get("user") for event in events if event.pgh_context}
    who = _("You, in another tab,") if users == {str(by.user_id)} else _names(users) or _("Somebody")
    when = wording.relative(events[0].pgh_created_at, now=now) if events else ""
    return _("%(who)s changed this %(when)s, while you were editing.") % {"who": who, "when": when}


def _names(user_ids: Iterable[str | None]) -> str:
    ids = {UUID(user_id) for user_id in user_ids if user_id}
    return ", ".join(str(user) for user in User.objects.filter(pk__in=ids).order_by("name", "id"))


def _difference(theirs: Model, mine: Model, name: str) -> Difference:
    label = capfirst(str(getattr(theirs._meta.get_field(name), "verbose_name", name)))
    return Difference(label, in_words(theirs, name), in_words(mine, name))


def in_words(row: Model, name: str) -> str:
    """The value of a field as people read it."""
    value = getattr(row, name)
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        named = dict(row._meta.get_field(name).base_field.flatchoices)  # type: ignore[union-attr]
        return ", ".join(str(named.get(one, one)) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j M Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, str):
        shown = getattr(row, f"get_{name}_display", lambda: value)
        return str(shown())
    return str(value) if isinstance(value, Model) else number_format(value, use_l10n=True)
