"""Pages that belong to no app: the front door, the liveness answer and the error pages."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from kam.core import nav
from kam.core.htmx import is_htmx, keep_page, trigger
from kam.core.outage import RETRY_AFTER_S, is_outage, sentence
from kam.core.policy import Who, policy
from kam.core.problem import is_api, problem_response

# Floors above register callables here; each names a page where work begins before all else, or None.
landings: list[Callable[[HttpRequest], str | None]] = []


@policy(GET=Who.ANYONE)
def home(request: HttpRequest) -> HttpResponse:
    """To where one's work begins: leaders to the portfolio, others to their day; strangers to the sign-in page."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    for landing in landings:
        if elsewhere := landing(request):
            return redirect(elsewhere)
    return redirect("portfolio" if Who.LEADER.admits(request.principal) else "my_day")  # type: ignore[attr-defined]


@policy(GET=Who.SIGNED_IN)
def settings_home(request: HttpRequest) -> HttpResponse:
    """What can be set, and by whom: each page with the sentence that says what it is for."""
    return render(request, "settings/home.html", {"groups": nav.settings_links(nav.role_of(request), request.path)})


@policy(GET=Who.ANYONE)
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. It checks nothing: a restart would cure no database."""
    return HttpResponse("ok", content_type="text/plain")


def error_answer(
    request: HttpRequest, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None
) -> HttpResponse:
    """A refusal in the caller's language: problem+json for the API, a page for people.

    For htmx the page stays as it is, form and all, and the event `kam:refused` carries the sentence.
    Rendered without context processors: it must work with no session, user or database.
    """
    if is_api(request):
        return problem_response(status, code, detail, request=request, headers=headers)
    page = render_to_string([f"{status}.html", "error.html"], {"status": status, "detail": detail})
    response = HttpResponse(page, status=status, headers=headers)
    if is_htmx(request):
        return trigger(keep_page(response), "kam:refused", {"status": status, "code": code, "detail": detail})
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_answer(request, 400, "bad_request", _("The request could not be read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_answer(request, 403, "forbidden", _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_answer(request, 404, "not_found", _("There is nothing at this address, or you may not see it."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error is being handled: an outage of the database is 503, all else 500."""
    if is_outage(sys.exc_info()[1]):
        retry = {"Retry-After": str(RETRY_AFTER_S)}
        return error_answer(request, 503, "unavailable", sentence(), headers=retry)
    return error_answer(request, 500, "server_error", _("Something went wrong on our side. It has been logged."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_answer(request, 403, "csrf_failed", _("This form is too old. Reload the page and try again."))
