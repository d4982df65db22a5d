"""One question to every source, and what stands there before anything is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.search.accounts import at_hand
from accounts.search.places import actions
from accounts.search.registry import Hit, Source, sources
from kam.core.alike import forgiving
from kam.core.errors import BadInput
from kam.core.matching import Sought
from kam.people.principal import Principal

PER_GROUP, MOST = 5, 50


@dataclass(frozen=True)
class Group:
    """Things of one kind; `more`: where the rest of them stand, empty where these are all."""

    key: str
    label: str | Promise
    hits: list[Hit]
    more: str = ""


def groups(principal: Principal, wanted: Sought, *, kind: str = "") -> list[Group]:
    """What was found, by kind: five of each, or fifty of the one `kind`. Raises: BadInput for an unknown kind."""
    known = [source.kind for source in sources]
    if kind and kind not in known:
        raise BadInput("unknown_kind", gettext("There is no such kind of result."), field="kind")
    if not wanted.words:
        return list(_before_asking(principal))
    asked = [source for source in sources if kind in ("", source.kind)]
    most = MOST if kind else PER_GROUP
    with forgiving(wanted):
        found = [(source, list(source.find(principal, wanted, most + 1))) for source in asked]
    return [
        Group(source.kind, source.label, hits[:most], _more(source, wanted, kind) if len(hits) > most else "")
        for source, hits in _best_group_first(found)
        if hits
    ]


def results(principal: Principal, wanted: Sought, *, kinds: list[Source], limit: int) -> list[Hit]:
    """The best of all these kinds together, for programs."""
    if not wanted.words:
        return []
    with forgiving(wanted):
        found = [hit for source in kinds for hit in source.find(principal, wanted, limit)]
    return sorted(found, key=lambda hit: -hit.score)[:limit]


def _best_group_first(found: list[tuple[Source, list[Hit]]]) -> list[tuple[Source, list[Hit]]]:
    """Groups stand in their order, unless only others hold a real answer: what is merely alike comes after it."""
    return sorted(found, key=lambda group: not group[1] or group[1][0].score < 0.7)


def _more(source: Source, wanted: Sought, kind: str) -> str:
    if source.more:
        return source.more(wanted.text)
    return "" if kind else f"{reverse('search')}?{urlencode({'q': wanted.text, 'kind': source.kind})}"


def _before_asking(principal: Principal) -> Iterator[Group]:
    """The accounts opened last, the favourites, and what one can do."""
    recent, favourites = at_hand(principal, PER_GROUP)
    for key, label, hits in (
        ("recent", _("Opened last"), recent),
        ("favourite", _("Favourites"), favourites),
        ("action", _("Actions"), actions(principal)),
    ):
        if hits:
            yield Group(key, label, hits)
