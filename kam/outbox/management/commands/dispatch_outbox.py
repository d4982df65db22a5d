"""manage.py dispatch_outbox: do here and now what the worker would do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kam.outbox import dispatch
from kam.outbox.models import Lane


class Command(BaseCommand):
    help = "Work on every due outbox row in this process; with --replay-dead give dead letters new tries first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lane", choices=Lane.values, action="append", help="only this lane (may be repeated)")
        parser.add_argument("--replay-dead", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["replay_dead"]:
            self.stdout.write(f"{dispatch.replay_dead()} dead rows brought back")
        for lane in options["lane"] or Lane.values:
            self.stdout.write(f"{lane}: {dispatch.run(lane, seconds=float('inf'))} rows worked on")
