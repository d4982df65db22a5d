"""Settings › First steps."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.first_steps import dismiss_first_steps, steps_seen


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def first_run(request: HttpRequest) -> HttpResponse:
    """What an empty company needs, in order, each with its reason; sent, home leads here no more."""
    by = request.principal  # type: ignore[attr-defined]
    if request.method == "POST":
        dismiss_first_steps(by=by)
        return hx_redirect(request, reverse("home"))
    steps = steps_seen(by)
    context = {"steps": steps, "all_done": all(seen.is_done for seen in steps)}
    return render(request, "people/first_steps.html", context)
