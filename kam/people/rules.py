"""Who may do what to people, and what every user must satisfy."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from kam.core.errors import BadInput, Conflict, DomainError
from kam.people.models import User
from kam.people.principal import Principal


class NotAllowed(DomainError):
    """The caller's role does not include this function."""

    status = 403


def administrators_only(by: Principal) -> None:
    """Raises: NotAllowed."""
    if not by.sees_everything:
        raise NotAllowed("not_allowed", _("Only an administrator may do this."))


def self_or_administrator(by: Principal, user_id: UUID) -> None:
    """Raises: NotAllowed."""
    if by.user_id != user_id:
        administrators_only(by)


def clean_email(email: str) -> str:
    """The address as it is stored. Raises: BadInput."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadInput("email_invalid", _("This is not an email address."), field="email") from error
    return email


def clean_name(name: str, *, field: str = "name") -> str:
    """A name with single spaces. Raises: DomainError where nothing is left."""
    name = " ".join(name.split())
    if not name:
        raise DomainError("name_missing", _("A name is needed."), field=field)
    return name


def lock_people(*user_ids: UUID) -> dict[UUID, User]:
    """These users and all administrators, locked in one order: no two leave at once, none waits for the other."""
    wanted = User.objects.filter(Q(pk__in=user_ids) | Q(is_admin=True))
    return {user.pk: user for user in wanted.order_by("pk").select_for_update(no_key=True)}


def keep_an_administrator(locked: dict[UUID, User], *, without: UUID) -> None:
    """Somebody must remain who can sign in and administrate. Raises: Conflict `last_administrator`."""
    if _able(locked.values()) == [without]:
        raise Conflict(
            "last_administrator",
            _("This is the last administrator: make somebody else one first."),
            field="is_admin",
        )


def is_last_administrator(user: User) -> bool:
    """Whether nobody else could sign in and administrate."""
    return _able(User.objects.filter(is_admin=True, is_active=True)) == [user.pk]


def _able(users: Iterable[User]) -> list[UUID]:
    return [user.pk for user in users if user.is_admin and user.is_active and user.has_usable_password()]


def check_password(password: str, user: User) -> None:
    """Raises: DomainError `weak_password`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError("weak_password", " ".join(error.messages), field="password") from error
