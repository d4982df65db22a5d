"""The stale list: who was silent for too long, now or on any past date."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.views.addresses import address_of
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.policy import Who, policy
from touchpoints.enums import Purpose
from touchpoints.stale import parse_as_of, stale_report

PAGE = 50


@policy(GET=Who.SIGNED_IN)
@vary_on_headers("HX-Request")
def stale_list(request: HttpRequest) -> HttpResponse:
    """Accounts stale at `as_of`; the piece below the filters alone for htmx."""
    now, asked = clock.now(), request.GET
    report = stale_report(
        request.principal,  # type: ignore[attr-defined]
        as_of=parse_as_of(asked.get("as_of", ""), now=now),
        now=now,
        max_days=_days(asked.get("max_days", "")),
        include_never=asked.get("include_never", "") in ("on", "true", "1"),
        purpose=asked.get("purpose") or Purpose.OPERATIONAL,
        limit=PAGE,
        cursor=asked.get("cursor") or None,
    )
    piece = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "touchpoints/stale_results.html" if piece else "touchpoints/stale.html"
    address = address_of(request)
    context = {"report": report, "page": report, "now": now, "asked": asked, "address": address, "purposes": Purpose}
    answer = render(request, template, context)
    # The list also asks for itself again after a touchpoint was logged: that is no step in the history.
    is_step = piece and request.htmx.current_url_abs_path != address  # type: ignore[attr-defined]
    return push_url(answer, address) if is_step else answer


def _days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise BadInput("bad_max_days", _("Days are a whole number."), field="max_days")
    return int(text)
