"""Handing accounts over: those that were ticked in the list, or all that its filter finds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.bulk.changes import Deed, begin_bulk
from accounts.enums import BulkKind
from accounts.handing_forms import ReassignForm
from accounts.models import BulkChange
from accounts.selectors import steered, visible_among
from accounts.views.selecting import Selection, asked_of, check_seal, say_done, selection_of
from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.principal import Principal


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_reassign(request: HttpRequest) -> HttpResponse:
    """Say which accounts change hands and ask to whom; every account of the answer changes, or none."""
    principal = request.principal  # type: ignore[attr-defined]
    selection = selection_of(principal, asked_of(request), among=steered(principal))
    form = ReassignForm(request.POST or None, principal=principal, present=selection.present)
    if request.method == "POST" and form.is_valid():
        try:
            change = _reassign(request, principal, selection, form)
        except DomainError as error:
            form.refuse(error)
        else:
            say_done(request, change, selection)
            return hx_redirect(request, _way_back(principal, selection))
    context = {"form": form, "selection": selection, "back": _way_back(principal, selection)}
    return render(request, "accounts/reassign.html", context, status=422 if form.errors else 200)


def _reassign(request: HttpRequest, principal: Principal, selection: Selection, form: ReassignForm) -> BulkChange:
    if not selection.mine:
        raise DomainError("nothing_chosen", _("None of these accounts is yours to hand over."))
    check_seal(request, selection)
    deed = Deed(BulkKind.REASSIGN, owner=form.owner)
    return begin_bulk(by=principal, deed=deed, account_ids=selection.mine, now=clock.now())


def _way_back(principal: Principal, selection: Selection) -> str:
    """The account itself where it was chosen there and is still in sight, else the list."""
    is_one = len(selection.mine) == 1 and [name for name, _value in selection.parameters] == ["account"]
    if is_one and not selection.list_query and visible_among(principal, selection.mine):
        return reverse("account_detail", args=[selection.mine[0]])
    return selection.list_address
