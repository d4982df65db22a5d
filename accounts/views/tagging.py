"""Putting a tag on many accounts, or taking it off; and taking back what was done to many."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.bulk.changes import Deed, begin_bulk, undo_bulk
from accounts.enums import BulkKind
from accounts.forms_tags import TagForm
from accounts.models import Account, BulkChange
from accounts.services.tags import ensure_tags, key_of
from accounts.tags import tag_borne
from accounts.views.selecting import Selection, asked_of, check_seal, list_address, say_done, selection_of
from accounts.views.taking_back import forget
from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.principal import Principal


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_tag(request: HttpRequest) -> HttpResponse:
    """Say which accounts it is about and ask which tag goes on or off; every account of the answer, or none."""
    principal = request.principal  # type: ignore[attr-defined]
    selection = selection_of(principal, asked_of(request), among=Account.objects.visible_to(principal))
    form = TagForm(request.POST or None, principal=principal)
    if form.is_valid():
        try:
            change = _tag(request, principal, selection, form)
        except DomainError as error:
            form.refuse(error)
        else:
            say_done(request, change, selection)
            return hx_redirect(request, selection.list_address)
    context = {"form": form, "selection": selection}
    return render(request, "accounts/tag.html", context, status=422 if form.errors else 200)


def _tag(request: HttpRequest, principal: Principal, selection: Selection, form: TagForm) -> BulkChange:
    if not selection.mine:
        raise DomainError("nothing_chosen", _("Tick accounts in the list first."))
    check_seal(request, selection)
    now = clock.now()
    kind, name = BulkKind(form.cleaned_data["deed"]), form.cleaned_data["tag_name"]
    if kind == BulkKind.TAG:
        [tag] = ensure_tags(by=principal, names=[name], now=now)
    elif (found := tag_borne(principal, selection.mine, key=key_of(name))) is not None:
        tag = found
    else:
        raise DomainError("tag_not_borne", _("None of these accounts bears this tag."), field="tags")
    return begin_bulk(by=principal, deed=Deed(kind, tag=tag), account_ids=selection.mine, now=now)


@policy(POST=Who.STAFF)
def bulk_undo(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """What is still as it was changed is as it was before."""
    principal = request.principal  # type: ignore[attr-defined]
    undo_bulk(by=principal, change_id=change_id, now=clock.now())
    forget(request, change_id)
    messages.info(request, _("Undone: the accounts are as they were before."))
    return hx_redirect(request, list_address(request.GET.get("list", "")))
