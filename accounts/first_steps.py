"""The step that brings customers in."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from kam.people.first_steps import Step, register_step


def register_steps() -> None:
    register_step(
        Step(
            key="accounts",
            order=30,
            title=_("Bring your accounts in"),
            reason=_("A CSV file from your CRM or spreadsheet is enough; importing it again changes nothing twice."),
            action=_("Import a file"),
            url_name="import_new",
            is_done=lambda principal: Account.objects.visible_to(principal).exists(),
        )
    )
