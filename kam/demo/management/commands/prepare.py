"""`manage.py prepare`: make the database ready for this version, and fill an empty one with the demo company."""

import os
from argparse import ArgumentParser

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kam.demo import people
from kam.people.models import User

SIGN_INS = dict(people.SIGN_INS.values())


class Command(BaseCommand):
    """Migrations, cache table and demo company in one process, each only where it is missing.

    What it prints is for people: how to sign in. Running it twice changes nothing.
    """

    help = "Migrate, create the cache table, and fill an empty database with the demo company (KAM_DEMO=off: not that)."
    requires_system_checks: list[str] = []  # they walk every URL; `manage.py check` does that

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: object, no_demo: bool, **options: object) -> None:
        demo = wants_demo() and not no_demo
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if demo and not User.objects.exists():
            call_command("seed_demo", stdout=self.stderr)
        self.stdout.write(how_to_sign_in())


def wants_demo() -> bool:
    """KAM_DEMO: on (the default) or off. Raises: CommandError for anything else."""
    value = os.environ.get("KAM_DEMO") or "on"
    if value.lower() not in ("on", "off"):
        raise CommandError(f"KAM_DEMO={value!r}: say on or off.")
    return value.lower() == "on"


def how_to_sign_in() -> str:
    """What a person at the terminal needs to get in: the demo people, or how the first administrator is made."""
    demo = {user.email: user for user in User.objects.filter(email__in=SIGN_INS, is_active=True)}
    if demo:
        password = os.environ.get("KAM_DEMO_PASSWORD", "")
        known = bool(password) and next(iter(demo.values())).check_password(password)
        lines = [f"  {email:<24} {who}" for email, who in SIGN_INS.items() if email in demo]
        secret = f"password {password}" if known else "password: the one this demo company was made with"
        return "\n".join([f"Sign in as ({secret})", *lines])
    if User.objects.filter(is_active=True).exists():
        return "Sign in with your own account."
    elsewhere = "" if settings.KAM_HOME == settings.BASE_DIR / "var" else f"KAM_HOME='{settings.KAM_HOME}' "
    return (
        "Nobody can sign in yet. Make the first administrator:\n"
        f"  {elsewhere}FIRST_PASSWORD='…' .venv/bin/python manage.py create_user EMAIL --role admin "
        "--password-env FIRST_PASSWORD"
    )
