"""Changing the catalogue: channels, touchpoint types and their groups. Keys are given once and stay.

What follows from an edit (a type that counts, or no longer does) is asked of the outbox in its transaction.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.integrity import translating_integrity
from kam.outbox.publish import publish
from kam.people.models import Skill
from kam.people.principal import Principal
from kam.people.rules import administrators_only
from touchpoints.models import Channel, TouchpointType, TypeGroup, TypeInGroup, TypeSkill
from touchpoints.usage import is_used

TYPE_FIELDS = [
    "name", "phase", "default_initiative", "moment_of_truth", "counts_for", "customer_expects", "promise", "procedure",
    "decides_alone", "escalates_to", "is_active",
]  # fmt: skip
CHANNEL_FIELDS = ["name", "mode", "default_direction", "icon", "is_active"]

COUNTS_CHANGED = "touchpoints.counts_changed"

Entry = TypeVar("Entry", Channel, TouchpointType)


def key_for(name: str) -> str:
    """A readable key; where the name has no Latin letters or is too long, one with its digest."""
    slug = slugify(name).replace("-", "_")
    if slug and len(slug) <= 40 and slug.replace("_", " ") == name.casefold():
        return slug
    return f"{slug[:31] or 'type'}_{hashlib.blake2b(name.casefold().encode(), digest_size=4).hexdigest()}"


@transaction.atomic
def create_type(
    *, by: Principal, groups: Iterable[str] = (), skills: Iterable[Skill] = (), **fields: Any
) -> TouchpointType:
    """A new kind of interaction, offered after all others. Raises: Conflict where one is called so already."""
    administrators_only(by)
    made = _create(TouchpointType, fields)
    _put_into_groups(made, groups)
    _require(made, skills)
    return made


@transaction.atomic
def edit_type(
    *,
    by: Principal,
    type: TouchpointType,
    changes: Mapping[str, Any],
    groups: Iterable[str] | None = None,
    skills: Iterable[Skill] | None = None,
    version: int | None = None,
) -> TouchpointType:
    """Apply `changes` (TYPE_FIELDS), the names of its groups and the skills it requires, where given.

    Nothing is written where nothing differs. Where what it counts for changes, pulse and staleness of
    every account that has one follow in the background.
    """
    administrators_only(by)
    current = _locked(TouchpointType, type.pk, version)
    counted = sorted(current.counts_for)
    regrouped = groups is not None and _put_into_groups(current, groups)
    reskilled = skills is not None and _require(current, skills)
    _store(current, changes, TYPE_FIELDS, also=regrouped or reskilled)
    if counted != sorted(current.counts_for):
        publish(COUNTS_CHANGED, {"type_id": str(current.pk), "after": None})
    return current


@transaction.atomic
def create_channel(*, by: Principal, **fields: Any) -> Channel:
    """A new medium, offered after all others. Raises: Conflict where one is called so already."""
    administrators_only(by)
    return _create(Channel, fields)


@transaction.atomic
def edit_channel(*, by: Principal, channel: Channel, changes: Mapping[str, Any], version: int | None = None) -> Channel:
    """Apply `changes` (CHANNEL_FIELDS); nothing is written where nothing differs."""
    administrators_only(by)
    current = _locked(Channel, channel.pk, version)
    _store(current, changes, CHANNEL_FIELDS)
    return current


@transaction.atomic
def remove_entry(*, by: Principal, entry: Channel | TouchpointType) -> None:
    """Delete what nothing was logged with. Raises: Conflict("in_use") otherwise: retire it instead."""
    administrators_only(by)
    model: Any = type(entry)
    current = _locked(model, entry.pk)
    if is_used(by, current):  # administrators see all
        raise Conflict("in_use", _("Touchpoints were logged with it. Retire it instead: they keep it."))
    _keep_one_active(current)
    current.delete()
    _forget_empty_groups()


@transaction.atomic
def move_entry(*, by: Principal, entry: Channel | TouchpointType, up: bool) -> None:
    """Trade places with the neighbour before or after it; types among those of their phase."""
    administrators_only(by)
    model: Any = type(entry)
    entries = list(model.objects.select_for_update(no_key=True).order_by("position", "id"))
    peers = [one for one in entries if getattr(one, "phase", "") == getattr(entry, "phase", "")]
    here = next((index for index, one in enumerate(peers) if one.pk == entry.pk), None)
    if here is None:
        raise NotVisible
    there = here - 1 if up else here + 1
    if not 0 <= there < len(peers):
        return
    one, other = entries.index(peers[here]), entries.index(peers[there])
    entries[one], entries[other] = entries[other], entries[one]
    for position, moved in enumerate(entries):
        moved.position = position
    model.objects.bulk_update(entries, ["position"])


def _create(model: Callable[..., Entry], fields: dict[str, Any]) -> Entry:
    entry = model(**fields | {"name": " ".join(fields["name"].split())})
    last = type(entry).objects.aggregate(last=Max("position"))["last"]
    entry.position = 0 if last is None else last + 1
    entry.key = key_for(entry.name)
    _check_name(entry)
    with translating_integrity():
        entry.save(force_insert=True)
    return entry


def _store(entry: Entry, changes: Mapping[str, Any], editable: list[str], *, also: bool = False) -> None:
    """Write what differs; `also`: something beside its own columns does, and whoever edits now must see it first."""
    before = {name: getattr(entry, name) for name in editable}
    if unknown := sorted(set(changes) - set(editable)):
        raise DomainError("not_editable", _("This cannot be edited."), field=unknown[0])
    for name, value in changes.items():
        setattr(entry, name, " ".join(value.split()) if name == "name" else value)
    changed: list[str] = [name for name in editable if getattr(entry, name) != before[name]]
    if "name" in changed:
        _check_name(entry)
    if "is_active" in changed and not entry.is_active:
        _keep_one_active(entry)
    if changed or also:
        entry.version += 1
        entry.save(update_fields=[*changed, "version"])


def _locked(model: type[Entry], pk: UUID, version: int | None = None) -> Entry:
    current = model.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if current is None:
        raise NotVisible
    if version is not None and current.version != version:
        raise Conflict("stale_version", _("Somebody changed this meanwhile. Load it again and repeat your edit."))
    return current


def _check_name(entry: Channel | TouchpointType) -> None:
    """Two that are called alike could not be told apart where one is chosen."""
    if not entry.name:
        raise DomainError("name_missing", _("Give it a name."), field="name")
    if type(entry).objects.filter(name__iexact=entry.name).exclude(pk=entry.pk).exists():
        raise Conflict("name_taken", _("There is one of this name already."), field="name")


def _keep_one_active(entry: Channel | TouchpointType) -> None:
    """Without any, nothing could be logged. All rows are locked, so that two cannot retire the last two."""
    active = type(entry).objects.select_for_update(no_key=True).filter(is_active=True).order_by("id")
    if all(one.pk == entry.pk for one in active):
        raise Conflict("last_one", _("This is the last one offered: without it nothing could be logged."))


def _put_into_groups(touchpoint_type: TouchpointType, names: Iterable[str]) -> bool:
    """Make these its groups, whether they exist or not; whether that changed anything."""
    wanted = {name.casefold(): name for name in (" ".join(name.split()) for name in names) if name}
    held = {group.name.casefold(): group for group in touchpoint_type.groups.all()}
    if set(wanted) == set(held):
        return False
    known = {group.name.casefold(): group for group in TypeGroup.objects.select_for_update().order_by("id")}
    for folded in sorted(set(wanted) - set(held)):
        group = known.get(folded) or TypeGroup.objects.create(name=wanted[folded])
        TypeInGroup.objects.create(type=touchpoint_type, group=group)
    gone = [held[folded].pk for folded in held if folded not in wanted]
    TypeInGroup.objects.filter(type=touchpoint_type, group__in=gone).delete()
    _forget_empty_groups()
    return True


def _require(touchpoint_type: TouchpointType, skills: Iterable[Skill]) -> bool:
    """Make these its required skills; whether that changed anything."""
    wanted = {skill.pk for skill in skills}
    held = set(touchpoint_type.skill_links.values_list("skill_id", flat=True))
    touchpoint_type.skill_links.filter(skill_id__in=held - wanted).delete()
    TypeSkill.objects.bulk_create(TypeSkill(type=touchpoint_type, skill_id=pk) for pk in sorted(wanted - held))
    return wanted != held


def _forget_empty_groups() -> None:
    """A group lives by its members: it is made by naming it, and goes with the last type in it."""
    TypeGroup.objects.filter(type_links=None).delete()
