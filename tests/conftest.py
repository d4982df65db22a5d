"""Fixtures for every test. Factories and helpers are plain functions in tests/personas.py."""

import pytest

from kam.people.models import User
from tests import personas
from tests.personas import Company, People


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
