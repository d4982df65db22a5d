"""/api/v1/{accounts,contacts}/{id}/merge, …/duplicates, /api/v1/merges: two become one, and two again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors
from accounts.duplicates.pairs import ORDER, account_pairs, contact_pairs, dismiss
from accounts.duplicates.reasons import REASONS
from accounts.enums import MergeKind
from accounts.merging.accounts import merge_accounts, undo_merge
from accounts.merging.choices import ACCOUNT_CHOICES, CONTACT_CHOICES
from accounts.merging.contacts import merge_contacts, undo_contact_merge
from accounts.merging.selectors import get_merge, merges
from accounts.models import Merge
from kam.api.fields import VisibleIdField
from kam.api.serializers import NothingSerializer, StrictSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock


def _take(choices: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(choices)),
        required=False,
        max_length=len(choices),
        help_text="Of these the absorbed one's values survive; without it all of the survivor's do.",
    )


class MergeAccountsSerializer(StrictSerializer):
    """Which account becomes part of the one in the address."""

    absorb = VisibleIdField(visible=selectors.accounts)
    take = _take(ACCOUNT_CHOICES)


class MergeContactsSerializer(StrictSerializer):
    """Which contact of the same account becomes part of the one in the address."""

    absorb = VisibleIdField(visible=selectors.contacts)
    take = _take(CONTACT_CHOICES)


class MergeSerializer(serializers.Serializer[Any]):
    """A merge; `survivor` and `absorbed` are ids of its kind, `account` is where the survivor is by now."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=MergeKind.choices)
    account = serializers.UUIDField(source="account_id")
    survivor = serializers.UUIDField(source="survivor_id")
    absorbed = serializers.UUIDField(source="absorbed_id")
    absorbed_name = serializers.CharField()
    merged_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


MERGE_FIELDS = (
    "id", "kind", "account_id", "survivor_id", "absorbed_id", "absorbed_name", "merged_at", "undone_at"
)  # fmt: skip


class _MergingViewSet(ScopedViewSet):
    """One row of two."""

    answer_class = MergeSerializer
    pagination_class = None
    filter_backends = ()

    def joined(self, survivor: Any, join: Callable[..., Merge]) -> Response:
        body = self.body()
        take, absorbed = body.get("take", ()), body["absorb"]
        done = join(by=self.principal, survivor=survivor, absorbed=absorbed, take=take, now=clock.now())
        return Response(MergeSerializer(done).data, status=201)


class AccountMergeViewSet(_MergingViewSet):
    """One account of two."""

    policy = {"merge": "accounts:write"}
    serializer_class = MergeAccountsSerializer

    @extend_schema(operation_id="accounts_merge", responses={201: MergeSerializer})
    def merge(self, request: Request, id: UUID) -> Response:
        """`absorb` becomes part of this one; whoever decides about both may do it (403 otherwise)."""
        return self.joined(selectors.get_account(self.principal, id), merge_accounts)


class ContactMergeViewSet(_MergingViewSet):
    """One contact of two at the same account."""

    policy = {"merge": "contacts:write"}
    serializer_class = MergeContactsSerializer

    @extend_schema(operation_id="contacts_merge", responses={201: MergeSerializer})
    def merge(self, request: Request, id: UUID) -> Response:
        """`absorb` becomes part of this one."""
        return self.joined(selectors.get_contact(self.principal, id), merge_contacts)


class MergeViewSet(ScopedViewSet):
    """What was merged into accounts and contacts that the caller sees, the latest first."""

    policy = {"list": "accounts:read", "retrieve": "accounts:read", "undo": "accounts:write"}
    serializer_class = NothingSerializer
    answer_class = MergeSerializer
    filter_backends = ()
    orderings = {"-merged_at": ("-merged_at", "-id"), "merged_at": ("merged_at", "id")}
    row_fields = MERGE_FIELDS

    def get_queryset(self) -> QuerySet[Merge]:
        return merges(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        return [{name.removesuffix("_id"): row[name] for name in MERGE_FIELDS} for row in rows]

    def retrieve(self, request: Request, id: UUID) -> Response:
        return Response(MergeSerializer(get_merge(self.principal, id)).data)

    @extend_schema(operation_id="merges_undo", request=NothingSerializer, responses=MergeSerializer)
    def undo(self, request: Request, id: UUID) -> Response:
        """Both are there again; what came since stays with the survivor. 409 where it cannot be undone any more."""
        self.body()
        merge = get_merge(self.principal, id)
        undoing = undo_merge if merge.kind == MergeKind.ACCOUNT else undo_contact_merge
        undone = undoing(by=self.principal, merge=merge, now=clock.now())
        return Response(MergeSerializer(undone).data)


class PairSerializer(serializers.Serializer[Any]):
    """Two that may be the same. `score` is 1 to 100."""

    id = serializers.UUIDField()
    one = serializers.UUIDField()
    other = serializers.UUIDField()
    score = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=list(REASONS)))


class AccountDuplicateViewSet(ScopedViewSet):
    """Accounts that may be one customer; the caller sees both of each pair."""

    kind = MergeKind.ACCOUNT
    policy = {"list": "accounts:read", "dismiss": "accounts:write"}
    serializer_class = NothingSerializer
    answer_class = PairSerializer
    filter_backends = ()
    orderings = {"-score": ORDER}
    row_fields = ("id", "account_id", "other_id", "score", "reasons")

    def get_queryset(self) -> QuerySet[Any]:
        return account_pairs(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        names = dict(zip(self.row_fields, ("id", "one", "other", "score", "reasons"), strict=True))
        return [{names[name]: row[name] for name in self.row_fields} for row in rows]

    @extend_schema(request=NothingSerializer, responses={204: None})
    def dismiss(self, request: Request, id: UUID) -> Response:
        """They are not the same: the pair is not listed again."""
        self.body()
        dismiss(by=self.principal, kind=self.kind, pair_ids=[id], now=clock.now())
        return Response(status=204)


class ContactDuplicateViewSet(AccountDuplicateViewSet):
    """Contacts of one account that may be one person."""

    kind = MergeKind.CONTACT
    row_fields = ("id", "contact_id", "other_id", "score", "reasons")
    policy = {"list": "contacts:read", "dismiss": "contacts:write"}

    def get_queryset(self) -> QuerySet[Any]:
        return contact_pairs(self.principal)
