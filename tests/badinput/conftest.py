"""The access matrix's company serves here too: one for the whole run of a worker."""

from tests.access.conftest import built, world

__all__ = ["built", "world"]
