from accounts.models.account import PULSE_FIELDS, Account, AccountMember, ExternalId, LifecycleEvent, Segment
from accounts.models.contact import Contact
from accounts.models.day import DayVisit
from accounts.models.health import HealthDirty, HealthProfile, HealthResult, HealthRules, HealthSnapshot
from accounts.models.marks import Favourite, Note, Visit
from accounts.models.sensitive import SensitiveRead

__all__ = [
    "PULSE_FIELDS",
    "Account",
    "AccountMember",
    "Contact",
    "DayVisit",
    "ExternalId",
    "Favourite",
    "HealthDirty",
    "HealthProfile",
    "HealthResult",
    "HealthRules",
    "HealthSnapshot",
    "LifecycleEvent",
    "Note",
    "Segment",
    "Visit",
    "SensitiveRead",
]
