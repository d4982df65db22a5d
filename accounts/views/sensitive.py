"""What only few read of a person: asked for with a reason, shown once, and who did so."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.forms import ReasonForm, SensitiveForm
from accounts.selectors import get_account, get_contact, sensitive_reads
from accounts.services.sensitive import edit_sensitive, reveal
from kam.core import clock
from kam.core.errors import BadInput, Conflict
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy

READS = 50


@policy(GET=Who.STAFF, POST=Who.STAFF)
@never_cache
def contact_private(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Ask for the reason; with it, show and record. Showing is a POST: a link that is followed reads nothing."""
    principal = request.principal  # type: ignore[attr-defined]
    contact = get_contact(principal, contact_id)
    form = ReasonForm(request.POST or None)
    context = {"contact": contact, "account": contact.account, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            shown = reveal(by=principal, contact=contact, reason=form.cleaned_data["reason"], now=clock.now())
        except BadInput as error:
            form.add_error(error.field, error.detail)
        else:
            return render(request, "accounts/contact_private.html", context | {"shown": SensitiveForm(initial=shown)})
    return render(request, "accounts/contact_private.html", context, status=422 if form.errors else 200)


@policy(POST=Who.STAFF)
@never_cache
def contact_private_edit(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Save what was shown and corrected."""
    principal = request.principal  # type: ignore[attr-defined]
    contact = get_contact(principal, contact_id)
    form = SensitiveForm(request.POST)
    if form.is_valid():
        changes, version = form.cleaned_data, form.cleaned_data["version"]
        try:
            edit_sensitive(by=principal, contact=contact, changes=changes, version=version)
        except Conflict as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Saved."))
            return hx_redirect(request, reverse("account_detail", args=[contact.account_id]))
    context = {"contact": contact, "account": contact.account, "shown": form}
    return render(request, "accounts/contact_private.html", context, status=422)


@policy(GET=Who.STAFF)
def account_reads(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Who read what is sensitive at this account, the newest first; for everybody who sees it."""
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    reads = sensitive_reads(principal).filter(account=account)
    page = keyset_page(reads, order=("-read_at", "-id"), limit=READS, cursor=request.GET.get("cursor"))
    return render(request, "accounts/reads.html", {"account": account, "page": page})
