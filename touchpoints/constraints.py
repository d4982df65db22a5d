"""What the database's refusals mean, in words that tell nothing of rows the asker may not see."""

from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError
from kam.core.integrity import register_constraint


def register_constraints() -> None:
    """Called once, when the app is ready."""
    register_constraint("touchpoint_external_id_once", _taken)
    register_constraint("reach_external_id_once", _taken)
    register_constraint("policy_once", _policy_there)


def _taken() -> DomainError:
    return Conflict("external_id_taken", _("This source and external id are in use already."), field="external_id")


def _policy_there() -> DomainError:
    return Conflict("policy_there", _("There is a cadence for these accounts already: change that one."))
