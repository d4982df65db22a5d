"""/api/v1/accounts/by-external/…, /api/v1/contacts/by-external/…: read, create or update."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors
from accounts.api.accounts import AccountSerializer, AccountViewSet, written
from accounts.api.contacts import ContactSerializer, ContactViewSet
from accounts.merging.selectors import contact_called
from accounts.models import Account, Contact
from accounts.services.contacts import create_contact, edit_contact
from kam.api.by_external import ByExternalViewSet, check_same_account
from kam.core.errors import BadInput


class AccountByExternalViewSet(ByExternalViewSet, AccountViewSet):
    """Accounts under the ids of another system."""

    policy = {"retrieve": "accounts:read", "upsert": "accounts:write"}

    @extend_schema(operation_id="accounts_by_external", responses=AccountSerializer)
    def retrieve(self, request: Request, source: str, external_id: str) -> Response:  # type: ignore[override]
        """The one that the other system calls so."""
        return super().retrieve(request, source, external_id)

    @extend_schema(
        operation_id="accounts_upsert",
        request=AccountSerializer(partial=True),
        responses={200: AccountSerializer, 201: AccountSerializer},
    )
    def upsert(self, request: Request, source: str, external_id: str) -> Response:
        """Create it, which needs what POST needs, or set what the body names; what is left out stays."""
        return super().upsert(request, source, external_id)

    def named(self, *, source: str, external_id: str) -> Account | None:
        return selectors.account_by_external_id(self.principal, source=source, external_id=external_id)

    def create_named(self, fields: dict[str, Any], *, source: str, external_id: str) -> Response:
        account = self.create_tagged(self._own(fields), external_ref=(source, external_id))
        return self.answer(account, status=201)

    def update_named(self, found: Account, fields: dict[str, Any]) -> Response:
        return self.answer(self.edit_tagged(found, self._own(fields)))

    def _own(self, fields: dict[str, Any]) -> dict[str, Any]:
        if "external_ref" in fields:
            raise BadInput("read_only", "The address says it.", field="external_ref")
        return written(fields)


class ContactByExternalViewSet(ByExternalViewSet, ContactViewSet):
    """Contacts under the ids of another system."""

    policy = {"retrieve": "contacts:read", "upsert": "contacts:write"}

    @extend_schema(operation_id="contacts_by_external", responses=ContactSerializer)
    def retrieve(self, request: Request, source: str, external_id: str) -> Response:  # type: ignore[override]
        """The one that the other system calls so."""
        return super().retrieve(request, source, external_id)

    @extend_schema(
        operation_id="contacts_upsert",
        request=ContactSerializer(partial=True),
        responses={200: ContactSerializer, 201: ContactSerializer},
    )
    def upsert(self, request: Request, source: str, external_id: str) -> Response:
        """Create it, which needs what POST needs, or set what the body names; what is left out stays."""
        return super().upsert(request, source, external_id)

    def named(self, *, source: str, external_id: str) -> Contact | None:
        return contact_called(self.principal, source=source, external_id=external_id)

    def create_named(self, fields: dict[str, Any], *, source: str, external_id: str) -> Response:
        account = fields.pop("account_id")
        named = {"source": source, "external_id": external_id}
        return self.answer(create_contact(by=self.principal, account=account, **named, **fields), status=201)

    def update_named(self, found: Contact, fields: dict[str, Any]) -> Response:
        check_same_account(found, fields.pop("account_id", None))
        return self.answer(edit_contact(by=self.principal, contact=found, changes=fields))
