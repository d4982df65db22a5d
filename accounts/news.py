"""What changed at somebody's own accounts, without their doing, since they last looked at My day."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.enums import Band
from accounts.models import Account, DayVisit
from accounts.registry import News, registry
from kam.people.principal import Principal

LEAST_MOVE = 5
MOST_COUNTED = 99
WORST_FIRST = {"red": 0, "amber": 1, "neutral": 2, "green": 3}

Health = tuple[int | None, str | None]  # score and band; None where it is not known


@dataclass(frozen=True)
class Known:
    """What somebody knew at an instant: the health of each account that was theirs."""

    at: datetime
    health: Mapping[UUID, Health]

    def as_stored(self) -> str:
        return json.dumps({str(account_id): health for account_id, health in self.health.items()})

    @classmethod
    def of_stored(cls, at: datetime, stored: Mapping[str, Any]) -> "Known":
        return cls(at, {UUID(account_id): (score, band) for account_id, (score, band) in stored.items()})


def known_now(own: Iterable[Account], *, now: datetime) -> Known:
    return Known(now, {one.pk: (one.health, one.health_band) for one in own})


def known_yesterday(own: Iterable[Account], *, now: datetime) -> Known:
    """For whom no visit is known, of `day_accounts`: they had the same accounts."""
    return Known(now - timedelta(days=1), {one.pk: (one.earlier_health, None) for one in own})  # type: ignore[attr-defined]


def known_at_last_visit(principal: Principal, own: Iterable[Account], *, now: datetime) -> Known:
    """One query; nothing is moved by it."""
    visit = DayVisit.objects.filter(user_id=principal.user_id).first() if principal.user_id else None
    return Known.of_stored(visit.opened_at, visit.seen) if visit else known_yesterday(own, now=now)


def news_since(principal: Principal, known: Known, own: Sequence[Account], *, now: datetime) -> list[News]:
    """Health that moved by five points or changed band, and accounts that came, the worst first; then what others
    did, the latest first. A query for each source.
    """
    moved = [news for one in own if (news := _moved(one, known, principal))]
    moved.sort(key=lambda news: (WORST_FIRST[news.state], news.account.name_sort, str(news.account.pk)))
    accounts = {one.pk: one for one in own}
    told = [source.news(principal, accounts, known.at, now) for source in registry.news] if accounts else []
    return moved + sorted(chain.from_iterable(told), key=lambda news: (news.at or now, news.key), reverse=True)


def _moved(account: Account, known: Known, principal: Principal) -> News | None:
    if account.pk not in known.health:
        if account.created_at > known.at and account.created_by_id == principal.user_id:
            return None  # their own doing, be it by a file
        return News(f"yours:{account.pk}", account, "neutral", _("New among your accounts"))
    before, band = known.health[account.pk]
    now = account.health
    if before is None or now is None:
        return None
    has_turned = band not in (None, account.health_band)
    if abs(now - before) < LEAST_MOVE and not has_turned:
        return None
    words = _("Health fell from %(before)d to %(now)d") if now < before else _("Health rose from %(before)d to %(now)d")
    if now == before:
        words = _("Health is still %(now)d")
    sentence = words % {"before": before, "now": now}
    if has_turned:
        sentence = _("%(change)s and is %(band)s now") % {"change": sentence, "band": Band(account.health_band).label}
    return News(f"health:{account.pk}", account, _state(account, before), sentence)


def _state(account: Account, before: int) -> str:
    """Good news is green wherever it leads; bad news is the colour of the band it leads to."""
    if account.health is not None and account.health >= before:
        return "green"
    return account.health_band if account.health_band in ("red", "amber") else "neutral"
