"""Settings › Health weights: what counts how much, and who would change band, before it is saved."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.forms_health import WeightsForm
from accounts.health.weights import Preview, current_weighing, preview_weighing, save_weighing
from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def health_weights(request: HttpRequest) -> HttpResponse:
    """The weights per tier. A submission previews what would change; with `save` it is stored."""
    if request.method != "POST":
        return _page(request, WeightsForm.of(current_weighing()))
    form, preview = WeightsForm(request.POST), None
    principal = request.principal  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            if "save" in request.POST:
                return _saved(request, save_weighing(by=principal, weighing=form.weighing()))
            preview = preview_weighing(principal, form.weighing(), now=clock.now())
        except DomainError as error:
            form.add_error(None, error.detail)
    return _page(request, form, preview, status=422 if form.errors else 200)


def _saved(request: HttpRequest, concerned: int) -> HttpResponse:
    words = ngettext(
        "Saved. %(n)d account is computed again in the background.",
        "Saved. %(n)d accounts are computed again in the background.",
        concerned,
    )
    messages.success(request, words % {"n": concerned} if concerned else _("Saved."))
    return hx_redirect(request, reverse("health_weights"))


def _page(
    request: HttpRequest, form: WeightsForm, preview: Preview | None = None, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "preview": preview, "now": clock.now()}
    return render(request, "settings/health_weights.html", context, status=status)
