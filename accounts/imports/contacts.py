"""Import of contacts: known by external id, else by email at the account, else by name there."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.enums import BuyingRole, Relation
from accounts.health import mark_dirty
from accounts.imports.naming import resolve_named_accounts
from accounts.merging.selectors import called_before
from accounts.models import Contact
from kam.core.errors import BadInput
from kam.core.folding import fold
from kam.exchange.enums import Outcome
from kam.exchange.records import Context, Later, Record, open_records
from kam.exchange.registry import Field
from kam.exchange.values import Reading, choice, label


def email(cell: str, reading: Reading) -> str:
    address = cell.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadInput("not_an_email", _("This is no email address.")) from error
    return label(254)(address, reading)


def buying_roles(cell: str, reading: Reading) -> list[str]:
    """Several, separated by commas or semicolons."""
    one = choice(BuyingRole.values)
    return list(dict.fromkeys(one(part, reading) for part in re.split("[,;]", cell) if part.strip()))


CONTACT_FIELDS = [
    Field("account", label(200), required=True),
    Field("first_name", label(100)),
    Field("last_name", label(100)),
    Field("job_title", label(100)),
    Field("email", email),
    Field("phone", label(50)),
    Field("relation", choice(Relation.values)),
    Field("buying_roles", buying_roles, glue=","),
    Field("source", label(50)),
    Field("external_id", label(200), glue="|"),
]
PLAIN = ["first_name", "last_name", "job_title", "email", "phone", "relation", "buying_roles"]


class ContactHandler:
    def resolve(self, records: Sequence[Record], context: Context) -> None:
        for record in open_records(records):
            if not record["first_name"] and not record["last_name"]:
                record.reject("name_missing", _("A contact needs a name."), name="last_name")
        resolve_named_accounts(records, context)
        known = _Known(context, open_records(records))
        for record in open_records(records):
            record.target = known.contact(record)

    def identity(self, record: Record) -> tuple[str, bool]:
        return "\0".join(str(part) for part in _key(record)), True

    def write(self, records: Sequence[Record], context: Context) -> list[Later]:
        rows = open_records(records)
        new = [record for record in rows if record.target is None]
        _create(new, context)
        stakeholders = {record.target.account_id for record in open_records(new) if record.target.buying_roles}
        changed: list[Contact] = []
        fields: set[str] = set()
        for record in open_records(rows):
            different = _change(record)
            record.outcome = Outcome.UPDATED if different else Outcome.UNCHANGED
            if different:
                contact: Contact = record.target
                contact.version += 1
                contact.changed_at = context.now
                contact.name_sort = _name_sort(contact.first_name, contact.last_name)
                changed.append(contact)
                fields |= different
                if "buying_roles" in different:
                    stakeholders.add(contact.account_id)
        if changed:
            fields |= {"name_sort", "version", "changed_at"}
            Contact.objects.visible_to(context.by).bulk_update(changed, sorted(fields))
        mark_dirty(stakeholders)  # health asks who sponsors, decides and champions
        return []

    def finish(self, later: Sequence[Later], context: Context) -> list[Record]:
        return []


class _Known:
    """The stored contacts that lines may mean, also by an id that one had before it was merged; two queries or so."""

    def __init__(self, context: Context, rows: Sequence[Record]) -> None:
        self.by_key: dict[tuple[Any, ...], list[Contact]] = defaultdict(list)
        keys = [_key(row) for row in rows] + [_key(row, with_ref=False) for row in rows]
        wanted = Q(pk__in=[])
        for kind, columns in (
            ("ref", ("source", "external_id")),
            ("mail", ("account_id", "lower_email")),
            ("name", ("account_id", "name_sort")),
        ):
            found = [key[1:] for key in keys if key[0] == kind]
            wanted |= Q(**{f"{column}__in": {key[i] for key in found} for i, column in enumerate(columns)})
        contacts = Contact.objects.visible_to(context.by).annotate(lower_email=Lower("email")).filter(wanted)
        for contact in contacts.order_by("id"):
            self.by_key["ref", contact.source, contact.external_id].append(contact)
            self.by_key["mail", contact.account_id, contact.email.casefold()].append(contact)
            self.by_key["name", contact.account_id, contact.name_sort].append(contact)
        refs = {(str(source), ref) for kind, source, ref in keys if kind == "ref"}
        for ref, merged in called_before(context.by, {r for r in refs if ("ref", *r) not in self.by_key}).items():
            self.by_key["ref", *ref].append(merged)

    def contact(self, record: Record) -> Contact | None:
        """The one meant; rejects the line where that is not clear."""
        found = self.by_key.get(_key(record), [])
        if not found and record["external_id"]:  # known before its source was
            found = [c for c in self.by_key.get(_key(record, with_ref=False), []) if not c.external_id]
        if len(found) > 1:
            said = _("The account has %(number)s contacts like this.") % {"number": len(found)}
            record.reject("ambiguous_contact", said, name="email")
        elif found and found[0].account_id != record["account"]:
            record.reject("account_differs", _("This was imported for another account before."), name="account")
        return found[0] if found else None


def _key(record: Record, *, with_ref: bool = True) -> tuple[str, Any, str]:
    if with_ref and record["external_id"]:
        return "ref", record["source"], record["external_id"]
    account_id: UUID = record["account"]
    if record["email"]:
        return "mail", account_id, record["email"].casefold()
    return "name", account_id, _name_sort(record["first_name"], record["last_name"])


def _name_sort(first_name: str, last_name: str) -> str:
    return fold(f"{last_name} {first_name}", length=201)


def _change(record: Record) -> set[str]:
    """Set what the line says on its contact; the names of the fields that differed."""
    contact: Contact = record.target
    values = {name: record[name] for name in PLAIN if record.says(name)}
    if record["external_id"] and not contact.external_id:
        values |= {"source": record["source"], "external_id": record["external_id"]}
    different = {name for name, value in values.items() if getattr(contact, name) != value}
    for name in different:
        setattr(contact, name, values[name])
    return different


def _create(rows: Sequence[Record], context: Context) -> None:
    """Insert what is new. An id taken by a contact the importer cannot see is refused by the database."""
    if not rows:
        return
    for row in rows:
        values = {name: row[name] for name in (*PLAIN, "external_id") if row[name] != ""}
        row.target = Contact(
            account_id=row["account"],
            name_sort=_name_sort(row["first_name"], row["last_name"]),
            source=row["source"] if row["external_id"] else "",
            created_by_id=context.by.user_id,
            **values,
        )
    Contact.objects.bulk_create([row.target for row in rows], ignore_conflicts=True)
    mine = Contact.objects.visible_to(context.by).filter(pk__in=[row.target.pk for row in rows])
    landed = set(mine.values_list("pk", flat=True))
    for row in rows:
        row.outcome = Outcome.CREATED
        if row.target.pk not in landed:
            row.reject("external_id_taken", _("This external id belongs to another contact."), name="external_id")
