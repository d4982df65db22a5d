"""The big list of naughty strings through the API and through a form: refused, or kept as it was sent.

Each call carries one string per text field. Where the list is not at hand our own small one, which
always runs, covers its classes.
"""

import json
from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest
from django.db import transaction

from kam.core.text import find_forbidden
from tests.access.calls import logged
from tests.access.world import OWN, World
from tests.api.rows import send
from tests.badinput.test_web_forms import post
from tests.badinput.values import naughty_strings
from tests.core.test_text import BLNS
from tests.personas import api_client, client_for, make_token
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db
LENGTHS = {"notes": 20_000, "subject": 300, "next_step": 300}
big_list = pytest.param("big", marks=pytest.mark.skipif(not BLNS.exists(), reason=f"{BLNS} is not here; our own ran"))
LISTS = ["own", big_list]


def strings(which: str) -> list[str]:
    return naughty_strings() if which == "own" else json.loads(BLNS.read_text())


def loads(texts: Sequence[str]) -> Iterator[dict[str, str]]:
    """The strings spread over the fields that have room for them, until none is left."""
    waiting = list(texts)
    while waiting:
        load = {}
        for name, length in LENGTHS.items():
            fitting = next((text for text in waiting if len(text) <= length), None)
            if fitting is not None:
                load[name] = fitting
                waiting.remove(fitting)
        yield load


@pytest.mark.parametrize("which", LISTS)
def test_api_keeps_or_refuses_every_naughty_string(world: World, which: str) -> None:
    client, body = api_client(make_token(world.people.owner)), logged(world.ids[OWN])
    good = [text for text in strings(which) if not find_forbidden(text)]
    kept = 0
    for load in loads(good):
        with transaction.atomic():
            created = send(client, "POST", "/touchpoints", {**body, **load})
            assert created.status_code == 201, (load, created.content)
            read = client.get(f"/api/v1/touchpoints/{created.json()['id']}").json()
            assert {name: read[name] for name in load} == load
            transaction.set_rollback(True)
        kept += len(load)
    bad = [text for text in strings(which) if find_forbidden(text)]
    for text in bad:
        assert send(client, "POST", "/touchpoints", {**body, "notes": text}).status_code == 400, text
    assert kept + len(bad) == len(strings(which)) > 20
    assert bad


def lines(texts: list[str], which: str) -> list[str]:
    """The big list as notes of ten lines: a dialog takes long, and each string has gone alone through the API."""
    return texts if which == "own" else ["\n".join(texts[start : start + 10]) for start in range(0, len(texts), 10)]


@pytest.mark.parametrize("which", LISTS)
def test_dialog_keeps_or_refuses_every_naughty_string(world: World, which: str) -> None:
    client, ids = client_for(world.people.owner), world.ids[OWN]
    form = {"account": ids["account"], "type": "sales_call", "channel": "phone", "when": "now"}
    for load in loads(lines([text for text in strings(which) if not find_forbidden(text)], which)):
        token = str(uuid4())
        with transaction.atomic():
            answer = post(client, "/touchpoints/log/", {**form, **load, "token": token})
            assert answer.status_code == 302, load
            saved = Touchpoint.objects.all_for_system(reason="tests").get(external_id=token)
            # Forms take white space at the ends for a slip of the finger.
            assert {name: getattr(saved, name) for name in load} == {name: text.strip() for name, text in load.items()}
            page = client.get(f"/touchpoints/{saved.pk}/")
            assert page.status_code == 200
            assert b"<script>alert" not in page.content
            transaction.set_rollback(True)
    for text in filter(find_forbidden, strings(which)):
        answer = post(client, "/touchpoints/log/", {**form, "notes": text, "token": str(uuid4())})
        assert answer.status_code == 400, text
