from django.db import models
from django.utils.translation import gettext_lazy as _


class Lifecycle(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    ONBOARDING = "onboarding", _("Onboarding")
    ACTIVE = "active", _("Active")
    LOST = "lost", _("Lost")


CUSTOMER_LIFECYCLES = (Lifecycle.ONBOARDING, Lifecycle.ACTIVE)


class LifecycleEventKind(models.TextChoices):
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    REGAINED = "regained", _("Regained")
    MERGED = "merged", _("Merged")


class MergeKind(models.TextChoices):
    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")


class Tier(models.TextChoices):
    A = "A", _("Tier A")
    B = "B", _("Tier B")
    C = "C", _("Tier C")
    D = "D", _("Tier D")


class Band(models.TextChoices):
    RED = "red", _("At risk")
    AMBER = "amber", _("Watch")
    GREEN = "green", _("Healthy")
    UNKNOWN = "unknown", _("Unknown")


BANDS = tuple(band.value for band in Band)  # an enum that is asked for its values walks its members each time


class MemberRole(models.TextChoices):
    KEY_ACCOUNT_MANAGER = "key_account_manager", _("Key account manager")
    EXECUTIVE_SPONSOR = "executive_sponsor", _("Executive sponsor")
    TECHNICAL = "technical", _("Technical")
    SERVICE = "service", _("Service")
    FINANCE = "finance", _("Finance")


class Relation(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    USER = "user", _("User")
    EMPLOYEE = "employee", _("Employee")
    PARTNER = "partner", _("Partner")
    OTHER = "other", _("Other stakeholder")


class BuyingRole(models.TextChoices):
    DECISION_MAKER = "decision_maker", _("Decision maker")
    BUDGET_HOLDER = "budget_holder", _("Budget holder")
    INFLUENCER = "influencer", _("Influencer")
    USER = "user", _("User")
    GATEKEEPER = "gatekeeper", _("Gatekeeper")
    CHAMPION = "champion", _("Champion")
    SPONSOR = "sponsor", _("Sponsor")


class Sharing(models.TextChoices):
    """Who else is offered a saved view."""

    OWN = "own", _("Only me")
    TEAM = "team", _("A team")
    EVERYBODY = "all", _("Everybody")


class BulkKind(models.TextChoices):
    REASSIGN = "reassign", _("Reassign")
    TAG = "tag", _("Tag")
    UNTAG = "untag", _("Remove tag")


class BulkStatus(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
