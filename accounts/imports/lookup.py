"""Finding the accounts that the lines of a file name, a chunk at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Account, ExternalId
from kam.core.folding import fold
from kam.people.principal import Principal


def tidy(name: str) -> str:
    """Spaces around and inside a name do not tell accounts apart."""
    return " ".join(name.split())


@dataclass
class Found:
    """What `names` of a source stand for: the external id first, else the exact name."""

    by_ref: dict[tuple[str, str], UUID] = field(default_factory=dict)
    by_name: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    def ids(self, source: str, name: str) -> list[UUID]:
        """None: nobody; two or more: ambiguous."""
        ref = self.by_ref.get((source, name))
        return [ref] if ref else self.by_name.get(tidy(name), [])


def find_accounts(by: Principal, named: Iterable[tuple[str, str]]) -> Found:
    """Look up (source, name or external id) among the accounts that `by` sees; two queries."""
    wanted = set(named)
    found = Found()
    if not wanted:
        return found
    sources, names = {source for source, _ in wanted}, {name for _, name in wanted}
    refs = ExternalId.objects.visible_to(by).filter(source__in=sources, external_id__in=names)
    for source, external_id, account_id in refs.values_list("source", "external_id", "account_id"):
        found.by_ref[source, external_id] = account_id
    # By the indexed column; whether the name is the very same is decided here.
    alike = Account.objects.visible_to(by).filter(name_sort__in={fold(name) for name in names})
    for account_id, name in alike.order_by("id").values_list("id", "name"):
        found.by_name[tidy(name)].append(account_id)
    return found
