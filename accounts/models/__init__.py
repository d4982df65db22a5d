from accounts.models.account import PULSE_FIELDS, Account, AccountMember, ExternalId, LifecycleEvent, Segment
from accounts.models.bulk import BulkChange, BulkLine
from accounts.models.contact import Contact
from accounts.models.day import DayVisit
from accounts.models.health import HealthDirty, HealthProfile, HealthResult, HealthRules, HealthSnapshot
from accounts.models.marks import Favourite, Note, Visit
from accounts.models.merging import AccountPair, ContactPair, Merge
from accounts.models.rollup import RollupCell, RollupEntry, RollupMark, RollupMonth, RollupState, RollupYear
from accounts.models.sensitive import SensitiveRead
from accounts.models.tags import AccountTag, Tag, TagChange
from accounts.models.views import SavedView, StartView

__all__ = [
    "PULSE_FIELDS",
    "Account",
    "AccountMember",
    "AccountTag",
    "BulkChange",
    "BulkLine",
    "AccountPair",
    "Contact",
    "ContactPair",
    "DayVisit",
    "ExternalId",
    "Favourite",
    "HealthDirty",
    "HealthProfile",
    "HealthResult",
    "HealthRules",
    "HealthSnapshot",
    "LifecycleEvent",
    "Merge",
    "Note",
    "RollupCell",
    "RollupEntry",
    "RollupMark",
    "RollupMonth",
    "RollupState",
    "RollupYear",
    "SavedView",
    "Segment",
    "SensitiveRead",
    "StartView",
    "Tag",
    "TagChange",
    "Visit",
]
