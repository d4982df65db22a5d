from django.db import models
from django.utils.translation import gettext_lazy as _


class MembershipRole(models.TextChoices):
    MANAGER = "manager", _("Account manager")
    LEADER = "leader", _("Leader")


class PersonState(models.TextChoices):
    """Whether somebody may sign in; invited: not before they follow the mailed link."""

    ACTIVE = "active", _("Active")
    INVITED = "invited", _("Invited")
    DEACTIVATED = "deactivated", _("Deactivated")


class Role(models.TextChoices):
    """What a principal may do; derived from the user and their memberships, never stored."""

    ADMIN = "admin", _("Administrator")
    LEADER = "leader", _("Leader")
    MANAGER = "manager", _("Account manager")
    INTEGRATION = "integration", _("Integration")
    SYSTEM = "system", _("System")
    NOBODY = "nobody", _("Nobody")
