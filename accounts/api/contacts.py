"""/api/v1/contacts: the people at accounts."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors
from accounts.api.accounts import AccountViewSet
from accounts.api.filters import ContactFilter
from accounts.enums import BuyingRole, Relation
from accounts.models import Contact
from accounts.services.contacts import create_contact, edit_contact
from accounts.services.sensitive import reveal
from kam.api.expanding import Expansion
from kam.api.fields import VisibleIdField, optional_text
from kam.api.serializers import StrictSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput


class ContactSerializer(StrictSerializer):
    """A person at one account; somebody at two accounts is two contacts."""

    id = serializers.UUIDField(read_only=True)
    account = VisibleIdField(visible=selectors.accounts, source="account_id")
    first_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    job_title = optional_text(100)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = optional_text(50)
    relation = serializers.ChoiceField(choices=Relation.choices, required=False)
    buying_roles = serializers.ListField(
        child=serializers.ChoiceField(choices=BuyingRole.choices), required=False, max_length=len(BuyingRole.values)
    )
    influence = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    communication_style = optional_text(100)
    source = serializers.CharField(max_length=50, required=False, allow_blank=True)
    external_id = serializers.CharField(max_length=200, required=False, allow_blank=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)


class SensitiveContactSerializer(StrictSerializer):
    """What only the account's owner, leaders above it and administrators read of a person."""

    stance = serializers.IntegerField(min_value=-2, max_value=2, required=False, allow_null=True)
    private_notes = optional_text(4000)


class ReasonSerializer(StrictSerializer):
    """Why the sensitive fields are needed; kept with who read them and when."""

    reason = serializers.CharField(max_length=200)


class ContactViewSet(ScopedViewSet):
    """Contacts of the accounts that the caller sees."""

    policy = {
        "list": "contacts:read",
        "retrieve": "contacts:read",
        "create": "contacts:write",
        "partial_update": "contacts:write",
        "reveal": "contacts:reveal",
    }
    unkept = frozenset({"reveal"})  # what is sensitive lies in one table, and each reading of it is recorded
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    orderings = {
        "name": ("name_sort", "id"),
        "-name": ("-name_sort", "-id"),
        "changed_at": ("changed_at", "id"),
    }
    expansions = {"account": Expansion(AccountViewSet)}
    row_fields = tuple("account_id" if name == "account" else name for name in ContactSerializer().fields)

    def get_queryset(self) -> QuerySet[Contact]:
        return selectors.contacts(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        names = {"account_id": "account"}
        return [{names.get(name, name): row[name] for name in self.row_fields} for row in rows]

    @extend_schema(request=ReasonSerializer, responses=SensitiveContactSerializer)
    @action(detail=True, methods=["post"], serializer_class=ReasonSerializer)
    def reveal(self, request: Request, id: UUID) -> Response:
        """The sensitive fields, for a reason that is kept (403 where they are not for the caller)."""
        reason = self.body()["reason"]
        contact = self.get_object()
        shown = reveal(by=self.principal, contact=contact, reason=reason, now=clock.now())
        return Response(SensitiveContactSerializer(shown).data)

    def create(self, request: Request) -> Response:
        fields = self.body()
        account = fields.pop("account_id")
        return self.answer(create_contact(by=self.principal, account=account, **fields), status=201)

    def partial_update(self, request: Request, id: UUID) -> Response:
        contact, version = self.get_object(), self.expected_version()
        changes = self.body(partial=True)
        for name in {"account_id", "source", "external_id"} & set(changes):
            raise BadInput("read_only", "This is given when the contact is created.", field=name.removesuffix("_id"))
        return self.answer(edit_contact(by=self.principal, contact=contact, changes=changes, version=version))
