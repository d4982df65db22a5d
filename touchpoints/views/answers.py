"""What the pages of touchpoints answer to a write: a toast over the page for htmx, else the account's page."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kam.core.htmx import is_htmx, keep_page, trigger


def saved(
    request: HttpRequest,
    said: str,
    *,
    account_id: UUID,
    undo: str = "",
    event: str = "kam:saved",
    drafts: Iterable[str] = (),
    state: str = "good",
) -> HttpResponse:
    """Say what was done, offer to take it back at `undo`, and forget what the browser kept under `drafts`."""
    if is_htmx(request):
        answer = render(request, "touchpoints/saved.html", {"text": said, "undo_url": undo, "state": state})
        return trigger(keep_page(answer), event, {"account": str(account_id)})
    tags = [*drafts, f"undo:{undo}"] if undo else [*drafts]
    messages.success(request, said, extra_tags=" ".join(tags))
    return redirect("account_detail", account_id)
