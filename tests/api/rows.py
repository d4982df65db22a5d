"""Rows for the tests of resources: an owner's accounts with everything that hangs on them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.test import Client

from accounts.models import Account, Contact
from kam.core import clock
from kam.people.principal import principal_for
from tests import factories
from tests.personas import People
from touchpoints.models import Touchpoint
from touchpoints.services.reconcile import reconcile

V1 = "/api/v1"
WHY = {"reason": "tests"}


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """A call with a JSON body; headers are written If_Match="…"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = "" if body is None else json.dumps(body)
    return client.generic(method, f"{V1}{path}", data, content_type="application/json", headers=named)


def customer(people: People, name: str, **fields: Any) -> Account:
    """The owner's account, a customer for a year and silent ever since."""
    since = clock.now().date() - timedelta(days=365)
    values = {"customer_since": since, "lifecycle": "active", **fields}
    return factories.make_account(by=principal_for(people.owner), name=name, **values)


def furnished(people: People, number: int) -> tuple[Account, Contact, Touchpoint]:
    """A stale account of the owner's with a contact, a touchpoint with people, a check-in and a flag."""
    by = principal_for(people.owner)
    account = customer(people, f"Customer {number:02}")
    contact = factories.make_contact(account, by=by)
    touchpoint = factories.make_touchpoint(
        account, by=by, days_ago=150, type="check_in", direction="two_way", contacts=[contact], staff=[people.teammate]
    )
    reconcile([account.pk], now=clock.now())
    return account, contact, touchpoint


def pages(client: Client, path: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Every page of a list, following `next`."""
    address: str | None = f"{V1}{path}"
    while address:
        answer = client.get(address, query)
        assert answer.status_code == 200, answer.content
        body, query = answer.json(), {}
        yield body["results"]
        address = body["next"]


def refused(answer: Any) -> list[tuple[str, str]]:
    """Where a 400 sees the faults: (pointer, code)."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json"), answer.content
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def alike(answer: Any) -> dict[str, Any]:
    """A problem without what may differ between a missing and an invisible object."""
    body = answer.json()
    del body["instance"], body["request_id"]
    return body
