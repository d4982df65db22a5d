"""manage.py census: how many customers there were on any date, and what made the number move."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from accounts.census import census, parse_day
from accounts.days import reporting_day
from kam.core import clock
from kam.core.errors import DomainError
from kam.people.shell import acting_as


class Command(BaseCommand):
    help = "Counts customers on a date: the same answer as GET /api/v1/accounts/census."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="2026-09-30, in the reporting zone; default: today")
        parser.add_argument("--from", dest="since", default="", help="first day; default: from the very beginning")
        parser.add_argument("--as", dest="email", help="only what this person sees; default: every account")
        parser.add_argument("--json", action=argparse.BooleanOptionalAction, default=False)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counted = census(
                acting_as(options["email"], command="census"),
                on=parse_day(options["on"], field="on") if options["on"] else reporting_day(clock.now()),
                since=parse_day(options["since"], field="from") if options["since"] else None,
            ).as_dict()
        except DomainError as error:
            raise CommandError(error.detail) from error
        if options["json"]:
            self.stdout.write(json.dumps(counted, cls=DjangoJSONEncoder))
        else:
            for name, figure in counted.items():
                self.stdout.write(f"{name:<9} {figure}")
