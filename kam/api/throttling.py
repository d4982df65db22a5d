"""How often the API may be called: per minute and token, or per minute and address for whoever has none.

One statement in PostgreSQL counts for all web processes, and outlives Redis.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from kam.api.models import RateWindow
from kam.core import clock
from kam.people.models import ApiToken

if TYPE_CHECKING:  # the framework loads this module while it makes that class
    from rest_framework.views import APIView

MINUTE_S = 60
COUNT = """
    INSERT INTO api_ratewindow (subject, minute, calls) VALUES (%s, %s, 1)
    ON CONFLICT (subject) DO UPDATE
    SET calls = CASE WHEN api_ratewindow.minute = EXCLUDED.minute THEN api_ratewindow.calls + 1 ELSE 1 END,
        minute = EXCLUDED.minute
    RETURNING calls
"""


@dataclass(frozen=True)
class Rate:
    """Where a caller stands in its minute, `reset_s` seconds before that ends."""

    limit: int
    calls: int
    reset_s: int

    @property
    def is_exceeded(self) -> bool:
        return self.calls > self.limit

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.calls)),
            "RateLimit-Reset": str(self.reset_s),
        }


def count_call(subject: str, *, limit: int, now: datetime) -> Rate:
    """Count a call of `subject` in the minute of `now`."""
    minute, second = divmod(int(now.timestamp()), MINUTE_S)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [subject, minute])
        return Rate(limit, cursor.fetchone()[0], MINUTE_S - second)


def forget_windows(since: datetime, until: datetime) -> None:
    """Delete the counts of minutes that are over."""
    last = (until - timedelta(minutes=2)).timestamp()
    RateWindow.objects.filter(minute__lt=int(last) // MINUTE_S).delete()


class CallsPerMinute(BaseThrottle):
    """The framework's hook; what it counted stays on the request as `rate`, for the headers of the answer."""

    rate: Rate

    def allow_request(self, request: Request, view: "APIView") -> bool:
        subject, limit = _who(request)
        if not limit:
            return True
        self.rate = count_call(subject, limit=limit, now=clock.now())
        request._request.rate = self.rate  # type: ignore[attr-defined]
        return not self.rate.is_exceeded

    def wait(self) -> float:
        return self.rate.reset_s


def _who(request: Request) -> tuple[str, int]:
    """Whose calls these count as, and how many it has. A limit of 0 is none."""
    if isinstance(request.auth, ApiToken):
        return f"token {request.auth.pk}", settings.API_RATE
    if request.user.is_authenticated:
        return f"user {request.user.pk}", settings.API_RATE
    try:
        address = get_adapter().get_client_ip(request._request)
    except PermissionDenied:  # fewer proxies reported than there should be
        address = "unknown"
    return f"address {address}", settings.API_ANONYMOUS_RATE
