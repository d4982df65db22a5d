"""What the database's refusals mean, in words that tell nothing of rows the asker may not see."""

from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError
from kam.core.integrity import register_constraint


def register_constraints() -> None:
    """Called once, when the app is ready."""
    for table in ("account", "contact", "note"):
        register_constraint(f"accounts_{table}_pkey", _made_already)
    register_constraint("segment_name_once", _segment_taken)
    register_constraint("tag_once", _tag_taken)
    register_constraint("view_name_once", _view_taken)
    register_constraint("accounts_savedview_pkey", _made_already)
    register_constraint("external_id_once", _external_id_taken)
    register_constraint("contact_external_id_once", _external_id_taken)


def _made_already() -> DomainError:
    return Conflict("made_already", _("This form was saved already."))


def _external_id_taken() -> DomainError:
    return Conflict("external_id_taken", _("This source and external id are in use already."), field="external_id")


def _segment_taken() -> DomainError:
    return Conflict("segment_taken", _("A segment with this name exists already."), field="name")


def _tag_taken() -> DomainError:
    return Conflict("tag_taken", _("A tag with this name was made at this moment: send it again."), field="name")


def _view_taken() -> DomainError:
    return Conflict("view_taken", _("You have a view of this name already."), field="name")
