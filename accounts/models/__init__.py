from accounts.models.account import PULSE_FIELDS, Account, AccountMember, ExternalId, LifecycleEvent, Segment
from accounts.models.contact import Contact
from accounts.models.health import HealthDirty, HealthProfile, HealthResult, HealthRules, HealthSnapshot

__all__ = [
    "PULSE_FIELDS",
    "Account",
    "AccountMember",
    "Contact",
    "ExternalId",
    "HealthDirty",
    "HealthProfile",
    "HealthResult",
    "HealthRules",
    "HealthSnapshot",
    "LifecycleEvent",
    "Segment",
]
