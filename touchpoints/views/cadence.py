"""Settings: who is to be touched how often; and the cadence of one account."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors import get_account
from kam.core import clock
from kam.core.errors import DomainError, NotVisible
from kam.core.htmx import hx_redirect, is_htmx
from kam.core.policy import Who, policy
from touchpoints.cadence_forms import FIELDS, IntervalForm
from touchpoints.enums import Purpose
from touchpoints.models import CadencePolicy
from touchpoints.policies import (
    Effect,
    Whose,
    applying,
    effect,
    fallback,
    matrix,
    own_cadence,
    policy_of,
    standing,
    whose,
)
from touchpoints.services.cadence_policies import (
    clear_own_cadence,
    create_policy,
    edit_policy,
    remove_policy,
    set_own_cadence,
)


@policy(GET=Who.ADMIN)
def cadence_list(request: HttpRequest) -> HttpResponse:
    """Everybody else, tiers and segments by purpose: what each has, and what it falls back to."""
    return render(request, "settings/cadence_list.html", {"purposes": Purpose, "rows": matrix()})


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def cadence_edit(request: HttpRequest, purpose: str, of: str) -> HttpResponse:
    """Set the cadence of a tier, a segment or everybody else; what it would do is shown before it is saved."""
    one, named = _whose(of), _purpose(purpose)
    principal, held, now = request.principal, policy_of(one, purpose), clock.now()  # type: ignore[attr-defined]
    known = held or fallback(one, purpose)
    form = IntervalForm(request.POST or None, initial=_initial(known) | {"version": _version(held)})

    def save() -> object:
        seen = form.cleaned_data["version"]
        if held is None:
            return create_policy(
                by=principal, purpose=purpose, tier=one.tier, segment=one.segment, interval=form.interval
            )
        return edit_policy(by=principal, policy=held, interval=form.interval, version=seen)

    context = {"purpose": named, "whose": one, "held": held, "fallback": None if held else known}
    return _form_page(
        request,
        form,
        save,
        back=reverse("cadence_list"),
        look=lambda change: _effect(change, one, purpose, now=now),
        template="settings/cadence_form.html",
        **context,
    )


@policy(POST=Who.ADMIN)
def cadence_remove(request: HttpRequest, purpose: str, of: str) -> HttpResponse:
    held = policy_of(_whose(of), _purpose(purpose))
    if held is None:
        raise NotVisible
    remove_policy(by=request.principal, policy=held)  # type: ignore[attr-defined]
    messages.success(request, _("Removed: these accounts fall back to the next cadence that fits."))
    return redirect("cadence_list")


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_cadence(request: HttpRequest, account_id: UUID, purpose: str) -> HttpResponse:
    """Set the account's own cadence of a purpose."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    account, named = get_account(principal, account_id), _purpose(purpose)
    own = own_cadence(principal, account, purpose)
    form = IntervalForm(request.POST or None, initial=_initial(own or applying(account, purpose)))

    def save() -> object:
        return set_own_cadence(by=principal, now=now, account=account, purpose=purpose, interval=form.interval)

    context = {"purpose": named, "purposes": Purpose, "account": account, "held": own}
    return _form_page(
        request,
        form,
        save,
        back=reverse("account_detail", args=[account.pk]),
        look=lambda change: _effect(change, Whose(), purpose, now=now, account=account.pk),
        template="touchpoints/account_cadence.html",
        **context,
    )


@policy(POST=Who.STAFF)
def account_cadence_clear(request: HttpRequest, account_id: UUID, purpose: str) -> HttpResponse:
    """The policies apply to it again."""
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    clear_own_cadence(by=principal, account=account, purpose=_purpose(purpose))
    messages.success(request, _("Its own cadence is gone; the policies apply."))
    return redirect("account_detail", account.pk)


def _form_page(
    request: HttpRequest,
    form: IntervalForm,
    save: Callable[[], object],
    *,
    back: str,
    look: Callable[[Callable[[], object] | None], Effect],
    template: str,
    **context: Any,
) -> HttpResponse:
    """Show the form with what it does now; say what it would do (`preview`); or save it and go back."""
    shown = None
    if request.method == "POST" and form.is_valid():
        try:
            if "preview" in request.POST:
                shown = look(save)
            else:
                save()
                messages.success(request, _("Saved: check-ins and staleness follow within a minute."))
                return hx_redirect(request, back)
        except DomainError as error:
            form.refuse(error)
    if request.method == "POST" and is_htmx(request) and "preview" in request.POST:
        return render(request, "settings/cadence_effect.html", {"form": form, "effect": shown, **context})
    context |= {"form": form, "effect": None if form.errors else shown or look(None), "back": back}
    return render(request, template, context, status=422 if form.errors else 200)


def _effect(change: Callable[[], object] | None, one: Whose, purpose: str, **more: Any) -> Effect:
    """What the change would do; without one, how things stand."""
    if change is not None:
        return effect(change, one, purpose, **more)
    accounts, stale = standing(one, purpose, **more)
    return Effect(accounts, stale, None)


def _initial(known: Any) -> dict[str, Any]:
    return {name: getattr(known, name) for name in FIELDS} if known else {}


def _version(held: CadencePolicy | None) -> int:
    return held.version if held else 0  # type: ignore[attr-defined]


def _whose(key: str) -> Whose:
    one = whose(key)
    if one is None:
        raise NotVisible
    return one


def _purpose(name: str) -> Purpose:
    if name not in Purpose.values:
        raise NotVisible
    return Purpose(name)
