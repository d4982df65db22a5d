"""Rows that are measured inside a process with Django: query counts, the sweep, full health."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.health.engine import CHUNK, recompute_all, spans
from accounts.models import Account
from bench import sql
from bench.measuring import elapsed_ms
from kam.core import clock
from kam.people.models import User
from kam.people.principal import Principal
from kam.people.services import create_api_token
from touchpoints.services.planning import flag_stale


def queries(account: str) -> dict[str, int]:
    """Queries per request, those of session, token and call counting included."""
    settings.ALLOWED_HOSTS = ["*"]
    people = {who: User.objects.get(email=f"{who}@demo.example") for who in ("manager", "leader")}
    by, now = Principal.system("bench"), clock.now()
    secret = create_api_token(by=by, user=people["manager"], now=now, scopes=None, label="bench")[1]
    token = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    manager, leader, program = Client(), Client(), Client()
    manager.force_login(people["manager"])
    leader.force_login(people["leader"])
    body = {
        "account": account,
        "type": "check_in",
        "channel": "phone",
        "occurred_at": now.isoformat(),
        "notes": "bench",
    }
    asked: dict[str, Callable[[], Any]] = {
        "GET /api/v1/accounts": lambda: program.get("/api/v1/accounts", {"limit": 50}, **token),
        "GET /api/v1/accounts/{id}": lambda: program.get(f"/api/v1/accounts/{account}", **token),
        "GET /api/v1/accounts/{id}/timeline": lambda: program.get(f"/api/v1/accounts/{account}/timeline", **token),
        "GET /api/v1/touchpoints": lambda: program.get("/api/v1/touchpoints", {"limit": 50}, **token),
        "GET /accounts/": lambda: manager.get("/accounts/"),
        "GET /accounts/{id}/": lambda: manager.get(f"/accounts/{account}/"),
        "GET /portfolio/": lambda: leader.get("/portfolio/"),
        "POST /api/v1/touchpoints": lambda: program.post(
            "/api/v1/touchpoints", json.dumps(body), content_type="application/json", **token
        ),
    }
    return {name: _count(ask) for name, ask in asked.items()}


def _count(ask: Callable[[], Any]) -> int:
    ask()  # the first one fills what processes keep
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        answer = ask()
        transaction.set_rollback(True)
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
    return sum(1 for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")))


def sweep(times: str) -> dict[str, Any]:
    """An hour's newly stale accounts flagged, writes included and rolled back, against one naive GROUP BY."""
    now = _before_somebody_falls_silent()
    rounds: list[tuple[float, float]] = []
    flagged = silent = 0
    for _ in range(int(times)):
        with transaction.atomic():
            flag_stale(since=now, until=now)  # what is due already
            with connection.cursor() as cursor:
                app = elapsed_ms(lambda: flag_stale(since=now, until=now + timedelta(hours=1)))
                cursor.execute("SELECT count(*) FROM touchpoints_staleflag WHERE opened_at > %s", [now])
                flagged = cursor.fetchone()[0]
                floor = elapsed_ms(lambda cursor=cursor: cursor.execute(sql.NAIVE_STALE, {"as_of": now}))
                silent = cursor.rowcount
            transaction.set_rollback(True)
        rounds.append((app, floor))
    return {"rounds": rounds, "flagged": flagged, "silent": silent}


def _before_somebody_falls_silent() -> datetime:
    """People hardly ever log at night: not in every hour does anybody fall silent."""
    customers = Q(lifecycle__in=("onboarding", "active"), stale_at__gt=clock.now())
    known = Account.objects.all_for_system(reason="benchmark").filter(customers)
    first: datetime = known.order_by("stale_at").values_list("stale_at", flat=True)[0]
    return first - timedelta(seconds=1)


def health(times: str) -> dict[str, Any]:
    """Everybody's health as of now, against the same signals written by hand, either writing what changed."""
    rounds, now = [], clock.now()
    for turn in range(int(times)):
        as_of = now + timedelta(days=turn + 1)
        with transaction.atomic():
            app = elapsed_ms(lambda as_of=as_of: recompute_all(as_of=as_of, chunk=CHUNK))
            transaction.set_rollback(True)
        with transaction.atomic():
            floor = elapsed_ms(lambda as_of=as_of: _by_hand(as_of))
            transaction.set_rollback(True)
        rounds.append((app, floor))
    return {"rounds": rounds}


def _by_hand(as_of: Any) -> None:
    for after, until in spans(CHUNK):
        with connection.cursor() as cursor:
            for statement in sql.HEALTH_BY_HAND:
                cursor.execute(statement, {"as_of": as_of, "after": after, "until": until})


COMMANDS = {"queries": queries, "sweep": sweep, "health": health}
