"""Readiness, for load balancers and people on call."""

from django.http import HttpRequest, JsonResponse

from kam.core.outage import RETRY_AFTER_S
from kam.core.policy import Who, policy
from kam.outbox import status


@policy(GET=Who.ANYONE)
def readyz(request: HttpRequest) -> JsonResponse:
    """503 only without PostgreSQL: with any other part down the site stays fully writable."""
    if not status.database_answers():
        down = {"status": "down", "parts": {"postgresql": "down"}}
        return JsonResponse(down, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
    parts = {"postgresql": "ok", **status.parts()}
    overall = "ok" if set(parts.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": overall, "parts": parts})
