import pytest
from django.test import Client

from tests.personas import People, api_client, make_token


@pytest.fixture
def api(people: People) -> Client:
    """The owner's client, with a token that may all that the owner may."""
    return api_client(make_token(people.owner))
