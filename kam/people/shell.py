"""Whom a shell command works for."""

from django.core.management.base import CommandError

from kam.people.principal import Principal, principal_for
from kam.people.selectors import user_by_email


def acting_as(email: str | None, *, command: str) -> Principal:
    """The person named by `--as`, with their rights; without a name the system, as this command.

    Raises: CommandError where there is no such active user.
    """
    if email is None:
        return Principal.system(command)
    user = user_by_email(email)
    if user is None or not user.is_active:
        raise CommandError(f"There is no active user {email}.")
    return principal_for(user)
