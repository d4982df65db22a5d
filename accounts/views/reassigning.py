"""Handing accounts over: those that were ticked in the list, or all that its filter finds."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.filters import AccountFilter
from accounts.handing_forms import ReassignForm
from accounts.models import Account
from accounts.selectors import steered, visible_among
from accounts.services.reassigning import reassign_accounts
from kam.core import clock
from kam.core.errors import BadInput, DomainError, NotVisible
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.models import User
from kam.people.principal import Principal

MOST = 2_000
NAMED = 20


@dataclass(frozen=True)
class Selection:
    """The accounts to hand over (`mine`); `others` are visible, but somebody else decides about them.

    `parameters` name the same selection again; `named` are the first of the accounts in order of name.
    """

    mine: Sequence[UUID]
    others: int
    parameters: Sequence[tuple[str, str]]
    named: Sequence[Account]

    @property
    def unnamed(self) -> int:
        return len(self.mine) - len(self.named)

    @property
    def present(self) -> User | None:
        """Whose a single account is."""
        return self.named[0].owner if len(self.mine) == 1 else None

    @property
    def seal(self) -> str:
        """Another one for any other set of accounts: the form brings back which it was that somebody looked at."""
        return hashlib.sha256(b"".join(sorted(account_id.bytes for account_id in self.mine))).hexdigest()[:32]


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_reassign(request: HttpRequest) -> HttpResponse:
    """Say which accounts change hands and ask to whom; every account of the answer changes, or none."""
    principal = request.principal  # type: ignore[attr-defined]
    selection = _selection(principal, request.POST if request.method == "POST" else request.GET)
    form = ReassignForm(request.POST or None, principal=principal, present=selection.present)
    if request.method == "POST" and form.is_valid():
        try:
            changed = _reassign(request, principal, selection, form)
        except DomainError as error:
            form.refuse(error)
        else:
            to = form.owner or _("nobody")
            said = ngettext("%(n)d account now belongs to %(to)s.", "%(n)d accounts now belong to %(to)s.", changed)
            messages.success(request, said % {"n": changed, "to": to})
            return hx_redirect(request, _way_back(principal, selection))
    context = {"form": form, "selection": selection, "back": _way_back(principal, selection)}
    return render(request, "accounts/reassign.html", context, status=422 if form.errors else 200)


def _reassign(request: HttpRequest, principal: Principal, selection: Selection, form: ReassignForm) -> int:
    if not selection.mine:
        raise DomainError("nothing_chosen", _("None of these accounts is yours to hand over."))
    if request.POST.get("seen", "") not in ("", selection.seal):
        raise DomainError("list_changed", _("The list has changed meanwhile: look again at what changes hands."))
    return reassign_accounts(by=principal, account_ids=selection.mine, owner=form.owner, now=clock.now())


def _selection(principal: Principal, asked: QueryDict) -> Selection:
    """Raises: NotVisible for an account that is not there, BadInput for what is no id, or for too many."""
    if asked.get("all"):
        parameters = [
            ("all", "1"),
            *((name, str(value)) for name, value in asked.items() if name in AccountFilter.base_filters),
        ]
        found = _filtered(principal, asked)
    else:
        texts = [str(text) for text in asked.getlist("account")]
        parameters = [("account", text) for text in texts]
        ids = [_id(text) for text in texts[: MOST + 1]]
        if visible_among(principal, ids) != set(ids):
            raise NotVisible
        found = Account.objects.visible_to(principal).filter(pk__in=ids)
    chosen = list(found.order_by("id").values_list("pk", flat=True)[: MOST + 1])
    if len(chosen) > MOST or len(parameters) > MOST:
        words = _("At most %(n)d accounts at once: narrow the list first.") % {"n": MOST}
        raise BadInput("too_many", words, field="account")
    mine = steered(principal).filter(pk__in=chosen).order_by("name_sort", "id")
    ids = list(mine.values_list("pk", flat=True))
    return Selection(ids, len(chosen) - len(ids), parameters, list(mine.select_related("owner")[:NAMED]))


def _filtered(principal: Principal, asked: QueryDict) -> QuerySet[Account]:
    seen = Account.objects.visible_to(principal)
    return AccountFilter(asked, seen, principal=principal, now=clock.now()).chosen()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput("not_an_id", _("This is not the id of an account."), field="account") from error


def _way_back(principal: Principal, selection: Selection) -> str:
    """The account itself where it was one and is still in sight, else the list."""
    is_one = len(selection.mine) == 1 and [name for name, _value in selection.parameters] == ["account"]
    if is_one and visible_among(principal, selection.mine):
        return reverse("account_detail", args=[selection.mine[0]])
    return reverse("account_list")
