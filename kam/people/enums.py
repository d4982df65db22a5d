from django.db import models


class MembershipRole(models.TextChoices):
    MANAGER = "manager", "Account manager"
    LEADER = "leader", "Leader"


class Role(models.TextChoices):
    """What a principal may do; derived from the user and their memberships, never stored."""

    ADMIN = "admin", "Administrator"
    LEADER = "leader", "Leader"
    MANAGER = "manager", "Account manager"
    INTEGRATION = "integration", "Integration"
    SYSTEM = "system", "System"
    NOBODY = "nobody", "Nobody"
