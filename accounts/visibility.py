"""Who sees which accounts: the only rule. Everything else derives from it."""

from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value

from kam.people.enums import Role
from kam.people.principal import Principal

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


def visible_accounts(principal: Principal) -> Q:
    """Accounts one owns, is on the account team of, or that belong to one's teams.

    One's teams are a leader's subtree or those granted to an integration. Administrators and the
    system see all; anyone else sees none.
    """
    from accounts.models import AccountMember

    if principal.sees_everything:
        return Q()
    if principal.user_id is None or principal.role == Role.NOBODY:
        return Q(pk__in=[])
    memberships = AccountMember.objects.all_for_system(reason="the visibility rule itself")
    on_account_team = memberships.filter(user_id=principal.user_id).values("account_id")
    rule = Q(owner_id=principal.user_id) | Q(EqualsAny(F("id"), ArraySubquery(on_account_team)))
    if principal.team_ids:
        teams = Value(list(principal.team_ids), output_field=ArrayField(models.UUIDField()))
        rule |= Q(EqualsAny(F("team_id"), teams))
    return rule


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
