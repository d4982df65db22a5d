"""Every route × method × persona × object: the declared answer, no canary in it, and nothing written.

Generated from the URL tree. What each route needs to be called with stands in tests/access/examples.py.
"""

from collections.abc import Iterator

import pytest

from kam.api.scopes import known_scopes
from kam.core.policy import METHODS, Who
from kam.core.routes import Route, walk_routes
from tests.access.asking import (
    PERSONAS,
    Asked,
    Checksum,
    Door,
    example,
    expected,
    leaks,
    relations,
)
from tests.access.calls import Call
from tests.access.examples import EXAMPLES
from tests.access.world import (
    DELETED,
    FOREIGN,
    FOREIGN_WORD,
    IMPORTS,
    MISSING,
    OWN,
    OWN_WORD,
    World,
    rows_of,
    scoped_models,
    sees,
    words_of,
)

pytestmark = pytest.mark.django_db
ROUTES = list(walk_routes())
by_route = pytest.mark.parametrize("route", ROUTES, ids=[f"{r.name}:{r.pattern}" for r in ROUTES])
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/my-day/"}


def calls(route: Route) -> Iterator[tuple[str, Call]]:
    for method in METHODS:
        if method in route.policy:
            yield method, example(route, method)


def check(route: Route, method: str, call: Call, asked: Asked, right: int) -> list[str]:
    """What is wrong with one answer."""
    faults = []
    status = asked.response.status_code
    if status != right:
        faults.append(f"{method} {asked.where}: {status} instead of {right}")
    if found := leaks(asked):
        faults.append(f"{method} {asked.where}: {', '.join(found)} leaked: {_around(asked, found[0])}")
    return faults


def _around(asked: Asked, word: str) -> str:
    text = asked.everything()
    place = text.lower().index(word)
    return repr(text[max(0, place - 80) : place + 60])


@by_route
def test_route_answers_each_persona_as_declared(world: World, route: Route) -> None:
    faults, doors = [], {persona: Door(world, persona, is_api=route.is_api) for persona in PERSONAS}
    checksum = Checksum()  # tokens and sessions are there now
    for method, call in calls(route):
        for relation in relations(call, world):
            for door in doors.values():
                asked = door.ask(route, method, call, relation, checksum)
                right = expected(route, method, call, asked)
                faults += check(route, method, call, asked, right)
                if method == "GET" or right >= 400 or right == 302 != call.ok:
                    faults += [f"{method} {asked.where}: wrote to {table}" for table in asked.changed]
    assert not faults, "\n".join([route.pattern, *faults])
    assert checksum.changed() == []


@by_route
def test_undeclared_methods_are_refused_and_htmx_asks_under_the_same_rule(world: World, route: Route) -> None:
    faults = []
    path = next((call.path for _, call in calls(route)), {})
    for persona in ("anonymous", "owner", "outsider"):
        door = Door(world, persona, is_api=route.is_api)
        for method in set(METHODS) - set(route.policy):
            call = Call(path=path)
            asked = door.ask(route, method, call, OWN)
            faults += check(route, method, call, asked, 401 if route.is_api and persona == "anonymous" else 405)
        for method, call in calls(route):
            if method != "GET":
                continue
            for relation in relations(call, world):
                plain = door.ask(route, "GET", call, relation)
                faults += check(
                    route, "HEAD", call, door.ask(route, "HEAD", call, relation), plain.response.status_code
                )
                if not route.is_api:
                    asked = door.ask(route, "GET", call, relation, headers=HTMX)
                    faults += check(route, "htmx GET", call, asked, _for_htmx(plain))
    assert not faults, "\n".join([route.pattern, *faults])


def _for_htmx(plain: Asked) -> int:
    """The policy sends htmx to sign in by a header of a 200; a view that redirects anyone does so here too."""
    sent_by_policy = plain.response.status_code == 302 and "/login/?next=" in plain.response.headers["Location"]
    return 200 if sent_by_policy else plain.response.status_code


@by_route
def test_invisible_is_missing_byte_for_byte(world: World, route: Route) -> None:
    for persona in ("owner", "leader", "integration", "outsider"):
        door = Door(world, persona, is_api=route.is_api)
        hidden = OWN if persona == "outsider" else FOREIGN
        for method, call in calls(route):
            if MISSING not in relations(call, world) or FOREIGN not in relations(call, world):
                continue
            missing = door.ask(route, method, call, MISSING).comparable()
            for relation in (hidden, DELETED):
                assert door.ask(route, method, call, relation).comparable() == missing, (method, persona, relation)


@pytest.mark.parametrize("route", [r for r in ROUTES if r.is_api], ids=lambda route: route.name)
def test_token_needs_exactly_the_declared_scope(world: World, route: Route) -> None:
    faults = []
    everything = sorted(known_scopes())
    for method, call in calls(route):
        scope = call.scope or route.policy[method]
        enough = {scope, scope.replace(":read", ":write")}  # write includes read
        for scopes in [[name] for name in everything] + [[name for name in everything if name not in enough]]:
            door = Door(world, "owner", is_api=True, scopes=scopes)
            asked = door.ask(route, method, call, OWN)
            right = expected(route, method, call, asked, scopes=frozenset(scopes))
            faults += [f"{scopes}: {fault}" for fault in check(route, method, call, asked, right)]
    assert not faults, "\n".join([route.pattern, *faults])


def test_canaries_are_planted_in_every_text_of_both_accounts(world: World) -> None:
    """A table without a row of each account, or a text without its word, would make the matrix blind to it."""
    company = world.company
    pairs = ((OWN_WORD, company.account, OWN), (FOREIGN_WORD, company.foreign_account, FOREIGN))
    for model in [*scoped_models(), *IMPORTS]:
        for word, account, relation in pairs:
            rows = rows_of(model, account.pk, world.ids[relation]["import_job"])
            if not model.__name__.endswith("Event"):
                assert rows.exists(), f"{model.__name__} has no row of the {relation} account: furnish it in world.py"
            for column in words_of(model):
                held = set(rows.values_list(column.name, flat=True))
                assert all(value.startswith(word) for value in held), (model.__name__, column.name, held)


def test_canaries_reach_those_who_may_see_them(world: World) -> None:
    """The twin of "no canary leaked": the same calls do show them, so their absence means something."""
    shown = dict.fromkeys(("owner", "outsider", "admin"), "")
    for persona in shown:
        doors = {is_api: Door(world, persona, is_api=is_api) for is_api in (False, True)}
        for route in ROUTES:
            for method, call in calls(route):
                if method == "GET" and route.policy[method] is not Who.ANYONE:
                    for relation in relations(call, world):
                        shown[persona] += doors[route.is_api].ask(route, method, call, relation).everything()
    for persona, relation, word in (
        ("owner", OWN, OWN_WORD),
        ("outsider", FOREIGN, FOREIGN_WORD),
        ("admin", OWN, OWN_WORD),
        ("admin", FOREIGN, FOREIGN_WORD),
    ):
        assert sees(persona, "account", relation)
        assert shown[persona].lower().count(word) > 50


def test_table_has_no_example_of_a_route_that_is_gone() -> None:
    for is_api, table in EXAMPLES.items():
        names = {route.name for route in ROUTES if route.is_api == is_api}
        assert set(table) <= names
