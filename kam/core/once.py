"""One form makes one row, however often it is sent: the key of the row travels with the form.

It is signed for the person who was given it, so that nobody can ask with it for rows of others.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from kam.core.ids import uuid7


def new_key(request: HttpRequest) -> str:
    """The key of a row to be made, to be put into its form."""
    return _signer(request).sign(str(uuid7()))


def key_sent(request: HttpRequest) -> UUID:
    """The key that came back with the form; a new one where it is missing or not what this person was given."""
    try:
        return UUID(_signer(request).unsign(request.POST.get("row", "")))
    except BadSignature:
        return uuid7()


def _signer(request: HttpRequest) -> Signer:
    return Signer(salt=f"kam.core.once:{request.user.pk}")
