"""Touchpoints by their subject, the newest first: what somebody looks for is mostly what happened last."""

from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.search.registry import Hit, Source, best, register
from kam.core.alike import Fold, begins_words, has_words, holds_sentence
from kam.core.matching import WORD, Sought
from kam.core.personal import readable
from kam.people.principal import Principal
from touchpoints.models import Touchpoint

KIND = "touchpoint"
NEWEST = 2_000
COLUMNS = ("id", "account_id", "account__name", "subject", "occurred_at", "type__name", "channel__icon")


def register_sources() -> None:
    """Called once, when the app is ready."""
    register(Source(KIND, _("Touchpoints"), 30, find_touchpoints, scope="touchpoints:read", is_prose=True))


def find_touchpoints(principal: Principal, sought: Sought, limit: int) -> list[Hit]:
    """Subjects with words that begin so; where they are too few, those that hold them or are alike.

    A word of many subjects is found among the newest, a rare one by its trigrams. Either alone takes seconds for
    the other: PostgreSQL would walk a million subjects for a word that none has.
    """
    if not readable(Touchpoint, ["subject"]):
        return []
    # Those without a subject are in no index of subjects.
    seen = Touchpoint.objects.visible_to(principal).exclude(subject="").annotate(folded=Fold("subject"))
    rows: list[dict[str, Any]] = []
    if principal.sees_everything:  # who sees some accounts has their touchpoints by index, the newest ones not
        newest = seen.filter(pk__in=seen.order_by("-occurred_at", "-id").values("pk")[:NEWEST])
        rows = _first(newest.filter(holds_sentence(sought, "folded")), sought, limit)
    if sum(sought.score(row["subject"]) >= WORD for row in rows) < limit:
        rows += _first(seen.filter(begins_words(sought, "folded")), sought, limit)
    if len({row["id"] for row in rows}) < limit:
        rows += _first(seen.filter(holds_sentence(sought, "folded")), sought, limit)
    return best([_hit(row, sought) for row in rows], limit)


def _first(found: QuerySet[Touchpoint], sought: Sought, limit: int) -> list[dict[str, Any]]:
    """Those with words that begin so, then those that have them in part, then the others, the newest of each first."""
    begins, has = (When(test(sought, "folded"), then=Value(n)) for n, test in enumerate((begins_words, has_words)))
    rank = Case(begins, has, default=Value(2))
    return list(found.order_by(rank, "-occurred_at", "-id").values(*COLUMNS)[:limit])


def _hit(row: dict[str, Any], sought: Sought) -> Hit:
    return Hit(
        kind=KIND,
        title=row["subject"],
        url=reverse("touchpoint_detail", args=[row["id"]]),
        score=sought.score(row["subject"], is_found=True),
        id=row["id"],
        account_id=row["account_id"],
        subtitle=f"{row['account__name']} · {row['type__name']}",
        at=row["occurred_at"],
        icon=row["channel__icon"],
    )
