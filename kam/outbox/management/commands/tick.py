"""manage.py tick: plan what is due, as beat would have the worker do."""

from typing import Any

from django.core.management.base import BaseCommand

from kam.core.clock import now
from kam.outbox import planner


class Command(BaseCommand):
    help = "Run every periodic job that is due."

    def handle(self, *args: Any, **options: Any) -> None:
        ran = planner.tick(now=now())
        self.stdout.write(", ".join(ran) or "nothing due")
