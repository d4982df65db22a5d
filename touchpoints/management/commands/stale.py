"""manage.py stale: who was silent for too long, now or on any past date."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from kam.core import clock
from kam.core.errors import DomainError
from kam.people.shell import acting_as
from touchpoints.enums import Purpose
from touchpoints.stale import StaleReport, parse_as_of, stale_report


class Command(BaseCommand):
    help = "Lists accounts stale at a date: the same answer as GET /api/v1/accounts/stale, all of it at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", default="", help="2026-09-30 (00:00 UTC) or 2026-09-30T12:00:00Z; default: now")
        parser.add_argument("--max-days", type=int, help="one limit for all; default: each account's own cadence")
        parser.add_argument("--include-never", action="store_true", help="also accounts of which nothing is known")
        parser.add_argument("--purpose", choices=Purpose.values, default=Purpose.OPERATIONAL.value)
        parser.add_argument("--as", dest="email", help="only what this person sees; default: every account")
        parser.add_argument("--json", action=argparse.BooleanOptionalAction, default=False)

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        try:
            report = stale_report(
                acting_as(options["email"], command="stale"),
                as_of=parse_as_of(options["as_of"], now=now),
                now=now,
                max_days=options["max_days"],
                include_never=options["include_never"],
                purpose=options["purpose"],
                limit=None,
            )
        except DomainError as error:
            raise CommandError(error.detail) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self._print(report)

    def _print(self, report: StaleReport) -> None:
        for row in report.rows:
            touched = f"{row.last_touch_at:%Y-%m-%d}" if row.last_touch_at else "never"
            days = "-" if row.days_since is None else row.days_since
            self.stdout.write(f"{days:>6}  {touched:<10}  {row.name}")
        self.stdout.write(f"{report.count} stale at {report.as_of:%Y-%m-%d %H:%M} UTC")
