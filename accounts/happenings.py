"""What the history of an account tells beside its row history: tags put on and taken off, and merges."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Account, Merge, TagChange
from kam.core.merged import Key, beyond
from kam.people.models import User
from kam.people.principal import Principal


@dataclass(frozen=True)
class Change:
    """A field with its old and new value in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One happening. `changes` is None where what was there before the first change was not kept.

    `became`: what it came to, where the row is gone or something else than a field has changed.
    """

    key: Key
    who: str
    what: str
    became: str
    changes: list[Change] | None

    @property
    def at(self) -> datetime:
        return self.key[0]


def tag_entries(principal: Principal, account: Account, place: int, before: Key | None, *, limit: int) -> list[Entry]:
    """One query."""
    found = TagChange.objects.visible_to(principal).filter(account=account).select_related("tagged_by")
    if before is not None:
        found = found.filter(beyond(before, place, at="tagged_at", number="id"))
    return [
        Entry((row.tagged_at, place, row.pk), _name(row.tagged_by), _("Tags"), _signed(row.added, row.removed), [])
        for row in found.order_by("-tagged_at", "-id")[:limit]
    ]


def merge_entries(account: Account, merges: Iterable[Merge], place: int, before: Key | None) -> list[Entry]:
    """Each merge, and each that was undone once more; `merges` in the order in which they happened."""
    told = [one for number, merge in enumerate(merges) for one in _told(account, merge, (place, 2 * number))]
    if before is None:
        return told
    return [one for one in told if (one.at, -one.key[1], one.key[2]) < (before[0], -before[1], before[2])]


def _told(account: Account, merge: Merge, rank: tuple[int, int]) -> Iterator[Entry]:
    place, number = rank
    is_absorbed = merge.absorbed_id == account.pk
    what = _("The account") if is_absorbed else merge.absorbed_name
    became = _("merged into another account") if is_absorbed else _("merged into this account")
    if merge.kind == "contact":
        became = _("merged into another person")
    yield Entry((merge.merged_at, place, number), _name(merge.merged_by), what, became, [])
    if merge.undone_at:
        by = _name(merge.undone_by)
        yield Entry((merge.undone_at, place, number + 1), by, what, _("on its own again: the merge was undone"), [])


def _signed(added: Collection[str], removed: Collection[str]) -> str:
    return ", ".join([*(f"+ {name}" for name in added), *(f"− {name}" for name in removed)])


def _name(user: User | None) -> str:
    return user.name if user else _("The system")
