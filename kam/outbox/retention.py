"""What is done is kept for 90 days, to look things up; dead letters until somebody replays them."""

from datetime import datetime, timedelta

from kam.outbox.models import OutboxMessage

KEPT = timedelta(days=90)


def forget_done(since: datetime, until: datetime) -> None:
    """Delete rows done more than 90 days before `until`."""
    OutboxMessage.objects.filter(done_at__lt=until - KEPT).delete()
