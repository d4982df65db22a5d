"""One installation for all tests of the folder: starting it is most of what a single one costs."""

from collections.abc import Iterator

import pytest

from tests.faults.client import Api
from tests.faults.house import House, open_house
from tests.flows.conftest import browser_type_launch_args

__all__ = ["browser_type_launch_args"]  # two tests look at it with the eyes of a browser


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with open_house() as running:
        yield running


@pytest.fixture(scope="session")
def api(house: House) -> Api:
    """The token of an integration that is granted one team."""
    email = "integration@faults.example"
    house.manage(
        *("create_user", email, "--role", "integration", "--team", "Faults", "--create-team"),
        *("--password-env", "FIRST_PASSWORD"),
        FIRST_PASSWORD="correct horse battery staple",
    )
    return Api(house, house.manage("create_api_token", email).split()[-1])
