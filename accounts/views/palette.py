"""Search everywhere: a palette over any page, a page of its own without scripts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from accounts.search.find import groups
from kam.core import clock
from kam.core.htmx import is_htmx
from kam.core.matching import Sought
from kam.core.policy import Who, policy


@policy(GET=Who.SIGNED_IN)
@vary_on_headers("HX-Request")
def search(request: HttpRequest) -> HttpResponse:
    """What answers `?q=`, by kind, or of one `kind` alone; before anything is asked, what one has at hand."""
    wanted, kind = Sought(request.GET.get("q", "")), request.GET.get("kind", "")
    found = groups(request.principal, wanted, kind=kind)  # type: ignore[attr-defined]
    count = sum(len(group.hits) for group in found)
    context = {"groups": found, "count": count, "sought": wanted, "now": clock.now()}
    return render(request, "search/results.html" if is_htmx(request) else "search/page.html", context)
