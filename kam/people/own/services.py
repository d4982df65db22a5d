"""The writers of what people set for themselves."""

from django.db import transaction
from django.utils.translation import gettext as _

from kam.core.bounds import zone_names
from kam.core.errors import BadInput
from kam.people.models import User
from kam.people.principal import Principal
from kam.people.rules import NotAllowed, clean_name


@transaction.atomic
def edit_profile(*, by: Principal, user: User, name: str, timezone: str, morning_mail: bool) -> User:
    """Change one's own name, time zone and whether the morning mail comes.

    Raises: NotAllowed for somebody else's profile, DomainError `name_missing`, BadInput `zone_unknown`.
    """
    if by.user_id != user.pk:
        raise NotAllowed("not_allowed", _("Only the person themselves may do this."))
    name = clean_name(name)
    if timezone not in zone_names():
        raise BadInput("zone_unknown", _("This is not a time zone."), field="timezone")
    user.name, user.timezone, user.morning_mail = name, timezone, morning_mail
    user.save(update_fields=["name", "timezone", "morning_mail"])
    return user


@transaction.atomic
def stop_morning_mail(*, by: Principal, user: User) -> User:
    """Send oneself no morning mail any more; a second time changes nothing. Raises: NotAllowed for somebody else's."""
    if by.user_id != user.pk:
        raise NotAllowed("not_allowed", _("Only the person themselves may do this."))
    user.morning_mail = False
    user.save(update_fields=["morning_mail"])
    return user
