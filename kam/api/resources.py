"""Resources of the people floor, which cannot import the API itself: me, teams, users."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kam.api.parameters import refuse_unknown
from kam.api.permissions import ANY_SCOPE
from kam.api.views import PrivateAnswers, Row, Rows, ScopedViewSet
from kam.core.policy import Who
from kam.people import selectors
from kam.people.enums import Role
from kam.people.models import Skill, Team, User
from kam.people.principal import Principal


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=[role.value for role in Role])
    teams = serializers.ListField(child=serializers.UUIDField())
    scopes = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Of the token; null: all that the user may."
    )


class MeView(PrivateAnswers):
    """Who the token or session belongs to, and what it may."""

    policy: ClassVar[dict[str, str]] = {"get": ANY_SCOPE}
    http_method_names = ("get", "head")

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        refuse_unknown(request.query_params, known=())
        user: User = request.user  # type: ignore[assignment]  # the policy lets no one else in
        principal: Principal = request.principal  # type: ignore[attr-defined]
        return Response(
            {
                "id": user.pk,
                "name": user.name,
                "email": user.email,
                "role": principal.role.value,
                "teams": selectors.teams_of_users([user.pk]).get(user.pk, []),
                "scopes": None if principal.scopes is None else sorted(principal.scopes),
            }
        )


class TeamSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    parent = serializers.UUIDField(source="parent_id", allow_null=True)  # type: ignore[assignment]


class TeamViewSet(ScopedViewSet):
    """The team tree; it is no secret among those who sign in."""

    policy = {"list": "teams:read", "retrieve": "teams:read"}
    serializer_class = TeamSerializer
    orderings = {"name": ("name", "id")}
    row_fields = ("id", "name", "parent_id")

    def get_queryset(self) -> QuerySet[Team]:
        return Team.objects.all()

    def render_rows(self, rows: Rows) -> Rows:
        return [{"id": row["id"], "name": row["name"], "parent": row["parent_id"]} for row in rows]


class UserSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    teams = serializers.ListField(child=serializers.UUIDField())
    email = serializers.EmailField(required=False, help_text="For administrators only.")


class UserViewSet(ScopedViewSet):
    """Active colleagues, to resolve the ids of owners; an integration sees those of its teams and the teams below."""

    policy = {"list": "users:read", "retrieve": "users:read"}
    serializer_class = UserSerializer
    orderings = {"name": ("name", "id")}
    row_fields = ("id", "name", "email")

    def get_queryset(self) -> QuerySet[User]:
        return selectors.colleagues_of(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        teams = selectors.teams_of_users(row["id"] for row in rows)
        return [self._rendered(row, teams.get(row["id"], [])) for row in rows]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        user = self.get_object()
        row = {"id": user.pk, "name": user.name, "email": user.email}
        return Response(self._rendered(row, selectors.teams_of_users([user.pk]).get(user.pk, [])))

    def _rendered(self, row: Row, teams: Sequence[UUID]) -> Row:
        public = {"id": row["id"], "name": row["name"], "teams": teams}
        return {**public, "email": row["email"]} if Who.ADMIN.admits(self.principal) else public


class SkillSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class SkillViewSet(ScopedViewSet):
    """What people can do and touchpoint types require."""

    policy = {"list": "skills:read", "retrieve": "skills:read"}
    serializer_class = SkillSerializer
    orderings = {"name": ("name", "id")}
    row_fields = ("id", "name")

    def get_queryset(self) -> QuerySet[Skill]:
        return Skill.objects.all()
