"""Logging many touchpoints at once: by the rules of one, in as many statements as for one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.health import mark_dirty
from accounts.models import Account
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.people.principal import Principal
from touchpoints.models import Touchpoint, TouchpointContact, TouchpointStaff
from touchpoints.services.reconcile import lock_accounts, settle
from touchpoints.services.staging import CONTENT, insert_staged, staging
from touchpoints.services.touchpoints import Draft, Logged, check_same_content, check_same_people

End = Logged | DomainError
_TO_READ = ("contact_links", "staff_links")


@transaction.atomic
def log_touchpoints(*, by: Principal, now: datetime, drafts: Sequence[Draft]) -> list[End]:
    """Store what was drafted; how each ended, as `log_touchpoint` says it of one after the other.

    Health follows soon after, by the worker.
    """
    if not drafts:
        return []
    wanted = {one.touchpoint.account_id for one in drafts}
    if lock_accounts(wanted) < len(wanted):
        return _without_gone(by, now, drafts)
    with staging(["place", "id", *CONTENT], _rows(drafts)):
        left_out = insert_staged(by=by, now=now)
    stored = [one for place, one in enumerate(drafts) if place not in left_out]
    _link(by, stored)
    if touched := sorted({one.touchpoint.account_id for one in stored}):
        settle(touched, now=now)
        mark_dirty(touched)
    earlier = _earlier(by, [drafts[place].touchpoint for place in left_out])
    return [
        _compared(earlier, one) if place in left_out else Logged(one.touchpoint, created=True)
        for place, one in enumerate(drafts)
    ]


def _without_gone(by: Principal, now: datetime, drafts: Sequence[Draft]) -> list[End]:
    """Some accounts were merged into others in this very moment: what was drafted for them is not found."""
    wanted = {one.touchpoint.account_id for one in drafts}
    there = set(Account.objects.visible_to(by).filter(pk__in=wanted).values_list("pk", flat=True))
    kept = [one for one in drafts if one.touchpoint.account_id in there]
    ends = iter(log_touchpoints(by=by, now=now, drafts=kept))
    return [next(ends) if one.touchpoint.account_id in there else NotVisible() for one in drafts]


def _rows(drafts: Sequence[Draft]) -> Iterator[list[Any]]:
    for place, one in enumerate(drafts):
        yield [place, one.touchpoint.pk, *(getattr(one.touchpoint, name) for name in CONTENT)]


def _link(by: Principal, drafts: Sequence[Draft]) -> None:
    contacts = [
        TouchpointContact(account_id=one.touchpoint.account_id, touchpoint=one.touchpoint, contact=contact)
        for one in drafts
        for contact in one.contacts
    ]
    staff = [
        TouchpointStaff(account_id=one.touchpoint.account_id, touchpoint=one.touchpoint, user_id=user_id)
        for one in drafts
        for user_id in set(one.staff_ids(by))
    ]
    TouchpointContact.objects.bulk_create(contacts)
    TouchpointStaff.objects.bulk_create(staff)


def _earlier(by: Principal, touchpoints: Sequence[Touchpoint]) -> Mapping[tuple[str, str], Touchpoint]:
    """Those that have these external ids, as far as `by` sees them."""
    if not touchpoints:
        return {}
    named = Q(source__in={one.source for one in touchpoints}, external_id__in={one.external_id for one in touchpoints})
    found = Touchpoint.objects.visible_to(by).filter(named).prefetch_related(*_TO_READ)
    return {(one.source, one.external_id): one for one in found}


def _compared(earlier: Mapping[tuple[str, str], Touchpoint], drafted: Draft) -> End:
    found = earlier.get((drafted.touchpoint.source, drafted.touchpoint.external_id))
    if found is None:
        words = _("This source and external id are in use already.")
        return Conflict("external_id_taken", words, field="external_id")
    try:
        check_same_content(found, drafted.touchpoint)
        check_same_people(found, drafted)
    except Conflict as conflict:
        return conflict
    return Logged(found, created=False)
