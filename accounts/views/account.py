"""One account: its page and why its health is what it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.at_hand import with_marks
from accounts.criteria import MOVE_DAYS, with_earlier_health
from accounts.days import reporting_day, stale_in
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.health.explain import Explanation, explain, explain_stored
from accounts.merging.selectors import absorbed_into
from accounts.models import Account, HealthResult
from accounts.registry import registry
from accounts.selectors import accounts, health_snapshots
from accounts.services.marks import record_visit
from accounts.side import own_side
from accounts.timeline import account_timeline, parse_cursor, timeline_kinds
from accounts.why import health_line, why
from kam.core import clock
from kam.core.errors import BadInput, NotVisible
from kam.core.policy import Who, policy
from kam.people.principal import Principal

HISTORY_DAYS = 365


@dataclass(frozen=True)
class FilledPanel:
    """A registered panel with what its template needs."""

    key: str
    title: str | Promise
    template: str
    values: dict[str, Any]


@policy(GET=Who.SIGNED_IN)
@vary_on_headers("HX-Request")
def account_detail(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The account's head, timeline and panels; for htmx older entries of the timeline alone."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    try:
        account = _with_health(principal, account_id, now)
    except NotVisible:
        if survivor := absorbed_into(principal, account_id):  # an address of before it was merged
            return redirect("account_detail", survivor)
        raise
    context = {"account": account, "now": now} | _timeline(request, principal, account)
    if request.htmx and "before" in request.GET:  # type: ignore[attr-defined]
        return render(request, "accounts/timeline.html", context)
    record_visit(by=principal, account=account, last=account.opened_at, now=now)
    panels = _panels(principal, account, now)
    context |= {
        "why": why(_explained(account, now)),
        "delta": account.moved,
        "next_on": registry.next_touches(principal, [account.pk]).get(account.pk),
        "stale_in": stale_in(account.stale_at, now=now),
        "is_customer": account.lifecycle in CUSTOMER_LIFECYCLES,
        "panels": panels,
        "tags": own_side(principal, account)["tags"],
        "is_being_planned": any(panel.values.get("is_being_planned") for panel in panels),
    }
    return render(request, "accounts/detail.html", context)


@policy(GET=Who.SIGNED_IN)
def account_health(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Why this number, with every record behind it, and what it was over the last year."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    account = _with_health(principal, account_id, now)
    today = reporting_day(now)
    since = today - timedelta(days=HISTORY_DAYS)
    snapshots = list(health_snapshots(principal, account, since=since))
    context = {
        "account": account,
        "now": now,
        "why": why(_explained(account, now)),
        "delta": account.moved,
        "snapshots": snapshots,
        "line": health_line(snapshots, since=since, until=today),
        "since": since,
        "until": today,
    }
    return render(request, "accounts/health.html", context)


def _with_health(principal: Principal, account_id: UUID, now: datetime) -> Any:
    """The account with its stored result and `moved`, the change over 30 days, in the one query that finds it."""
    on = reporting_day(now) - timedelta(days=MOVE_DAYS)
    found = with_earlier_health(with_marks(accounts(principal), principal).select_related("health_result"), on=on)
    account = found.annotate(moved=F("health") - F("earlier_health")).filter(pk=account_id).first()
    if account is None:
        raise NotVisible
    return account


def _explained(account: Account, now: datetime) -> Explanation:
    """The number as stored, taken apart; as of now where none is stored yet."""
    stored: HealthResult | None = getattr(account, "health_result", None)
    return explain_stored(account, stored, now=now) if stored else explain(account, as_of=now)


def _timeline(request: HttpRequest, principal: Principal, account: Account) -> dict[str, Any]:
    before, kind = request.GET.get("before"), request.GET.get("kind", "")
    kinds = timeline_kinds()
    if kind and kind not in kinds:
        raise BadInput("unknown_kind", _("The timeline knows no entries of this kind."), field="kind")
    timeline = account_timeline(
        principal, account, before=parse_cursor(before) if before else None, kinds=[kind] if kind else None
    )
    return {"timeline": timeline, "kinds": kinds, "kind": kind}


def _panels(principal: Principal, account: Account, now: datetime) -> list[FilledPanel]:
    filled = []
    for panel in registry.panels:
        values = panel.context(principal, account, now)
        if values is not None:
            filled.append(FilledPanel(panel.key, panel.title, panel.template, values))
    return filled
