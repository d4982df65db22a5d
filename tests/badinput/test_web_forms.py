"""Every field of every form of ours: bad input is answered 400 or 422, never 5xx, and writes nothing.

The fields are those of the forms the pages really show, so a new field or form is walked by itself.
"""

from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kam.core.policy import Who
from kam.core.routes import Route, walk_routes
from kam.policies import THIRD_PARTY
from tests.access.asking import Recorder, writes
from tests.access.examples import WEB
from tests.access.world import OWN, World
from tests.badinput.values import FORBIDDEN, MISSING
from tests.personas import PASSWORD, client_for

pytestmark = pytest.mark.django_db
BUTTONS = {"first_run"}  # a page whose form has nothing to fill in
CHOICES = {"account_merge", "contact_merge"}  # compared side by side; what they refuse is tested below
FORMS = [
    route
    for route in walk_routes()
    if not route.is_api and route.name not in {*THIRD_PARTY, *BUTTONS, *CHOICES} and "GET" in route.policy
    and route.policy.get("POST") in {Who.SIGNED_IN, Who.STAFF, Who.LEADER, Who.ADMIN}
]  # fmt: skip
by_form = pytest.mark.parametrize("route", FORMS, ids=[route.name for route in FORMS])
OWNERS = {Who.SIGNED_IN, Who.STAFF}
NEW = {
    "account_new",
    "contact_new",
    "type_new",
    "channel_new",
    "reach_list",
}  # their forms carry the field that only editing reads
MIB = 2**20
FORM = "application/x-www-form-urlencoded"


class Page:
    """A page with a form, opened by whoever of the owner and the administrator may, sent with the matrix's example."""

    def __init__(self, world: World, route: Route) -> None:
        call, ids = WEB[route.name]["POST"], Recorder(world.ids[OWN])
        kwargs = {name: kind[1:] if kind.startswith("=") else ids[kind] for name, kind in call.path.items()}
        self.path, self.ok = reverse(route.name, kwargs=kwargs), call.ok
        people = world.people
        self.client: Client = client_for(people.owner if route.policy["POST"] in OWNERS else people.admin)
        self.client.post("/reauthenticate/", {"password": PASSWORD})  # some forms ask for it just before
        self.make = lambda: call.body(ids) if call.body else {}
        self.fields: dict[str, forms.Field] = self.client.get(self.path).context["form"].fields

    def send_with(self, **values: Any) -> Any:
        return post(self.client, self.path, {**self.make(), **values})


def post(client: Client, path: str, fields: dict[str, Any]) -> Any:
    """As a browser sends it, halves of surrogate pairs included; files stay behind."""
    sent = {name: value for name, value in fields.items() if isinstance(value, str | list)}
    return client.post(path, urlencode(sent, doseq=True, errors="surrogatepass"), content_type=FORM)


def bad_values(name: str, field: forms.Field) -> list[Any]:
    """What a form field must refuse with 422; nothing for kinds that only a file or a tick can fill."""
    if isinstance(field, forms.ModelChoiceField):
        return ["x", MISSING, "0" * 4000]
    if isinstance(field, forms.ChoiceField):
        return ["nonsense", "x" * 5000]
    if isinstance(field, forms.UUIDField):
        return ["x", "0" * 4000, *([] if field.widget.is_hidden or name == "token" else [MISSING])]
    if isinstance(field, forms.DateField):
        return ["x", "2026-02-30", "0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"]
    if isinstance(field, forms.DecimalField):
        return ["x", "NaN", "Infinity", "9" * 2000, "1.001"]
    if isinstance(field, forms.IntegerField):
        return ["x", "NaN", "1e400", "9" * 2000, str(2**62), "-1"]
    if isinstance(field, forms.EmailField):
        return ["x", "a@b", "x" * 300 + "@kam.example"]
    if isinstance(field, forms.SlugField):
        return ["no slug", "nonsense", "x" * 5000]
    if isinstance(field, forms.CharField) and field.max_length:
        return ["x" * (field.max_length + 1)]
    return []


@by_form
def test_every_field_refuses_every_class_of_bad_value(world: World, route: Route) -> None:
    page, faults, written = Page(world, route), [], writes()
    for name, field in page.fields.items():
        if name == "version" and route.name in NEW:
            continue
        for value, right in [*((text, 400) for text in FORBIDDEN), *((bad, 422) for bad in bad_values(name, field))]:
            with transaction.atomic():
                status = page.send_with(**{name: value}).status_code
                if status != right or writes() != written:
                    faults.append(f"{name}={value!r:.60}: {status} instead of {right}, {writes() - written} written")
                transaction.set_rollback(True)
            written = writes()
    assert not faults, "\n".join(faults)


@by_form
def test_forms_that_are_too_large_are_refused(world: World, route: Route) -> None:
    page, written = Page(world, route), writes()
    large = page.client.post(page.path, "a=" + "x" * MIB, content_type=FORM)
    many = page.client.post(page.path, "&".join(f"a{number}=1" for number in range(1500)), content_type=FORM)
    latin = page.client.post(page.path, "a=%ff", content_type=FORM)
    assert (large.status_code, many.status_code, latin.status_code, writes()) == (413, 400, 400, written)


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_merging_refuses_what_is_no_id_and_no_text(world: World, name: str) -> None:
    call, ids = WEB[name]["POST"], Recorder(world.ids[OWN])
    path = reverse(name, kwargs={key: ids[kind] for key, kind in call.path.items()})
    client, right = client_for(world.people.owner), call.body(ids) if call.body else {}
    bad = [("with", "x", 400), ("with", MISSING, 404), ("with", "9" * 4000, 400)]
    bad += [(field, text, 400) for field in ("with", "versions") for text in FORBIDDEN]
    written = writes()
    asked = [(field, text, post(client, path, {**right, field: text}).status_code) for field, text, _ in bad]
    assert (asked, writes()) == (bad, written)


def test_every_form_is_walked() -> None:
    assert {"account_new", "contact_edit", "touchpoint_log", "person_invite", "health_weights"} <= {
        r.name for r in FORMS
    }
