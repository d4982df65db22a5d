"""Which accounts something is done to: those that were ticked in the list, or all that its filter finds."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.bulk.changes import MOST
from accounts.bulk.doing import without_room
from accounts.enums import BulkKind, BulkStatus
from accounts.filters import AccountFilter
from accounts.list_state import state_asked
from accounts.models import Account, BulkChange
from accounts.selectors import visible_among
from accounts.services.tags import MOST_TAGS
from accounts.views.taking_back import remember, undo_address
from kam.core import clock
from kam.core.errors import BadInput, DomainError, NotVisible
from kam.people.models import User
from kam.people.principal import Principal

MOST_TICKED = 2_000
NAMED = 20


@dataclass(frozen=True)
class Selection:
    """The accounts to hand over (`mine`); `others` are visible, but somebody else decides about them.

    `parameters` name the same selection again; `named` are the first of the accounts in order of name; `list_query`
    is what the list was asked for that they were chosen in.
    """

    mine: Sequence[UUID]
    others: int
    parameters: Sequence[tuple[str, str]]
    named: Sequence[Account]
    list_query: str = ""

    @property
    def unnamed(self) -> int:
        return len(self.mine) - len(self.named)

    @property
    def present(self) -> User | None:
        """Whose a single account is."""
        return self.named[0].owner if len(self.mine) == 1 else None

    @property
    def list_address(self) -> str:
        """The way back."""
        return list_address(self.list_query)

    @property
    def seal(self) -> str:
        """Another one for any other set of accounts: the form brings back which it was that somebody looked at."""
        return hashlib.sha256(b"".join(sorted(account_id.bytes for account_id in self.mine))).hexdigest()[:32]


def asked_of(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def list_address(query: str) -> str:
    """The list as it was asked for, of which only what it knows is kept. Raises: BadInput for an unknown order."""
    asked = QueryDict(query)
    state, view = state_asked(asked), str(asked.get("view") or "")
    found = state.query(**({"view": view} if view else {}))
    return f"{reverse('account_list')}?{found}" if found else reverse("account_list")


def check_seal(request: HttpRequest, selection: Selection) -> None:
    """Raises: DomainError where the form was shown for other accounts."""
    if request.POST.get("seen", "") not in ("", selection.seal):
        raise DomainError("list_changed", _("The list has changed meanwhile: look again at what is chosen."))


def say_done(request: HttpRequest, change: BulkChange, selection: Selection) -> None:
    """What was done to how many, with the way to take it back."""
    full = without_room(change)
    number = len(selection.mine) - full
    if change.kind == BulkKind.REASSIGN:
        said = ngettext("%(n)d account now belongs to %(what)s.", "%(n)d accounts now belong to %(what)s.", number)
    elif change.kind == BulkKind.TAG:
        said = ngettext("%(n)d account bears “%(what)s”.", "%(n)d accounts bear “%(what)s”.", number)
    else:
        said = ngettext("“%(what)s” taken off %(n)d account.", "“%(what)s” taken off %(n)d accounts.", number)
    if full:
        words = ngettext(
            "%(full)d was left out: it bears %(most)d.", "%(full)d were left out: they bear %(most)d.", full
        )
        said += " " + words
    if change.status == BulkStatus.RUNNING:
        said += " " + _("The rest follows behind the scenes.")
    what = (change.owner or _("nobody")) if change.kind == BulkKind.REASSIGN else change.tag
    remember(request, change, number)
    undo = undo_address(change.pk, selection.list_query)
    messages.success(
        request, said % {"n": number, "what": what, "full": full, "most": MOST_TAGS}, extra_tags=f"undo:{undo}"
    )


def selection_of(principal: Principal, asked: QueryDict, *, among: QuerySet[Account]) -> Selection:
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
        ids = [_id(text) for text in texts[: MOST_TICKED + 1]]
        if visible_among(principal, ids) != set(ids):
            raise NotVisible
        found = Account.objects.visible_to(principal).filter(pk__in=ids)
    chosen = list(found.order_by("id").values_list("pk", flat=True)[: MOST + 1])
    if len(chosen) > MOST or len(parameters) > MOST_TICKED:
        words = _("At most %(n)d accounts at once: narrow the list first.") % {"n": MOST}
        raise BadInput("too_many", words, field="account")
    mine = among.filter(pk__in=chosen).order_by("name_sort", "id")
    ids = list(mine.values_list("pk", flat=True))
    named = list(mine.select_related("owner")[:NAMED])
    return Selection(ids, len(chosen) - len(ids), parameters, named, list_query=str(asked.get("list") or ""))


def _filtered(principal: Principal, asked: QueryDict) -> QuerySet[Account]:
    seen = Account.objects.visible_to(principal)
    return AccountFilter(asked, seen, principal=principal, now=clock.now()).chosen()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput("not_an_id", _("This is not the id of an account."), field="account") from error
