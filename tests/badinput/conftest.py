"""The access matrix's company serves here too: one per module."""

from tests.access.conftest import built, files, world

__all__ = ["built", "files", "world"]
