"""The readers of accounts and contacts: scoped querysets with what their users need fetched along."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Account, AccountMember, Contact, ExternalId, HealthSnapshot, Segment, SensitiveRead
from kam.core.errors import NotVisible
from kam.core.folding import fold
from kam.people.enums import Role
from kam.people.models import Membership, Team, User
from kam.people.principal import Principal
from kam.people.selectors import staff


def accounts(principal: Principal) -> QuerySet[Account]:
    """Every account that `principal` sees, with owner, team and segment."""
    return Account.objects.visible_to(principal).select_related("owner", "team", "segment")


def get_account(principal: Principal, account_id: UUID) -> Account:
    """One account; NotVisible whether it is missing or invisible."""
    account = accounts(principal).filter(pk=account_id).first()
    if account is None:
        raise NotVisible
    return account


def accounts_called(principal: Principal, name: str) -> QuerySet[Account]:
    """The accounts of that name, accents and case aside."""
    return accounts(principal).filter(name_sort=fold(" ".join(name.split()))).order_by("id")


def account_by_external_id(principal: Principal, *, source: str, external_id: str) -> Account | None:
    """The account that another system calls so; None where there is none or it is invisible."""
    refs = ExternalId.objects.visible_to(principal).filter(source=source, external_id=external_id)
    return accounts(principal).filter(pk__in=refs.values("account_id")).first()


def accounts_by_external_id(principal: Principal, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Account]:
    """The same for many (source, external id) at once; those that are there."""
    wanted = set(named)
    if not wanted:
        return {}
    refs = (
        ExternalId.objects.visible_to(principal)
        .select_related("account")
        .filter(source__in={source for source, _ in wanted}, external_id__in={external_id for _, external_id in wanted})
    )
    return {(ref.source, ref.external_id): ref.account for ref in refs}


def visible_among(principal: Principal, account_ids: Iterable[UUID | None]) -> set[UUID]:
    """Those of `account_ids` that `principal` sees; one query, none for no ids."""
    asked = {account_id for account_id in account_ids if account_id}
    return (
        set(Account.objects.visible_to(principal).filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
    )


def hides_parent(principal: Principal, account: Account) -> bool:
    """Whether the account is part of one that `principal` does not see: to leave it empty is not to end it."""
    return account.parent_id is not None and not visible_among(principal, [account.parent_id])


def contacts(principal: Principal) -> QuerySet[Contact]:
    """Every contact of the accounts that `principal` sees."""
    return Contact.objects.visible_to(principal)


def get_contact(principal: Principal, contact_id: UUID) -> Contact:
    """One contact with its account; NotVisible whether it is missing or invisible."""
    contact = contacts(principal).select_related("account").filter(pk=contact_id).first()
    if contact is None:
        raise NotVisible
    return contact


def contacts_of(principal: Principal, account: Account) -> QuerySet[Contact]:
    return contacts(principal).filter(account=account).order_by("name_sort", "id")


def assignable_owners(principal: Principal) -> QuerySet[User]:
    """Whom `principal` may give an account to: managers themselves, leaders and integrations their teams' people."""
    people = User.objects.filter(is_active=True, is_integration=False)
    if principal.sees_everything:
        return people.order_by("name", "id")
    mine = Q(pk=principal.user_id)
    if principal.team_ids:
        mine |= Q(memberships__team_id__in=principal.team_ids)
    return people.filter(mine).distinct().order_by("name", "id")


def assignable_teams(principal: Principal) -> QuerySet[Team]:
    """Where `principal` may place an account: a manager in own teams, a leader or integration in the subtree."""
    if principal.sees_everything:
        return Team.objects.order_by("name", "id")
    if principal.user_id and principal.role == Role.MANAGER:
        return Team.objects.filter(memberships__user_id=principal.user_id).order_by("name", "id")
    return Team.objects.filter(pk__in=principal.team_ids).order_by("name", "id")


def may_assign(principal: Principal, *, owner: User | None = None, team: Team | None = None) -> bool:
    """Whether `principal` may make `owner` the owner, or `team` the team, of an account it edits."""
    if owner is not None and not assignable_owners(principal).filter(pk=owner.pk).exists():
        return False
    return team is None or assignable_teams(principal).filter(pk=team.pk).exists()


def steered(principal: Principal) -> QuerySet[Account]:
    """The accounts whose owner and account team `principal` decides: its own, and those of its teams."""
    seen = Account.objects.visible_to(principal)
    if principal.sees_everything:
        return seen
    return seen.filter(Q(owner_id=principal.user_id) | Q(team_id__in=principal.team_ids))


def heirs(principal: Principal) -> QuerySet[User]:
    """Whom `principal` may hand accounts over to: as for new ones, and managers the colleagues of their teams."""
    if principal.user_id is None or principal.role != Role.MANAGER:
        return assignable_owners(principal)
    teams = Membership.objects.filter(user_id=principal.user_id).values("team_id")
    people = staff().filter(Q(pk=principal.user_id) | Q(memberships__team_id__in=teams))
    return people.distinct().order_by("name", "id")


def members_of(principal: Principal, account: Account) -> QuerySet[AccountMember]:
    """The account team with its people, by role and name."""
    members = AccountMember.objects.visible_to(principal).filter(account=account)
    return members.select_related("user").order_by("role", "user__name", "id")


def health_snapshots(principal: Principal, account: Account, *, since: date) -> QuerySet[HealthSnapshot]:
    """Score and band whenever they changed since a day, oldest first, led by what held on that day."""
    snapshots = HealthSnapshot.objects.visible_to(principal).filter(account=account)
    held = snapshots.filter(on__lte=since).order_by("-on").values("pk")[:1]
    return snapshots.filter(Q(on__gt=since) | Q(pk__in=held)).order_by("on", "id")


def sensitive_reads(principal: Principal) -> QuerySet[SensitiveRead]:
    """Who read what is sensitive at the accounts that `principal` sees."""
    return SensitiveRead.objects.visible_to(principal).select_related("by", "contact", "account")


def segments_with_accounts(principal: Principal) -> QuerySet[Segment]:
    """Every segment by name, with `accounts`: how many that `principal` sees are in it."""
    seen = Account.objects.visible_to(principal).filter(segment=OuterRef("pk")).order_by()
    count = seen.values("segment").annotate(n=Count("*")).values("n")
    return Segment.objects.annotate(accounts=Coalesce(Subquery(count), 0)).order_by("name", "id")
