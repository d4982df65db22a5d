"""Create a user from the shell: the way an empty company gets its first administrator."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from kam.core.errors import DomainError
from kam.people import selectors, services
from kam.people.enums import Role
from kam.people.models import Team
from kam.people.principal import Principal


class Command(BaseCommand):
    help = "Create a user. The password is read from an environment variable, never from the command line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", required=True, choices=[role.value for role in services.ASSIGNABLE_ROLES])
        parser.add_argument("--team", help="name of the team: needed for everybody but an administrator")
        parser.add_argument("--create-team", action="store_true", help="create the team where there is none")
        parser.add_argument("--name", help="name of the person; without it what stands before the @")
        parser.add_argument("--password-env", required=True, metavar="NAME", help="variable holding the password")

    def handle(self, *args: Any, **options: Any) -> None:
        by = Principal.system("create_user")
        try:
            with transaction.atomic():
                user = services.create_user(
                    by=by,
                    email=options["email"],
                    name=options["name"] or options["email"].partition("@")[0],
                    role=Role(options["role"]),
                    password=_password(options["password_env"]),
                    team=_team(by, options["team"], create=options["create_team"]),
                )
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"Created {options['role']} {user.email}.")


def _password(variable: str) -> str:
    password = os.environ.get(variable)
    if not password:
        raise CommandError(f"The variable {variable} is not set: put the password into it first.")
    return password


def _team(by: Principal, name: str | None, *, create: bool) -> Team | None:
    if not name:
        return None
    team = selectors.team_by_name(name)
    if team is None and not create:
        known = ", ".join(selectors.team_names()) or "none yet"
        raise CommandError(f"There is no team {name!r} (teams: {known}). Add --create-team to create it.")
    return team or services.create_team(by=by, name=name)
