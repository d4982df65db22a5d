"""What the lines of an accounts file name: owner, team, segment, and the account itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.imports.lookup import Found, find_accounts, tidy
from accounts.models import ExternalId, Segment
from accounts.selectors import assignable_owners, assignable_teams
from kam.exchange.records import Context, Record, open_records, parted_records
from kam.people.principal import Principal

REFUSALS = {
    "owner": ("owner_not_assignable", _("Nobody with this email can be given accounts by you.")),
    "team": ("team_not_assignable", _("You cannot place accounts in a team of this name.")),
    "segment": ("unknown_segment", _("There is no segment of this name.")),
}


def resolve_names(records: Sequence[Record], by: Principal) -> None:
    """Put owner (by email), team and segment (by name) in place of their texts."""
    named: dict[str, tuple[Any, str]] = {
        "owner": (assignable_owners(by), "email"),
        "team": (assignable_teams(by), "name"),
        "segment": (Segment.objects.all(), "name"),
    }
    for field, (queryset, key) in named.items():
        rows = [record for record in parted_records(records) if record[field]]
        known = {getattr(entry, key).casefold(): entry for entry in queryset} if rows else {}
        for record in rows:
            if (entry := known.get(record[field].casefold())) is None:
                record.reject(REFUSALS[field][0], str(REFUSALS[field][1]), name=field)
            else:
                record.values[field] = entry


def resolve_accounts(records: Sequence[Record], context: Context) -> None:
    """`target` becomes the id of the account a line is about, None for a new one."""
    rows = open_records(records)
    found = find_accounts(
        context.by, [(r["source"], key) for r in rows for key in (r["external_id"], r["name"]) if key]
    )
    sourced = _sources_of(context.by, {account_id for ids in found.by_name.values() for account_id in ids})
    for record in rows:
        ids = _matches(record, found, sourced)
        if len(ids) > 1:
            record.reject(
                "ambiguous_account",
                str(_("%(number)s accounts of yours have this name.") % {"number": len(ids)}),
                name="name",
            )
        elif ids:
            record.target = ids[0]
    _reject_taken([record for record in open_records(rows) if record.target is None and record["external_id"]])


def _matches(record: Record, found: Found, sourced: set[tuple[UUID, str]]) -> list[UUID]:
    """By external id; else by name, but not an account that this source calls otherwise."""
    ref = found.by_ref.get((record["source"], record["external_id"]))
    if ref:
        return [ref]
    alike = found.by_name.get(tidy(record["name"]), [])
    return [i for i in alike if not (record["external_id"] and (i, record["source"]) in sourced)]


def _sources_of(by: Principal, account_ids: set[UUID]) -> set[tuple[UUID, str]]:
    refs = ExternalId.objects.visible_to(by).filter(account_id__in=account_ids)
    return set(refs.values_list("account_id", "source"))


def _reject_taken(records: Sequence[Record]) -> None:
    """An external id belongs to one account, also to one that the importer does not see."""
    refs = {(record["source"], record["external_id"]) for record in records}
    if not refs:
        return
    taken = ExternalId.objects.all_for_system(reason="a taken external id is refused, whoever has it").filter(
        source__in={source for source, _id in refs}, external_id__in={external_id for _, external_id in refs}
    )
    pairs = set(taken.values_list("source", "external_id"))
    for record in records:
        if (record["source"], record["external_id"]) in pairs:
            record.reject(
                "external_id_taken", str(_("This external id belongs to another account.")), name="external_id"
            )
