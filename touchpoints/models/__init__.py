from touchpoints.models.cadence import AccountCadence, CadencePolicy, CheckIn, StaleFlag
from touchpoints.models.catalogue import Channel, TouchpointType, TypeGroup, TypeInGroup, TypeSkill
from touchpoints.models.touchpoint import Touchpoint, TouchpointContact, TouchpointStaff

__all__ = [
    "AccountCadence",
    "CadencePolicy",
    "Channel",
    "CheckIn",
    "StaleFlag",
    "Touchpoint",
    "TouchpointContact",
    "TouchpointStaff",
    "TouchpointType",
    "TypeGroup",
    "TypeInGroup",
    "TypeSkill",
]
