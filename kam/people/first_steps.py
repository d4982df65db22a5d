"""From an empty company to the first check-ins: what to do, in which order, and what is done already."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kam.core.policy import Who
from kam.people.models import Team, User
from kam.people.principal import Principal
from kam.people.selectors import staff


@dataclass(frozen=True)
class Step:
    """Something to do at `url_name`, and why. `is_done` looks at the data; without `founding` ones no company works."""

    key: str
    order: int
    title: str | Promise
    reason: str | Promise
    action: str | Promise
    url_name: str
    is_done: Callable[[Principal], bool]
    founding: bool = True


@dataclass(frozen=True)
class Seen:
    """A step as it stands; `is_next`: the first that is not done."""

    step: Step
    is_done: bool
    is_next: bool


_steps: dict[str, Step] = {}


def register_step(step: Step) -> None:
    _steps[step.key] = step


def steps_seen(principal: Principal) -> list[Seen]:
    """Every step in its order, done or not."""
    ordered = sorted(_steps.values(), key=lambda step: step.order)
    done = {step.key: step.is_done(principal) for step in ordered}
    following = next((step.key for step in ordered if not done[step.key]), None)
    return [Seen(step, done[step.key], step.key == following) for step in ordered]


def landing(request: HttpRequest) -> str | None:
    """The page of the first steps for an administrator of a company that cannot work yet, until they dismiss it."""
    principal = request.principal  # type: ignore[attr-defined]
    if not Who.ADMIN.admits(principal) or request.user.first_steps_done:  # type: ignore[union-attr]
        return None
    founding = (step for step in _steps.values() if step.founding)
    return None if all(step.is_done(principal) for step in founding) else "first_run"


def dismiss_first_steps(*, by: Principal) -> None:
    """`by` wants to be led there no more; the page stays in the settings."""
    User.objects.filter(pk__in=[by.user_id]).update(first_steps_done=True)


def _has_colleagues(principal: Principal) -> bool:
    """Whether another person than `principal` works here, or is invited to."""
    return any(user_id != principal.user_id for user_id in staff().values_list("pk", flat=True)[:2])


def register_own() -> None:
    register_step(
        Step(
            key="team",
            order=10,
            title=_("Make your first team"),
            reason=_("Each account belongs to a team, which keeps it when its owner leaves; the leader sees them all."),
            action=_("Teams"),
            url_name="team_list",
            is_done=lambda principal: Team.objects.exists(),
        )
    )
    register_step(
        Step(
            key="people",
            order=20,
            title=_("Invite people"),
            reason=_("Each account has one owner who hears of what is due. Invite leaders first: they know whom else."),
            action=_("Invite"),
            url_name="person_invite",
            is_done=_has_colleagues,
        )
    )
