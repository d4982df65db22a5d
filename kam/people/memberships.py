"""Writing memberships: those that stay as they are are left alone, because each write is a line of the history."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kam.people.enums import MembershipRole
from kam.people.models import Membership


def set_roles(
    rows: QuerySet[Membership], *, key: str, roles: Mapping[UUID, MembershipRole], common: Mapping[str, Any]
) -> None:
    """`rows` are afterwards those of `roles`, by the column `key`; new ones hold `common` as well."""
    present = {getattr(row, key): row for row in rows.select_for_update().order_by("pk")}
    Membership.objects.filter(pk__in=[row.pk for which, row in present.items() if which not in roles]).delete()
    for which, role in roles.items():
        row = present.get(which)
        if row is None:
            Membership.objects.create(role=role, **{key: which}, **common)
        elif row.role != role:
            Membership.objects.filter(pk=row.pk).update(role=role)
