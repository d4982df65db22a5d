"""Creating and editing accounts and contacts: one form page for all four."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.forms import AccountForm, ContactForm, DomainForm
from accounts.models import Account
from accounts.selectors import get_account, get_contact
from accounts.services.accounts import EDITABLE as ACCOUNT_FIELDS
from accounts.services.accounts import create_account, edit_account
from accounts.services.contacts import EDITABLE as CONTACT_FIELDS
from accounts.services.contacts import create_contact, edit_contact
from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_new(request: HttpRequest) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    form = AccountForm(request.POST or None, principal=principal, instance=Account(owner=None))

    def save() -> Account:
        return create_account(by=principal, now=clock.now(), **form.values(ACCOUNT_FIELDS))

    return _form_page(
        request, form, save, template="accounts/account_form.html", title=_("New account"), back=reverse("account_list")
    )


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_edit(request: HttpRequest, account_id: UUID) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    form = AccountForm(request.POST or None, principal=principal, instance=account)

    def save() -> Account:
        changes, seen = form.values(ACCOUNT_FIELDS), form.cleaned_data["version"]
        return edit_account(by=principal, now=clock.now(), account=account, changes=changes, version=seen)

    title = _("Edit %(name)s") % {"name": account.name}
    back = reverse("account_detail", args=[account.pk])
    return _form_page(
        request, form, save, template="accounts/account_form.html", title=title, back=back, account=account
    )


@policy(GET=Who.STAFF, POST=Who.STAFF)
def contact_new(request: HttpRequest, account_id: UUID) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    form = ContactForm(request.POST or None)

    def save() -> Account:
        return create_contact(by=principal, account=account, **form.values(CONTACT_FIELDS)).account

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
        changes, seen = form.values(CONTACT_FIELDS), form.cleaned_data["version"]
        edit_contact(by=principal, contact=contact, changes=changes, version=seen)
        return contact.account

    title = _("Edit %(name)s") % {"name": contact}
    back = reverse("account_detail", args=[contact.account_id])
    return _form_page(
        request, form, save, template="accounts/contact_form.html", title=title, back=back, account=contact.account
    )


def _form_page(
    request: HttpRequest, form: DomainForm, save: Callable[[], Account], *, template: str, **context: Any
) -> HttpResponse:
    """Show the form, or save it and go to the account; a refusal keeps what was typed (422).

    The browser keeps what is typed under the form's draft key until it reads there that it is saved.
    """
    draft = f"{request.user.pk}:{request.path}"
    if request.method == "POST" and form.is_valid():
        try:
            account = save()
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."), extra_tags=draft)
            return hx_redirect(request, reverse("account_detail", args=[account.pk]))
    return render(request, template, {"form": form, "draft": draft, **context}, status=422 if form.errors else 200)
