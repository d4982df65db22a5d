"""The account team: its page, adding to it and taking off it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import MemberRole
from accounts.handing_forms import MemberForm
from accounts.selectors import accounts, get_account, members_of, steered
from accounts.services.members import remove_member, set_member
from kam.core import clock
from kam.core.errors import DomainError, NotVisible
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_team(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Who is on the account team; the form adds a colleague, or changes the role of one who is on it."""
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    form = MemberForm(request.POST or None, principal=principal)
    if request.method == "POST" and form.is_valid():
        user, role = form.cleaned_data["user"], MemberRole(form.cleaned_data["role"])
        try:
            set_member(by=principal, account=account, user=user, role=role, now=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            said = _("%(name)s is on the account team: %(role)s.") % {"name": user, "role": role.label}
            messages.success(request, said)
            return hx_redirect(request, request.path)
    context = {
        "account": account,
        "form": form,
        "members": members_of(principal, account),
        "may_staff": steered(principal).filter(pk=account.pk).exists(),
    }
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


@policy(POST=Who.STAFF)
def member_remove(request: HttpRequest, account_id: UUID, user_id: UUID) -> HttpResponse:
    """Off the account team; whoever thereby loses sight of the account goes to the list."""
    principal = request.principal  # type: ignore[attr-defined]
    account = get_account(principal, account_id)
    member = members_of(principal, account).filter(user_id=user_id).first()
    if member is None:
        raise NotVisible
    remove_member(by=principal, account=account, user=member.user)
    messages.success(request, _("%(name)s is off the account team.") % {"name": member.user})
    if not accounts(principal).filter(pk=account.pk).exists():
        return hx_redirect(request, reverse("account_list"))
    return hx_redirect(request, reverse("account_team", args=[account.pk]))
