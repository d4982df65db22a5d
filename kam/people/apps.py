from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "kam.people"
    verbose_name = "People"

    def ready(self) -> None:
        from kam.core.letters import register_letter
        from kam.core.views import landings
        from kam.people import first_steps, handover
        from kam.people.invitations import INVITATION, compose_invitation
        from kam.people.lost_factor import FACTOR_LETTER, compose_factor_letter
        from kam.people.own import receivers  # noqa: F401  connects them

        handover.register(
            handover.Holding(
                key="teams_led",
                label=_("Teams led"),
                counts=handover.teams_led,
                move=handover.pass_on_teams,
                unheld=_("Have no leader until you name one"),
            )
        )
        first_steps.register_own()
        landings.append(first_steps.landing)
        register_letter(INVITATION, compose_invitation)
        register_letter(FACTOR_LETTER, compose_factor_letter)
