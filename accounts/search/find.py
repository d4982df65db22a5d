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
from accounts.search.registry import Hit, Source, answers, sources
from kam.core.alike import forgiving
from kam.core.errors import BadInput
from kam.core.matching import LEAST_PART, WORD, Sought
from kam.people.principal import Principal

PER_GROUP, MOST = 5, 50
Found = tuple[Source, list[Hit]]


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
        found = _meant([(source, list(source.find(principal, wanted, most + 1))) for source in asked])
    return [
        Group(source.kind, source.label, hits[:most], _more(source, wanted, kind) if len(hits) > most else "")
        for source, hits in _best_group_first(found, wanted)
        if hits
    ]


def results(principal: Principal, wanted: Sought, *, kinds: list[Source], limit: int) -> list[Hit]:
    """The best of all these kinds together, for programs."""
    if not wanted.words:
        return []
    with forgiving(wanted):
        found = _meant([(source, list(source.find(principal, wanted, limit))) for source in kinds])
    return sorted((hit for _source, hits in found for hit in hits), key=lambda hit: -hit.score)[:limit]


def _meant(found: list[Found]) -> list[Found]:
    """Without sentences that are merely alike where anything has the words themselves."""
    if not any(answers(hit) for _source, hits in found for hit in hits[:1]):
        return found
    return [(source, hits) for source, hits in found if hits and (answers(hits[0]) or not source.is_prose)]


def _best_group_first(found: list[Found], wanted: Sought) -> list[Found]:
    """What one can do, where it is called so; then groups in their order, those that are merely alike at the end."""
    return sorted(found, key=lambda group: (not _is_called(group, wanted), not group[1] or not answers(group[1][0])))


def _is_called(group: Found, wanted: Sought) -> bool:
    """An action has words that begin so; a letter or two begin too many."""
    source, hits = group
    return source.kind == "action" and len(wanted.folded) >= LEAST_PART and any(hit.score >= WORD for hit in hits)


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
