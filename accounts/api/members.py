"""/api/v1/accounts/{id}/members: the account team; and /accounts/reassign: many accounts to another owner."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import MemberRole
from accounts.models import Account, AccountMember
from accounts.selectors import accounts, get_account, heirs, members_of
from accounts.services.members import remove_member, set_member
from accounts.services.reassigning import reassign_accounts
from kam.api.fields import VisibleIdField, VisibleIdsField
from kam.api.serializers import StrictSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import NotVisible
from kam.people.models import User
from kam.people.selectors import colleagues_of

MEMBER_FIELDS = ("user_id", "user__name", "role", "created_at")


class MemberSerializer(StrictSerializer):
    """A colleague on the account team."""

    user = serializers.UUIDField(source="user_id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    role = serializers.ChoiceField(choices=MemberRole.choices)
    created_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="null: before it was recorded.")


class MemberViewSet(ScopedViewSet):
    """Who, besides the owner, sees an account and in which role."""

    policy = {"list": "accounts:read", "assign": "accounts:write", "remove": "accounts:write"}
    serializer_class = MemberSerializer
    filter_backends = ()
    orderings = {"name": ("user__name", "id")}
    row_fields = MEMBER_FIELDS

    def get_queryset(self) -> QuerySet[AccountMember]:
        if getattr(self, "swagger_fake_view", False):
            return AccountMember.objects.none()
        return members_of(self.principal, self._account())

    def render_rows(self, rows: Rows) -> Rows:
        names = dict(zip(MEMBER_FIELDS, ("user", "name", "role", "created_at"), strict=True))
        return [{names[name]: row[name] for name in MEMBER_FIELDS} for row in rows]

    def assign(self, request: Request, id: UUID, user_id: UUID) -> Response:
        """Put a colleague on the account team, or change the role."""
        account, role = self._account(), MemberRole(self.body()["role"])
        user = colleagues_of(self.principal).filter(pk=user_id).first()
        if user is None:
            raise NotVisible
        return self.answer(set_member(by=self.principal, account=account, user=user, role=role, now=clock.now()))

    @extend_schema(responses={204: None})
    def remove(self, request: Request, id: UUID, user_id: UUID) -> Response:
        """Take a colleague off the account team; 404 where they are not on it."""
        account = self._account()
        user = User.objects.filter(pk__in=members_of(self.principal, account).values("user_id"), pk=user_id).first()
        if user is None:
            raise NotVisible
        remove_member(by=self.principal, account=account, user=user)
        return Response(status=204)

    def _account(self) -> Account:
        return get_account(self.principal, self.kwargs["id"])


class ReassignSerializer(StrictSerializer):
    """Whom to give which accounts."""

    ids = VisibleIdsField(visible=accounts, allow_empty=False)
    owner = VisibleIdField(visible=heirs, allow_null=True)


class ReassignedSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="How many changed hands; the others had this owner already.")


class ReassignViewSet(ScopedViewSet):
    """Accounts change hands: all of them or none."""

    policy = {"reassign": "accounts:write"}
    serializer_class = ReassignSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="accounts_reassign", request=ReassignSerializer, responses=ReassignedSerializer)
    def reassign(self, request: Request) -> Response:
        """At most 200 at once; `owner` null leaves them without one."""
        body = self.body()
        ids = [account.pk for account in body["ids"]]
        changed = reassign_accounts(by=self.principal, account_ids=ids, owner=body["owner"], now=clock.now())
        return Response({"changed": changed})
