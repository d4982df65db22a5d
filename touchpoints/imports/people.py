"""Contacts and colleagues that lines name by email. Somebody unknown is a warning: the rest is imported."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Lower

from accounts.models import Contact
from kam.exchange.records import Context, Record
from kam.people.selectors import staff
from touchpoints.models import Touchpoint, TouchpointContact, TouchpointStaff


def link_people(records: Sequence[Record], context: Context) -> set[UUID]:
    """Tie the touchpoints (in `target`) to their people; gives back the touchpoints that gained one."""
    return _link_contacts([r for r in records if r["contact"]], context) | _link_staff(
        [r for r in records if r["staff"]], context
    )


def _link_contacts(records: Sequence[Record], context: Context) -> set[UUID]:
    if not records:
        return set()
    emails = {record["contact"].casefold() for record in records}
    contacts = Contact.objects.visible_to(context.by).annotate(lower_email=Lower("email"))
    contacts = contacts.filter(account_id__in={r.target.account_id for r in records}, lower_email__in=emails)
    known = {(c.account_id, c.email.casefold()): c.pk for c in contacts.order_by("-id")}
    linked = TouchpointContact.objects.visible_to(context.by).filter(touchpoint__in=[r.target.pk for r in records])
    pairs = set(linked.values_list("touchpoint_id", "contact_id"))
    links = []
    for record in records:
        target: Touchpoint = record.target
        contact_id = known.get((target.account_id, record["contact"].casefold()))
        if contact_id is None:
            record.warn("unknown_contact", "The account has no contact with this email.", name="contact")
        elif (target.pk, contact_id) not in pairs:
            links.append(TouchpointContact(account_id=target.account_id, touchpoint=target, contact_id=contact_id))
    TouchpointContact.objects.bulk_create(links, ignore_conflicts=True)
    return {link.touchpoint_id for link in links}


def _link_staff(records: Sequence[Record], context: Context) -> set[UUID]:
    if not records:
        return set()
    emails = {record["staff"].casefold() for record in records}
    known = {user.email.casefold(): user.pk for user in staff().filter(email__in=emails)}  # stored in lower case
    linked = TouchpointStaff.objects.visible_to(context.by).filter(touchpoint__in=[r.target.pk for r in records])
    pairs = set(linked.values_list("touchpoint_id", "user_id"))
    links = []
    for record in records:
        target: Touchpoint = record.target
        user_id = known.get(record["staff"].casefold())
        if user_id is None:
            record.warn("unknown_staff", "Nobody of ours has this email.", name="staff")
        elif (target.pk, user_id) not in pairs:
            links.append(TouchpointStaff(account_id=target.account_id, touchpoint=target, user_id=user_id))
    TouchpointStaff.objects.bulk_create(links, ignore_conflicts=True)
    return {link.touchpoint_id for link in links}
