"""Who sees an account and why, in words for an administrator; the rule itself is accounts/visibility.py."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.visibility import Ground, explain_visibility
from kam.people.enums import Role
from kam.people.models import Team, User
from kam.people.principal import Principal, principal_for
from kam.people.selectors import teams_above, teams_seen_whole


@dataclass(frozen=True)
class Sight:
    """Whether a person sees an account; `reasons` say why or why not, `ways` what would change it."""

    person: User
    account: Account
    grounds: list[Ground]
    reasons: list[str]
    ways: list[str]

    @property
    def seen(self) -> bool:
        return bool(self.grounds)


def sight_of(person: User, account: Account) -> Sight:
    """The verdict of the rule for one person and one account. A constant number of queries."""
    principal = principal_for(person)
    grounds = explain_visibility(principal, account)
    above = teams_above(account.team_id) if account.team_id else []
    if grounds:
        return Sight(person, account, grounds, [_because(ground, person, account, above) for ground in grounds], [])
    return Sight(person, account, [], _why_not(principal, person, account), _ways(principal, person, account, above))


def _because(ground: Ground, person: User, account: Account, above: list[Team]) -> str:
    if ground is Ground.EVERYTHING:
        return _("Administrators see every account.")
    if ground is Ground.OWNER:
        return _("They own it.")
    if ground is Ground.MEMBER:
        return _("They are on its account team.")
    whole = teams_seen_whole(person)
    team = next(team for team in above if team.pk in whole)  # the nearest of those that let them in
    names = {"team": team.name, "of": above[0].name}
    if person.is_integration:
        return _("It is granted %(team)s, and the account belongs to %(of)s.") % names
    if team.pk == account.team_id:
        return _("They lead %(team)s, which the account belongs to.") % names
    return _("They lead %(team)s, and the account belongs to %(of)s below it.") % names


def _why_not(principal: Principal, person: User, account: Account) -> list[str]:
    if not person.is_active:
        return [_("They are deactivated, and so see nothing.")]
    if principal.role == Role.NOBODY:
        return [_("They belong to no team, and whoever belongs to none sees nothing.")]
    owner = account.owner.name if account.owner else _("nobody")
    reasons = [
        _("It is owned by %(owner)s.") % {"owner": owner},
        _("They are not on its account team."),
    ]
    if account.team is None:
        return [*reasons, _("It belongs to no team, so no leader sees it.")]
    return [*reasons, _("It belongs to %(team)s, which they do not lead.") % {"team": account.team.name}]


def _ways(principal: Principal, person: User, account: Account, above: list[Team]) -> list[str]:
    """What an administrator could change, the narrowest first."""
    if not person.is_active:
        return [_("Activate them again.")]
    ways = []
    if principal.role == Role.NOBODY:
        ways.append(_("Give them a team first."))
    names = ", ".join(team.name for team in above)
    if person.is_integration:
        return [*ways, _("Grant it one of: %(teams)s.") % {"teams": names}] if names else ways
    ways += [_("Put them on the account team."), _("Make them its owner.")]
    if names:
        ways.append(_("Make them leader of one of: %(teams)s.") % {"teams": names})
    return ways
