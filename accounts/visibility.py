"""Who sees which accounts: the only rule. Everything else derives from it."""

from collections.abc import Iterable
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import ExpressionWrapper, F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from kam.people.enums import Role
from kam.people.principal import Principal

if TYPE_CHECKING:
    from accounts.models import Account

Q_ = TypeVar("Q_", bound=QuerySet[Any])


class EqualsAny(Func):
    """`column = ANY(array)`: keeps the rule's three branches index scans.

    Measured at 1M accounts for a person who sees 100: 0.9 ms against 795 ms for `OR EXISTS` and
    788 ms for `OR id IN (subquery)`.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    arity = 2
    output_field = models.BooleanField()


def is_any(column: str, ids: Iterable[UUID]) -> EqualsAny:
    """`column` is one of these ids, as one parameter however many they are."""
    return EqualsAny(F(column), Value(list(ids), output_field=ArrayField(models.UUIDField())))


class Ground(StrEnum):
    """On what ground somebody sees an account."""

    EVERYTHING = "everything"
    OWNER = "owner"
    MEMBER = "member"
    TEAM = "team"


def grounds(principal: Principal) -> dict[Ground, Q]:
    """The rule, ground by ground: accounts one owns, is on the account team of, or that belong to one's teams.

    One's teams are a leader's subtree or those granted to an integration. Administrators and the
    system see all; anyone else sees none.
    """
    from accounts.models import AccountMember

    if principal.sees_everything:
        return {Ground.EVERYTHING: Q()}
    if principal.user_id is None or principal.role == Role.NOBODY:
        return {}
    memberships = AccountMember.objects.all_for_system(reason="the visibility rule itself")
    on_account_team = memberships.filter(user_id=principal.user_id).values("account_id")
    rule = {Ground.OWNER: Q(owner_id=principal.user_id)}
    if principal.team_ids:
        rule[Ground.TEAM] = Q(is_any("team_id", principal.team_ids))
    # Last, because its list may be long and is walked for every row that nothing before let pass.
    return rule | {Ground.MEMBER: Q(EqualsAny(F("id"), ArraySubquery(on_account_team)))}


def visible_accounts(principal: Principal) -> Q:
    """Accounts that `principal` sees on any ground."""
    rule = grounds(principal)
    return reduce(or_, rule.values()) if rule else Q(pk__in=[])


def visible_cells(principal: Principal) -> Q:
    """The rule for whatever has an owner_id and a team_id but stands for many accounts (the rollup)."""
    rule = [condition for ground, condition in grounds(principal).items() if ground is not Ground.MEMBER]
    return reduce(or_, rule) if rule else Q(owner_id__in=[])


def seen_as_member_only(principal: Principal) -> Q:
    """The accounts that `principal` sees and `visible_cells` leaves out: a few, on whose account team one is."""
    rule = grounds(principal)
    if Ground.MEMBER not in rule:
        return Q(pk__in=[])
    in_cells = ExpressionWrapper(visible_cells(principal), output_field=models.BooleanField())
    return rule[Ground.MEMBER] & Q(Exact(Coalesce(in_cells, Value(False)), Value(False)))


def accounts_seen_as_member_only(principal: Principal) -> "QuerySet[Account]":
    """The same as rows: asking the whole rule of each of them again doubled their price."""
    from accounts.models import Account

    return Account.objects.all_for_system(reason="the visibility rule itself").filter(seen_as_member_only(principal))


def explain_visibility(principal: Principal, account: "Account") -> list[Ground]:
    """The grounds on which `principal` sees `account`, by the rule itself; empty: not at all."""
    from accounts.models import Account

    this = Account.objects.all_for_system(reason="the visibility rule itself").filter(pk=account.pk)
    rule = grounds(principal)
    return [ground for ground in Ground if ground in rule and this.filter(rule[ground]).exists()]


def limit_to_visible(queryset: Q_, principal: Principal) -> Q_:
    """Apply the rule to a queryset of accounts or of rows that belong to one."""
    from accounts.models import Account

    if principal.sees_everything:
        return queryset
    if queryset.model is Account:
        return queryset.filter(visible_accounts(principal))
    seen = Account.objects.all_for_system(reason="the visibility rule itself").filter(visible_accounts(principal))
    account_id = getattr(queryset.model, "ACCOUNT_ID", "account_id")
    return queryset.filter(**{f"{account_id}__in": seen.values("id")})
