"""Health: registry, arithmetic and stored result. Apps register signals; services recompute.

Reading it is elsewhere: `accounts.health.explain` and `accounts.health.history`.
"""

from accounts.health.dirty import mark_dirty, recompute_dirty
from accounts.health.engine import recompute, recompute_all
from accounts.health.registry import Evidence, Ref, Signal, register

__all__ = [
    "Evidence",
    "Ref",
    "Signal",
    "mark_dirty",
    "recompute",
    "recompute_all",
    "recompute_dirty",
    "register",
]
