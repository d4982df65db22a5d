"""What to say while PostgreSQL is away or too slow: 503 with Retry-After, and the typed form kept.

Asked by the handler of uncaught errors, because only that sees failures of views and of every
middleware (session, sign-in) alike. Services are atomic, so such a request has written nothing.
"""

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

RETRY_AFTER_S = 5


def is_outage(error: BaseException | None) -> bool:
    """Whether trying again may help: no connection, one that broke, a statement or lock timeout, a deadlock.

    PostgreSQL reports all of these, and full disks and too many connections, as OperationalError.
    """
    return isinstance(error, OperationalError | InterfaceError)


def sentence() -> str:
    return _("kam cannot reach its database just now. What you typed is still in the form: try again in a moment.")
