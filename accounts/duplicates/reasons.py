"""Why two rows may mean the same, in words."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "same_name": _("Same name"),
    "similar_name": _("Similar names"),
    "same_website": _("Same website"),
    "same_external_id": _("Same external id"),
    "same_email": _("Same email address"),
    "same_phone": _("Same phone number"),
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """The strongest first, as they are stored."""
    return [str(REASONS[reason]) for reason in reasons]
