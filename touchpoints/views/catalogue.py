"""Settings: touchpoint types and channels."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.conflicts import overtaken, to_save
from accounts.forms import DomainForm
from kam.core import clock
from kam.core.errors import BadInput, DomainError
from kam.core.htmx import hx_redirect
from kam.core.once import key_sent, new_key
from kam.core.policy import Who, policy
from touchpoints.catalogue_forms import ChannelForm, TypeForm
from touchpoints.models import Channel, TouchpointType
from touchpoints.services.catalogue import (
    CHANNEL_FIELDS,
    TYPE_FIELDS,
    create_channel,
    create_type,
    edit_channel,
    edit_type,
    move_entry,
    remove_entry,
)
from touchpoints.usage import channels_in_use, get_channel, get_type, groups, is_used, types_by_phase

STALE = "stale_version"


@policy(GET=Who.ADMIN)
def type_list(request: HttpRequest) -> HttpResponse:
    """Every kind of interaction by phase, with how often it was used; `?group=` shows one grouping."""
    every, asked = list(groups()), request.GET.get("group", "")
    chosen = next((group for group in every if str(group.pk) == asked), None)
    context = {
        "phases": types_by_phase(request.principal, group=chosen),  # type: ignore[attr-defined]
        "type_groups": every,
        "chosen": chosen,
    }
    return render(request, "settings/type_list.html", context)


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def type_new(request: HttpRequest) -> HttpResponse:
    key = key_sent(request)
    if TouchpointType.objects.filter(pk=key).exists():
        return _made_already(request, "type_list")
    form = TypeForm(request.POST or None, initial={"row": new_key(request)})

    def save() -> None:
        by, fields = request.principal, form.values(TYPE_FIELDS)  # type: ignore[attr-defined]
        create_type(by=by, groups=form.group_names, skills=form.cleaned_data["required_skills"], id=key, **fields)

    return _form_page(request, form, save, back="type_list", title=_("New touchpoint type"))


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def type_edit(request: HttpRequest, type_id: UUID) -> HttpResponse:
    principal, entry = request.principal, get_type(type_id)  # type: ignore[attr-defined]
    form = TypeForm(request.POST or None, instance=entry)

    def save() -> None:
        edit_type(
            by=principal,
            type=entry,
            changes=to_save(principal, form, TYPE_FIELDS),
            groups=form.group_names,
            skills=form.cleaned_data["required_skills"],
            version=form.seen,
        )

    return _form_page(
        request, form, save, back="type_list", title=entry.name, entry=entry, may_remove=not is_used(principal, entry)
    )


@policy(POST=Who.ADMIN)
def type_remove(request: HttpRequest, type_id: UUID) -> HttpResponse:
    return _remove(request, get_type(type_id), "type")


@policy(POST=Who.ADMIN)
def type_move(request: HttpRequest, type_id: UUID) -> HttpResponse:
    return _move(request, get_type(type_id), "type_list")


@policy(GET=Who.ADMIN)
def channel_list(request: HttpRequest) -> HttpResponse:
    """The media in the order in which they are offered, with how often each was used."""
    context = {"channels": channels_in_use(request.principal)}  # type: ignore[attr-defined]
    return render(request, "settings/channel_list.html", context)


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def channel_new(request: HttpRequest) -> HttpResponse:
    key = key_sent(request)
    if Channel.objects.filter(pk=key).exists():
        return _made_already(request, "channel_list")
    form = ChannelForm(request.POST or None, initial={"row": new_key(request)})

    def save() -> None:
        create_channel(by=request.principal, id=key, **form.values(CHANNEL_FIELDS))  # type: ignore[attr-defined]

    return _form_page(request, form, save, back="channel_list", title=_("New channel"))


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def channel_edit(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    principal, entry = request.principal, get_channel(channel_id)  # type: ignore[attr-defined]
    form = ChannelForm(request.POST or None, instance=entry)

    def save() -> None:
        edit_channel(by=principal, channel=entry, changes=to_save(principal, form, CHANNEL_FIELDS), version=form.seen)

    may_remove = not is_used(principal, entry)
    return _form_page(request, form, save, back="channel_list", title=entry.name, entry=entry, may_remove=may_remove)


@policy(POST=Who.ADMIN)
def channel_remove(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    return _remove(request, get_channel(channel_id), "channel")


@policy(POST=Who.ADMIN)
def channel_move(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    return _move(request, get_channel(channel_id), "channel_list")


def _form_page(
    request: HttpRequest, form: DomainForm, save: Callable[[], None], *, back: str, **context: Any
) -> HttpResponse:
    """Show the form, or save it and go back to the list; a refusal keeps what was typed (422)."""
    template = "settings/type_form.html" if isinstance(form, TypeForm) else "settings/channel_form.html"
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except DomainError as error:
            if error.code == STALE:
                context["overtaken"] = _overtaken(request, form)
                error = DomainError(STALE, context["overtaken"].said)
            form.refuse(error)
        else:
            messages.success(request, _("Saved."), extra_tags=_draft(request))
            return hx_redirect(request, reverse(back))
    context |= {"form": form, "back": reverse(back), "draft": _draft(request)}
    return render(request, template, context, status=422 if form.errors else 200)


def _overtaken(request: HttpRequest, form: DomainForm) -> Any:
    typed = form.values(TYPE_FIELDS if isinstance(form, TypeForm) else CHANNEL_FIELDS)
    principal = request.principal  # type: ignore[attr-defined]
    return overtaken(principal, form.instance, typed=typed, seen=form.opened, now=clock.now())


def _draft(request: HttpRequest) -> str:
    """The browser keeps what is typed under this until it reads it in the notice that it is saved."""
    return f"{request.user.pk}:{request.path}"


def _made_already(request: HttpRequest, back: str) -> HttpResponse:
    messages.info(request, _("This form was saved already; here is what it made."), extra_tags=_draft(request))
    return hx_redirect(request, reverse(back))


def _remove(request: HttpRequest, entry: Channel | TouchpointType, kind: str) -> HttpResponse:
    """A refusal is said on the entry's own page, where it can be retired instead."""
    try:
        remove_entry(by=request.principal, entry=entry)  # type: ignore[attr-defined]
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect(f"{kind}_edit", entry.pk)
    messages.success(request, _("%(name)s is deleted.") % {"name": entry.name})
    return redirect(f"{kind}_list")


def _move(request: HttpRequest, entry: Channel | TouchpointType, back: str) -> HttpResponse:
    to = request.POST.get("to", "")
    if to not in ("up", "down"):
        raise BadInput("unknown_direction", _("It can be moved up or down."), field="to")
    move_entry(by=request.principal, entry=entry, up=to == "up")  # type: ignore[attr-defined]
    return redirect(f"{reverse(back)}#entry-{entry.pk}")
