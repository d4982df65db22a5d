"""Notes on an account, and the star that makes it a favourite."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.at_hand import notes_of
from accounts.handing_forms import NoteForm
from accounts.models import Note
from accounts.selectors import get_account
from accounts.services.marks import set_favourite
from accounts.services.notes import add_note, delete_note, edit_note, may_write
from kam.core import clock
from kam.core.errors import DomainError, NotVisible
from kam.core.htmx import hx_redirect
from kam.core.once import key_sent, new_key
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy

PER_PAGE = 30
ORDER = ("-pinned", "-created_at", "-id")


@policy(POST=Who.STAFF)
def account_favourite(request: HttpRequest, account_id: UUID) -> HttpResponse:
    account = get_account(request.principal, account_id)  # type: ignore[attr-defined]
    favourite = request.POST.get("favourite") == "1"
    set_favourite(by=request.principal, account=account, favourite=favourite)  # type: ignore[attr-defined]
    return hx_redirect(request, reverse("account_detail", args=[account.pk]))


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_notes(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """All notes, pinned ones first; the form adds one, once, however often it is sent."""
    principal, key = request.principal, key_sent(request)  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    form = NoteForm(request.POST or None, initial={"row": new_key(request)})
    draft = f"{request.user.pk}:{request.path}"
    if request.method == "POST" and form.is_valid():
        try:
            if not notes_of(principal, account).filter(pk=key).exists():
                add_note(by=principal, account=account, now=clock.now(), id=key, **form.values)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."), extra_tags=draft)
            return hx_redirect(request, request.path)
    page = keyset_page(
        notes_of(principal, account).order_by(), order=ORDER, limit=PER_PAGE, cursor=request.GET.get("cursor")
    )
    context = {"account": account, "form": form, "page": page, "draft": draft}
    return render(request, "accounts/notes.html", context, status=422 if form.errors else 200)


@policy(GET=Who.STAFF, POST=Who.STAFF)
def note_edit(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Change the words, pin or unpin."""
    principal = request.principal  # type: ignore[attr-defined]
    note = _note(request, note_id)
    initial = {"text": note.text, "pinned": note.pinned, "version": note.version}
    form = NoteForm(request.POST or None, initial=initial)
    draft = f"{request.user.pk}:{request.path}"
    if request.method == "POST" and form.is_valid():
        try:
            edit_note(by=principal, note=note, version=form.cleaned_data["version"], **form.values)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."), extra_tags=draft)
            return hx_redirect(request, reverse("account_notes", args=[note.account_id]))
    context = {"note": note, "form": form, "may_write": may_write(principal, note), "draft": draft}
    return render(request, "accounts/note_form.html", context, status=422 if form.errors else 200)


@policy(POST=Who.STAFF)
def note_delete(request: HttpRequest, note_id: UUID) -> HttpResponse:
    note = _note(request, note_id)
    delete_note(by=request.principal, note=note)  # type: ignore[attr-defined]
    messages.success(request, _("The note was deleted."))
    return hx_redirect(request, reverse("account_notes", args=[note.account_id]))


def _note(request: HttpRequest, note_id: UUID) -> Note:
    notes = Note.objects.visible_to(request.principal)  # type: ignore[attr-defined]
    note = notes.select_related("account").filter(pk=note_id).first()
    if note is None:
        raise NotVisible
    return note
