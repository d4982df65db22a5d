"""Fixtures for every test. Factories and helpers are plain functions in tests/personas.py."""

import gc
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from whitenoise.base import WhiteNoise

from kam.outbox import status
from kam.people.models import User
from tests import personas
from tests.personas import Company, People
from touchpoints import catalogue
from touchpoints.models import Channel

# A live server loads kam.wsgi, whose limits for pages would then hold for every later connection of the tests
# themselves, which plant 100,000 rows at once. The servers of tests/faults keep them.
os.environ.setdefault("PGOPTIONS", "")


def pytest_collection_finish() -> None:
    """What is imported by now stays: looking through all of it again and again for garbage takes a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Every test client makes the middleware anew, which would look through all static files each time."""
    look_through = WhiteNoise.update_files_dictionary
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def remembered(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in found:
            look_through(self, root, prefix)
            found[root, prefix] = dict(self.files)
        self.files.update(found[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", remembered)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Test databases are copies of the migrated one that `.ci/tests` made, where it did (tests/template.py)."""
    if template := os.environ.get("TEST_TEMPLATE"):
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@receiver(post_migrate, sender=apps.get_app_config("touchpoints"))
def refill_catalogue(sender: AppConfig, **_: Any) -> None:
    """A test that commits ends with a flush, which takes what migrations wrote; Django then sends this signal."""
    if not Channel.objects.exists():
        catalogue.fill(apps)
        catalogue.fill_more_cadences(apps)


@pytest.fixture(autouse=True)
def heartbeat_asked_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process remembers from the page before would make the count of a page's queries a matter of luck."""
    monkeypatch.setattr(status, "KNOWN_FOR", timedelta(0))


@pytest.fixture
def people(db: None) -> People:
    return personas.make_people()


@pytest.fixture
def company(people: People) -> Company:
    return personas.make_company(people)


@pytest.fixture
def owner(people: People) -> User:
    return people.owner


@pytest.fixture
def teammate(people: People) -> User:
    return people.teammate


@pytest.fixture
def outsider(people: People) -> User:
    return people.outsider


@pytest.fixture
def leader(people: People) -> User:
    return people.leader


@pytest.fixture
def sibling_leader(people: People) -> User:
    return people.sibling_leader


@pytest.fixture
def admin(people: People) -> User:
    return people.admin


@pytest.fixture
def integration(people: People) -> User:
    return people.integration


@pytest.fixture
def deactivated(people: People) -> User:
    return people.deactivated
