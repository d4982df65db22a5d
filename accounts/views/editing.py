"""Creating and editing accounts and contacts: one form page for all four."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.conflicts import Overtaken, overtaken, to_save
from accounts.days import reporting_day
from accounts.forms import AccountForm, ContactForm, DomainForm
from accounts.models import Account
from accounts.selectors import accounts, contacts, get_account, get_contact
from accounts.services.accounts import EDITABLE as ACCOUNT_FIELDS
from accounts.services.accounts import create_account, edit_account, with_defaults
from accounts.services.contacts import EDITABLE as CONTACT_FIELDS
from accounts.services.contacts import create_contact, edit_contact
from accounts.services.tags import change_tags
from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.once import key_sent, new_key
from kam.core.policy import Who, policy

STALE = "stale_version"


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_new(request: HttpRequest) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    key, now = key_sent(request), clock.now()
    if made := accounts(principal).filter(pk=key).first():
        return _made_already(request, made)
    mine = with_defaults(principal, {})
    initial = {**mine, "customer_since": reporting_day(now), "row": new_key(request)}
    form = AccountForm(request.POST or None, principal=principal, instance=Account(owner=None), initial=initial)

    def save() -> Account:
        with transaction.atomic():
            account = create_account(by=principal, now=now, **form.values(ACCOUNT_FIELDS), id=key)
            change_tags(by=principal, account=account, now=now, **form.tag_changes)
        return account

    return _form_page(
        request, form, save, template="accounts/account_form.html", title=_("New account"), back=reverse("account_list")
    )


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_edit(request: HttpRequest, account_id: UUID) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    form = AccountForm(request.POST or None, principal=principal, instance=account)

    def save() -> Account:
        changes = to_save(principal, form, ACCOUNT_FIELDS)
        now = clock.now()
        with transaction.atomic():
            # First: an edit may end sight of the account.
            change_tags(by=principal, account=account, now=now, **form.tag_changes)
            return edit_account(by=principal, now=now, account=account, changes=changes, version=form.seen)

    title = _("Edit %(name)s") % {"name": account.name}
    back = reverse("account_detail", args=[account.pk])
    return _form_page(
        request, form, save, template="accounts/account_form.html", title=title, back=back, account=account
    )


@policy(GET=Who.STAFF, POST=Who.STAFF)
def contact_new(request: HttpRequest, account_id: UUID) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    key = key_sent(request)
    if made := contacts(principal).filter(pk=key).select_related("account").first():
        return _made_already(request, made.account)
    form = ContactForm(request.POST or None, initial={"row": new_key(request)})

    def save() -> Account:
        return create_contact(by=principal, account=account, **form.values(CONTACT_FIELDS), id=key).account

    back = reverse("account_detail", args=[account.pk])
    return _form_page(
        request, form, save, template="accounts/contact_form.html", title=_("New person"), back=back, account=account
    )


@policy(GET=Who.STAFF, POST=Who.STAFF)
def contact_edit(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    contact = get_contact(principal, contact_id)
    form = ContactForm(request.POST or None, instance=contact)

    def save() -> Account:
        changes = to_save(principal, form, CONTACT_FIELDS)
        edit_contact(by=principal, contact=contact, changes=changes, version=form.seen)
        return contact.account

    title = _("Edit %(name)s") % {"name": contact}
    context = {"back": reverse("account_detail", args=[contact.account_id]), "account": contact.account}
    context |= {"merge": reverse("contact_merge", args=[contact.pk])}
    return _form_page(request, form, save, template="accounts/contact_form.html", title=title, **context)


def _draft(request: HttpRequest) -> str:
    """The browser keeps what is typed under this until it reads it in the notice that it is saved."""
    return f"{request.user.pk}:{request.path}"


def _made_already(request: HttpRequest, account: Account) -> HttpResponse:
    """A form that is sent again, after Back for instance, shows what it made the first time."""
    messages.info(request, _("This form was saved already; here is what it made."), extra_tags=_draft(request))
    return hx_redirect(request, reverse("account_detail", args=[account.pk]))


def _form_page(
    request: HttpRequest, form: DomainForm, save: Callable[[], Account], *, template: str, **context: Any
) -> HttpResponse:
    """Show the form, or save it and go to the account; a refusal keeps what was typed (422)."""
    if request.method == "POST" and form.is_valid():
        try:
            account = save()
        except DomainError as error:
            if error.code == STALE:
                context["overtaken"] = _overtaken(request, form)
                error = DomainError(STALE, context["overtaken"].said)
            form.refuse(error)
        else:
            messages.success(request, _("Saved."), extra_tags=_draft(request))
            return hx_redirect(request, reverse("account_detail", args=[account.pk]))
    context |= {"form": form, "draft": _draft(request)}
    return render(request, template, context, status=422 if form.errors else 200)


def _overtaken(request: HttpRequest, form: DomainForm) -> Overtaken:
    typed = form.values(ACCOUNT_FIELDS if isinstance(form, AccountForm) else CONTACT_FIELDS)
    principal = request.principal  # type: ignore[attr-defined]
    return overtaken(principal, form.instance, typed=typed, seen=form.opened, now=clock.now())
