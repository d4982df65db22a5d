"""Bringing back what was deleted: the row as its history last saw it, under the same id."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from accounts.health import recompute
from accounts.models import Account
from kam.api.tombstones import unbury
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.integrity import translating_integrity
from kam.people.principal import Principal
from touchpoints.models import Attachment, Channel, Touchpoint, TouchpointContact, TouchpointStaff, TouchpointType
from touchpoints.services.reconcile import lock_accounts, settle
from touchpoints.services.rules import check_version, may_remove

# Rows that went with it → what they name, which may be gone since; such a row is left out.
WENT_WITH_IT: dict[type[models.Model], tuple[str, str]] = {
    TouchpointContact: ("contact_id", "accounts_contact"),
    TouchpointStaff: ("user_id", "people_user"),
    Attachment: ("touchpoint_id", "touchpoints_touchpoint"),
}


@transaction.atomic
def restore_touchpoint(
    *, by: Principal, now: datetime, touchpoint_id: UUID, expected_version: int | None = None
) -> Touchpoint:
    """Undo a deletion: the same touchpoint with its people, and all that follows from it.

    Whoever may delete it, or did, may bring it back; where it is there already nothing changes.
    Raises: NotVisible where no such touchpoint was deleted, or its account is out of sight;
    DomainError("not_yours"); Conflict("stale_version") where it, or what was deleted, is not the version that was
    read; Conflict where its type or channel is gone, or its external id taken since.
    """
    event = _last_deletion(by, touchpoint_id)
    if event is not None:
        lock_accounts([event.account_id])
    present = Touchpoint.objects.visible_to(by).filter(pk=touchpoint_id)
    if event is None or present.exists():
        found = _first(present)
        check_version(found.version, expected_version)
        return found
    _check(by, event)
    check_version(event.version, expected_version)
    _insert(event)
    present.update(version=event.version + 1, changed_at=now)
    unbury(kind="touchpoint", object_id=touchpoint_id)
    settle([event.account_id], now=now)
    recompute([event.account_id], as_of=now)
    return _first(present)


def _first(found: models.QuerySet[Touchpoint]) -> Touchpoint:
    touchpoint = found.first()
    if touchpoint is None:
        raise NotVisible
    return touchpoint


def _last_deletion(by: Principal, touchpoint_id: UUID) -> Any:
    events = Touchpoint.pgh_event_model.objects.visible_to(by)  # type: ignore[attr-defined]
    return events.filter(pgh_obj_id=touchpoint_id, pgh_label="delete").order_by("-pgh_id").first()


def _check(by: Principal, event: Any) -> None:
    account = Account.objects.visible_to(by).filter(pk=event.account_id).first()
    if account is None:  # its history outlives it
        raise NotVisible
    former = Touchpoint(account=account, created_by_id=event.created_by_id)
    deleted_it = by.user_id is not None and (event.pgh_context or {}).get("user") == str(by.user_id)
    if not (deleted_it or may_remove(by, former)):
        raise DomainError("not_yours", _("Only who deleted it, a leader or an administrator can bring it back."))
    is_known = TouchpointType.objects.filter(pk=event.type_id).exists()
    if not (is_known and Channel.objects.filter(pk=event.channel_id).exists()):
        raise Conflict("catalogue_changed", _("Its type or channel is no longer in the catalogue."))


def _insert(event: Any) -> None:
    """The rows as they were, from their deletion events. By SQL, because saving would date them anew."""
    parameters = {"event": event.pk, "id": event.pgh_obj_id, "at": event.pgh_created_at}
    links = []
    for number, (model, (column, target)) in enumerate(WENT_WITH_IT.items()):
        # They went in the same transaction, so at the very same time.
        where = f"""e.touchpoint_id = %(id)s AND e.pgh_label = 'delete' AND e.pgh_created_at = %(at)s
            AND EXISTS (SELECT 1 FROM {target} named WHERE named.id = e.{column}) ON CONFLICT DO NOTHING"""
        links.append(f"link{number} AS ({_copied(model, where)} RETURNING 1)")
    with translating_integrity(), connection.cursor() as cursor:
        cursor.execute(_copied(Touchpoint, "e.pgh_id = %(event)s"), parameters)
        cursor.execute(f"WITH {', '.join(links)} SELECT 1", parameters)


def _copied(model: type[models.Model], where: str) -> str:
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    events = model.pgh_event_model._meta.db_table  # type: ignore[attr-defined]
    return f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {columns} FROM {events} e WHERE {where}"
