"""One company for all tests of a module: they roll every write back, so it never changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import override_settings

from tests.access.world import World, make_world
from tests.personas import make_people


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the world's files lie."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any, files: Path) -> Iterator[World]:
    """The world in a transaction around those of the tests; nothing of it is ever committed."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=files), transaction.atomic():
        yield make_world(make_people())
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None, settings: LazySettings, files: Path) -> World:
    settings.MEDIA_ROOT = files
    return built
