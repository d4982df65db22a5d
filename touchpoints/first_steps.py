"""The step after which the system says by itself what is due."""

from django.utils.translation import gettext_lazy as _

from kam.people.first_steps import Step, register_step
from touchpoints.models import CheckIn


def register_steps() -> None:
    """Not founding: the cadences we begin with fit many, and check-ins appear with the first customers."""
    register_step(
        Step(
            key="cadence",
            order=40,
            title=_("Say how often accounts want to hear from you"),
            reason=_("How often decides when a check-in is due and when silence is too long."),
            action=_("Cadence"),
            url_name="cadence_list",
            is_done=lambda principal: CheckIn.objects.visible_to(principal).exists(),
            founding=False,
        )
    )
