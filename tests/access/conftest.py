"""One company for all tests of a module: they roll every write back, so it never changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction

from tests.access.world import World, make_world
from tests.personas import make_people


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world in a transaction around those of the tests; nothing of it is ever committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world(make_people())
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None, settings: LazySettings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return built
