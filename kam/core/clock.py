"""The one clock. Doors call it and pass the time on; domain code never asks."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
