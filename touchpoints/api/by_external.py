"""/api/v1/touchpoints/by-external/…: read, log or correct."""

from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kam.api.by_external import ByExternalViewSet, check_same_account
from kam.core import clock
from kam.core.errors import BadInput
from touchpoints.api.touchpoint_shapes import TouchpointAnswer, TouchpointSerializer
from touchpoints.api.touchpoints import TouchpointViewSet
from touchpoints.models import Touchpoint
from touchpoints.services.amending import amend_touchpoint
from touchpoints.services.touchpoints import log_touchpoint


class TouchpointByExternalViewSet(ByExternalViewSet, TouchpointViewSet):
    """Touchpoints under the ids of another system."""

    policy = {"retrieve": "touchpoints:read", "upsert": "touchpoints:write"}

    @extend_schema(operation_id="touchpoints_by_external", responses=TouchpointAnswer)
    def retrieve(self, request: Request, source: str, external_id: str) -> Response:  # type: ignore[override]
        """The one that the other system calls so."""
        return super().retrieve(request, source, external_id)

    @extend_schema(
        operation_id="touchpoints_upsert",
        request=TouchpointSerializer(partial=True),
        responses={200: TouchpointAnswer, 201: TouchpointAnswer},
    )
    def upsert(self, request: Request, source: str, external_id: str) -> Response:
        """Log it, which needs what POST needs, or correct what the body names; what is left out stays."""
        return super().upsert(request, source, external_id)

    def answer(self, obj: Model, *, status: int = 200, **extra: Any) -> Response:
        return self.read(obj.pk, status=status, **extra)

    def named(self, *, source: str, external_id: str) -> Touchpoint | None:
        return self.get_queryset().filter(source=source, external_id=external_id).first()

    def create_named(self, fields: dict[str, Any], *, source: str, external_id: str) -> Response:
        fields |= {"account": self.named_account(fields), "source": source, "external_id": external_id}
        logged = log_touchpoint(by=self.principal, now=clock.now(), **fields)
        return self.read(logged.touchpoint.pk, status=201 if logged.created else 200, created=logged.created)

    def update_named(self, found: Touchpoint, fields: dict[str, Any]) -> Response:
        if "account_id" in fields or "account_ref" in fields:
            check_same_account(found, self.named_account(fields))
        if fields.pop("status", found.status) != found.status:
            raise BadInput("read_only", "The status moves by actions.", field="status")
        amend_touchpoint(by=self.principal, now=clock.now(), touchpoint=found, **fields)
        return self.read(found.pk, created=False)
