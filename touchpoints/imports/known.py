"""Lines that bear the id of a touchpoint of ours: those of an export that is imported again, corrected or not."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.imports.lookup import find_accounts
from kam.exchange.records import Context, Record, parted_records
from touchpoints.models import Touchpoint


class Known(NamedTuple):
    """The touchpoint that a line is of."""

    pk: UUID
    account_id: UUID
    source: str
    external_id: str

    @property
    def identity(self) -> str:
        """That of a line which names the same touchpoint by its external id, where it has one."""
        return f"ref\0{self.source}\0{self.external_id}" if self.external_id else f"kam\0{self.pk}"


def resolve_known(records: Sequence[Record], context: Context) -> None:
    """Put the touchpoint in `target` and its account in place of the name, which is only compared: nothing is created.

    An id that nothing bears, or nothing that the importer sees, says nothing: the line is as good as one without.
    """
    rows = [row for row in parted_records(records) if row["kam_id"]]
    if not rows:
        return
    visible = Touchpoint.objects.visible_to(context.by).filter(pk__in={row["kam_id"] for row in rows})
    stored = {row[0]: Known(*row) for row in visible.values_list(*Known._fields)}
    named = find_accounts(context.by, {(row["source"], row["account"]) for row in rows})
    for row in rows:
        row.target = stored.get(UUID(row["kam_id"]))
        if row.target is None:
            row.values["kam_id"] = ""
        elif row.target.account_id in named.ids(row["source"], row["account"]):
            row.values["account"] = row.target.account_id
        else:
            row.reject("account_differs", _("This touchpoint belongs to another account."), name="account")
