"""The second door to Undo: above the list, after the notice has gone.

The session remembers the deed, so a list that nobody changed anything in asks the database nothing more.
"""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.bulk.changes import UNDO_FOR
from accounts.enums import BulkKind
from accounts.models import BulkChange

KEY = "bulk_done"


def undo_address(change_id: UUID | str, list_query: str) -> str:
    return f"{reverse('bulk_undo', args=[change_id])}?{urlencode({'list': list_query})}"


def remember(request: HttpRequest, change: BulkChange, number: int) -> None:
    """One's latest deed."""
    request.session[KEY] = {"id": str(change.pk), "at": change.created_at.isoformat(), "said": _said(change, number)}


def forget(request: HttpRequest, change_id: UUID) -> None:
    """It was taken back."""
    if request.session.get(KEY, {}).get("id") == str(change_id):
        del request.session[KEY]


def undo_offered(request: HttpRequest, list_query: str, now: datetime) -> dict[str, str]:
    """What Undo would take back, and where; nothing once it is too late."""
    done = request.session.get(KEY)
    if not done or now - datetime.fromisoformat(done["at"]) > UNDO_FOR:
        return {}
    return {"undo_said": done["said"], "undo_url": undo_address(done["id"], list_query)}


def _said(change: BulkChange, number: int) -> str:
    if change.kind == BulkKind.REASSIGN:
        words = ngettext("reassigned %(n)d account", "reassigned %(n)d accounts", number)
    elif change.kind == BulkKind.TAG:
        words = ngettext("tagged %(n)d account “%(tag)s”", "tagged %(n)d accounts “%(tag)s”", number)
    else:
        words = ngettext("“%(tag)s” taken off %(n)d account", "“%(tag)s” taken off %(n)d accounts", number)
    return words % {"n": number, "tag": change.tag}
