"""Create an API token from the shell."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kam.api.scopes import parse_scopes
from kam.core import clock
from kam.core.errors import DomainError
from kam.people import selectors, services
from kam.people.principal import Principal


class Command(BaseCommand):
    help = "Create an API token and print it once, as the last word. Without --scopes: all that its user may."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scopes", help="such as accounts:read,touchpoints:write")
        parser.add_argument("--label", default="", help="what the token is for")
        parser.add_argument("--days", type=int, default=365, help="days until it expires (365)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = selectors.user_by_email(options["email"])
        if user is None:
            raise CommandError(f"There is no user {options['email']}.")
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        try:
            token, secret = services.create_api_token(
                by=Principal.system("create_api_token"),
                user=user,
                now=clock.now(),
                scopes=None if options["scopes"] is None else parse_scopes(options["scopes"]),
                label=options["label"],
                lifetime=timedelta(days=options["days"]),
            )
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"Token of {user.email}, valid until {token.expires_at:%Y-%m-%d}, shown only this once:")
        self.stdout.write(secret)
