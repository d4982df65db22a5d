"""manage.py rollup: whether leaders' figures are what they count, and (--mend) make them so."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.rollup import sweep
from accounts.rollup.drift import drift, mend_cells, mend_span
from accounts.rollup.sweeping import BATCH
from accounts.rollup.year import refresh
from kam.core import clock


class Command(BaseCommand):
    help = "Compares the rollup behind the portfolio with the accounts themselves; --mend counts anew what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="mend what differs, and count all that waits")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["mend"]:
            self._mend()
        found = drift(now=clock.now())
        self.stdout.write(f"accounts counted wrongly {found.entries}")
        self.stdout.write(f"sums that are wrong      {found.cells}")

    def _mend(self) -> None:
        self._sweep()
        entries, cells = mend_span(after=None, until=None, now=clock.now()), mend_cells()
        self._sweep()
        while refresh(now=clock.now()):
            pass
        self.stdout.write(f"mended                   {entries} accounts, {cells} sums")

    def _sweep(self) -> None:
        while sweep(now=clock.now()) == BATCH:
            pass
