from touchpoints.models.attachment import Attachment
from touchpoints.models.cadence import AccountCadence, CadencePolicy, CadenceState, CheckIn, StaleFlag
from touchpoints.models.catalogue import Channel, TouchpointType, TypeGroup, TypeInGroup, TypeSkill
from touchpoints.models.reach import Reach
from touchpoints.models.touchpoint import Touchpoint, TouchpointContact, TouchpointStaff

__all__ = [
    "AccountCadence",
    "Attachment",
    "CadencePolicy",
    "CadenceState",
    "Channel",
    "CheckIn",
    "Reach",
    "StaleFlag",
    "Touchpoint",
    "TouchpointContact",
    "TouchpointStaff",
    "TouchpointType",
    "TypeGroup",
    "TypeInGroup",
    "TypeSkill",
]
