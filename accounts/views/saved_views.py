"""Keeping the list as a view, changing it, sharing it: a dialog over the list, or a page without scripts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.filters import AccountFilter
from accounts.forms_views import ChangeViewForm, SaveViewForm
from accounts.list_state import ListState, opened, state_asked
from accounts.models import Account, SavedView
from accounts.saved_views import get_view
from accounts.services.saved_views import change_view, delete_view, overwrite_view, save_view, set_start_view
from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect, is_htmx
from kam.core.once import key_sent, new_key
from kam.core.policy import Who, policy


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def view_new(request: HttpRequest) -> HttpResponse:
    """Save the current list as a view of one's own; sent twice it is saved once."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    state, key = state_asked(request.POST if request.method == "POST" else request.GET), key_sent(request)
    if made := SavedView.objects.filter(pk=key, owner_id=principal.user_id).first():
        return hx_redirect(request, _address(made, state))
    form = SaveViewForm(request.POST or None, principal=principal, initial={"row": new_key(request)})
    if form.is_valid():
        asked: dict[str, Any] = {"name": form.cleaned_data["name"], "audience": form.audience}
        try:
            view = save_view(by=principal, state=state, now=now, id=key, **asked)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
            return hx_redirect(request, _address(view, state))
    return _dialog(
        request, form, title=_("Save this view"), back=f"{reverse('account_list')}?{state.query()}", state=state
    )


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def view_edit(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Another name, place or audience."""
    principal = request.principal  # type: ignore[attr-defined]
    view = get_view(principal, view_id)
    form = ChangeViewForm(request.POST or None, principal=principal, view=view)
    if form.is_valid():
        data = form.cleaned_data
        asked: dict[str, Any] = {name: data[name] for name in ("name", "position", "version")}
        try:
            change_view(by=principal, view=view, audience=form.audience, now=clock.now(), **asked)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return hx_redirect(request, _address(view))
    return _dialog(request, form, title=_("Name, place and sharing"), back=_address(view), view=view)


@policy(GET=Who.SIGNED_IN)
def view_open(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """A short address to pass on: it leads to the list as the view shows it to whoever opens it."""
    principal = request.principal  # type: ignore[attr-defined]
    view = get_view(principal, view_id)
    filters = AccountFilter({}, Account.objects.visible_to(principal), principal=principal, now=clock.now())
    return redirect(f"{reverse('account_list')}?{opened(view, filters).query}")


@policy(POST=Who.STAFF)
def view_save(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """The view is what the list shows now."""
    view = get_view(request.principal, view_id)  # type: ignore[attr-defined]
    state = state_asked(request.POST)
    overwrite_view(by=request.principal, view=view, state=state, now=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("“%(name)s” saved.") % {"name": view.name})
    return hx_redirect(request, _address(view, state))


@policy(POST=Who.STAFF)
def view_delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = get_view(request.principal, view_id)  # type: ignore[attr-defined]
    delete_view(by=request.principal, view=view)  # type: ignore[attr-defined]
    messages.success(request, _("“%(name)s” is gone; the accounts are not.") % {"name": view.name})
    return hx_redirect(request, reverse("account_list"))


@policy(POST=Who.STAFF)
def view_start(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """One's list opens with it from now on, or (`start` 0) no longer."""
    view, starts = get_view(request.principal, view_id), request.POST.get("start") != "0"  # type: ignore[attr-defined]
    set_start_view(by=request.principal, view=view if starts else None)  # type: ignore[attr-defined]
    said = _("Your list opens with “%(name)s” now.") if starts else _("Your list opens with all accounts now.")
    messages.success(request, said % {"name": view.name})
    return hx_redirect(request, _address(view))


def _address(view: SavedView, state: ListState | None = None) -> str:
    """The list with this view; where the state is not at hand, by the address that looks it up."""
    if state is None:
        return reverse("view_open", args=[view.pk])
    return f"{reverse('account_list')}?{state.query(view=str(view.pk))}"


def _dialog(request: HttpRequest, form: Any, *, title: str, back: str, **context: Any) -> HttpResponse:
    in_dialog = is_htmx(request)
    template = "accounts/views/form.html" if in_dialog else "accounts/views/page.html"
    context |= {"form": form, "title": title, "back_url": back, "in_dialog": in_dialog}
    return render(request, template, context, status=422 if form.errors else 200)
