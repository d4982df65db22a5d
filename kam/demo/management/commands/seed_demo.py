"""`manage.py seed_demo`: fill an empty database with the demo company."""

import os
from argparse import ArgumentParser
from datetime import date

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from kam.audit.context import recorded
from kam.core import clock
from kam.demo.scale.seed import FEWEST, seed_at_scale, settle
from kam.demo.seed import SEED, seed_demo
from kam.people.models import User
from kam.people.principal import Principal


class Command(BaseCommand):
    help = "Fill an empty database with the demo company; its people's password comes from KAM_DEMO_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED, help="another company for another number")
        parser.add_argument("--on", type=date.fromisoformat, help="the day it is seen on (default: today)")

        parser.add_argument("--accounts", type=int, help="a company of this size instead, to test at scale")
        parser.add_argument("--touchpoints", type=int, help="so many of them (default: ten an account)")

    def handle(
        self,
        *args: object,
        seed: int,
        on: date | None,
        accounts: int | None,
        touchpoints: int | None,
        **options: object,
    ) -> None:
        password = os.environ.get("KAM_DEMO_PASSWORD")
        if not password:
            raise CommandError("Set KAM_DEMO_PASSWORD: the password the demo people sign in with.")
        if User.objects.exists():
            raise CommandError("There are people in this database already; the demo company is for an empty one.")
        day = on or clock.now().date()
        with recorded(via="shell", by=Principal.system("seed_demo")):
            if accounts is None and touchpoints is None:
                seeded = seed_demo(password=password, on=day, seed=seed)
            else:
                size = _size(accounts, touchpoints)
                seeded = seed_at_scale(password=password, on=day, seed=seed, say=self.stdout.write, **size)
                settle()
        written = f"{seeded.accounts} accounts, {seeded.contacts} contacts, {seeded.touchpoints} touchpoints"
        self.stdout.write(f"The demo company: {written}.")


def _size(accounts: int | None, touchpoints: int | None) -> dict[str, int]:
    """Raises: CommandError for a size that is no company."""
    if accounts is None or accounts < FEWEST:
        raise CommandError(f"--accounts: at least {FEWEST}.")
    touchpoints = 10 * accounts if touchpoints is None else touchpoints
    if touchpoints < 0:
        raise CommandError("--touchpoints: not below 0.")
    return {"accounts": accounts, "touchpoints": touchpoints}
