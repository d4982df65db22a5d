"""The account team: who, besides the owner, sees an account and in which role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import MemberRole
from accounts.models import Account, AccountMember
from accounts.selectors import steered
from accounts.services.editing import CADENCE_INPUTS_CHANGED
from kam.core.errors import DomainError, NotVisible
from kam.outbox.publish import publish
from kam.people.models import User
from kam.people.principal import Principal
from kam.people.selectors import colleagues_of


@transaction.atomic
def set_member(*, by: Principal, account: Account, user: User, role: MemberRole, now: datetime) -> AccountMember:
    """Put `user` on the account team in `role`, or change the role they have.

    To be on it is to see the account, so its owner, its leaders and administrators decide. Raises: NotVisible,
    DomainError "not_yours_to_staff" or "not_a_colleague".
    """
    _lock(by, account)
    _check_steers(by, account)
    if not colleagues_of(by).filter(pk=user.pk).exists():
        raise DomainError("not_a_colleague", _("This person cannot join the account team."), field="user")
    member = AccountMember.objects.visible_to(by).filter(account=account, user=user).first()
    before = member.role if member else None
    if before == role:
        return member  # type: ignore[return-value]
    if member is None:
        member = AccountMember(account=account, user=user, created_by_id=by.user_id, created_at=now)
    member.role = role
    member.save()
    _announce(account, before, role)
    return member


@transaction.atomic
def remove_member(*, by: Principal, account: Account, user: User) -> None:
    """Take `user` off the account team; nothing happens where they are not on it. Everybody may leave by themselves.

    Raises: NotVisible, DomainError "not_yours_to_staff".
    """
    _lock(by, account)
    if user.pk != by.user_id:
        _check_steers(by, account)
    member = AccountMember.objects.visible_to(by).filter(account=account, user=user).first()
    if member is not None:
        before = member.role
        member.delete()
        _announce(account, before, None)


def _lock(by: Principal, account: Account) -> None:
    """Two people who staff one account take turns. Raises: NotVisible where it went out of sight."""
    locked = Account.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    if not locked.filter(pk=account.pk).values_list("pk").first():
        raise NotVisible


def _check_steers(by: Principal, account: Account) -> None:
    if not steered(by).filter(pk=account.pk).exists():
        words = _("The account team is decided by the owner, the leaders and administrators.")
        raise DomainError("not_yours_to_staff", words)


def _announce(account: Account, *roles: str | None) -> None:
    """Contact that involves our executive sponsor counts for a cadence of its own; who left does no check-in there."""
    if None in roles[1:] or MemberRole.EXECUTIVE_SPONSOR in roles:
        publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account.pk)]})
