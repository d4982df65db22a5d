"""…/by-external/{source}/{external_id}: read, create or update under the id that another system gave."""

from abc import abstractmethod
from typing import Any

from django.db.models import Model
from rest_framework.request import Request
from rest_framework.response import Response

from kam.api.views import ScopedViewSet
from kam.core.errors import BadInput, Conflict, NotVisible

LONGEST = {"source": 50, "external_id": 200}
TAKEN = "external_id_taken"  # what services say where an external id is in use


class ByExternalViewSet(ScopedViewSet):
    """What the body leaves out stays as it is. The other system is the judge: no If-Match is asked for."""

    def retrieve(self, request: Request, source: str, external_id: str) -> Response:  # type: ignore[override]
        """The object that is called so."""
        found = self.named(**_checked(source, external_id))
        if found is None:
            raise NotVisible
        return self.answer(found)

    def upsert(self, request: Request, source: str, external_id: str) -> Response:
        """201 where it was created, 200 where it was there; of two first calls at once one creates, one updates."""
        ref = _checked(source, external_id)
        found = self.named(**ref)
        if found is None:
            try:
                return self.create_named(self._fields(ref, partial=False), **ref)
            except Conflict as conflict:
                found = self.named(**ref) if conflict.code == TAKEN else None
                if found is None:
                    raise
        return self.update_named(found, self._fields(ref, partial=True))

    def _fields(self, ref: dict[str, str], *, partial: bool) -> dict[str, Any]:
        """The validated body without the reference, which it may repeat."""
        fields = self.body(partial=partial)
        for name, value in ref.items():
            if fields.pop(name, value) != value:
                raise BadInput("differs", "This differs from the address.", field=name)
        return fields

    @abstractmethod
    def named(self, *, source: str, external_id: str) -> Any | None:
        """The row that is called so, None where there is none or it is invisible."""

    @abstractmethod
    def create_named(self, fields: dict[str, Any], *, source: str, external_id: str) -> Response:
        """Create it. Raises: Conflict(TAKEN) where the id is in use."""

    @abstractmethod
    def update_named(self, found: Any, fields: dict[str, Any]) -> Response:
        """Set what the body names."""


def _checked(source: str, external_id: str) -> dict[str, str]:
    """The reference in the address. Raises: BadInput where it is longer than any can be."""
    ref = {"source": source, "external_id": external_id}
    for name, value in ref.items():
        if len(value) > LONGEST[name]:
            raise BadInput("max_length", f"At most {LONGEST[name]} characters.", field=name)
    return ref


def check_same_account(found: Model, account: Model | None) -> None:
    """An external id stays with its account. Raises: Conflict."""
    if account is not None and account.pk != found.account_id:  # type: ignore[attr-defined]
        raise Conflict("other_account", "This external id belongs to a record of another account.", field="account")
