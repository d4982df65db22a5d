"""Making the calls of the access matrix, and saying exactly what an answer must be."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from kam.api.permissions import ANY_SCOPE
from kam.core import clock
from kam.core.policy import Who
from kam.core.routes import Route
from kam.people.models import ApiToken, User
from tests.access.calls import Call
from tests.access.examples import EXAMPLES
from tests.access.world import (
    DELETED,
    FOREIGN,
    FOREIGN_SEGMENT,
    FOREIGN_WORD,
    MISSING,
    OWN,
    OWN_SEGMENT,
    OWN_WORD,
    SECRET,
    World,
    reads_secrets,
    sees,
)
from tests.personas import api_client, client_for, make_token

RELATIONS = (OWN, FOREIGN, DELETED, MISSING)
PERSONAS = (
    "anonymous", "owner", "teammate", "outsider", "leader", "sibling_leader", "admin", "deactivated", "newcomer",
    "integration",
)  # fmt: skip
ROLES = {
    "owner": "manager", "teammate": "manager", "outsider": "manager", "leader": "leader", "sibling_leader": "leader",
    "admin": "admin", "newcomer": "nobody", "integration": "integration",
}  # fmt: skip
DEACTIVATED = "dora.deactivated@kam.example"
SHARED = {
    "team",
    "user",
    "member",
    "segment",
    "tag",
    "channel",
    "type",
    "skill",
    "colleague",
    "policy",
    "reach",
}  # everybody sees
COLLEAGUES = {
    "user-list",
    "user-detail",
    "team-list",
    "team-detail",
    "account_team",
}  # people and teams are no secret among staff
CATALOGUES = {
    "account_new",
    "account_edit",
    "segment-list",
    "segment-detail",
}  # every segment may be chosen for an account
REVEALING = {"contact_private", "contact-reveal"}  # what shows sensitive fields, to those who may read them
# A page remembers that it was opened.
# Rate limits count every attempt to sign in and every call, refused or not; nothing of a customer's is in it.
NOT_COMPARED = {"accounts_visit", "accounts_dayvisit", "kam_cache", "api_ratewindow"}


CSRF = re.compile(r"""(name="csrfmiddlewaretoken" value="|"X-CSRFToken": ")[^"]+""")


class Recorder(dict[str, str]):
    """Ids by kind that remember which kinds were asked for."""

    def __init__(self, ids: Mapping[str, str]) -> None:
        super().__init__(ids)
        self.asked: set[str] = set()

    def __getitem__(self, kind: str) -> str:
        self.asked.add(kind)
        return super().__getitem__(kind)


@dataclass(frozen=True)
class Asked:
    """A finished call: whom it was for, what it named, and what came back."""

    persona: str
    relation: str
    kinds: frozenset[str]
    ids: Mapping[str, Mapping[str, str]]  # of every relation
    response: HttpResponseBase
    body: bytes
    changed: list[str]
    route: str

    @property
    def where(self) -> str:
        return f"{self.persona} on {self.relation}"

    def everything(self) -> str:
        """Headers, cookies and body as text."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.response.headers.items())
        return f"{headers}\n{self.response.cookies.output()}\n{self.body.decode('utf-8', 'replace')}"

    def comparable(self) -> tuple[int, dict[str, str], str]:
        """Status, headers and body without what must differ: the id asked for, request id, CSRF tokens."""
        own = ("X-Request-ID", "Content-Length", "RateLimit-Remaining", "RateLimit-Reset")
        headers = {name: value for name, value in self.response.headers.items() if name not in own}
        return self.response.status_code, headers, self._neutral(self.body.decode("utf-8", "replace"))

    def _neutral(self, text: str) -> str:
        for kind, value in self.ids[self.relation].items():
            if kind not in SHARED or kind == "member":
                text = text.replace(value, f"<{kind}>")
        text = text.replace(self.response.headers["X-Request-ID"], "<request>")
        return CSRF.sub(r"\1", text)


class Door:
    """One way in for one persona: a browser session, or a client with a token."""

    def __init__(self, world: World, persona: str, *, is_api: bool, scopes: list[str] | None = None) -> None:
        user = getattr(world.people, persona, None)
        self.persona, self.world = persona, world
        if is_api:
            self.client = api_client(_token(user, scopes) if user else None)
        else:
            self.client = client_for(user)

    def ask(
        self,
        route: Route,
        method: str,
        call: Call,
        relation: str,
        checksum: "Checksum | None" = None,
        *,
        headers: Mapping[str, str] = {},  # noqa: B006  # read only
    ) -> Asked:
        """Make the call; whatever it writes is rolled back."""
        ids = Recorder(self.world.ids[relation])
        kwargs = {name: kind[1:] if kind.startswith("=") else ids[kind] for name, kind in call.path.items()}
        address = reverse(route.name, kwargs=kwargs)
        if call.if_match and route.is_api:
            headers = {**headers, "If-Match": call.if_match}
        query, body = call.query(ids), call.body(ids) if call.body else None
        with transaction.atomic():
            before = writes() if checksum else 0
            response = _send(self.client, method, address, query, body, is_api=route.is_api, headers=headers)
            content = b"".join(response)  # a streamed answer still reads rows
            changed = checksum.changed() if checksum and writes() != before else []
            transaction.set_rollback(True)
        kinds = frozenset(ids.asked - SHARED)
        return Asked(self.persona, relation, kinds, self.world.ids, response, content, changed, route.name)


def _token(user: User, scopes: list[str] | None) -> str:
    """One used just now, which is noted once a minute. A deactivated user's was made while they still worked here."""
    people, gone = User.objects.filter(pk=user.pk), user.email == DEACTIVATED
    if gone:
        people.update(is_active=True)
        user.refresh_from_db()
    secret = make_token(user, scopes=scopes)
    if gone:
        people.update(is_active=False)
    ApiToken.objects.filter(user=user).update(last_used_at=clock.now())
    return secret


def _send(
    client: Client, method: str, address: str, query: dict[str, Any], body: Any, *, is_api: bool, headers: Any
) -> HttpResponseBase:
    if body is None:
        return client.generic(method, address, query_params=query, headers=headers)
    if is_api:
        return client.generic(
            method, address, json.dumps(body), "application/json", query_params=query, headers=headers
        )
    return client.post(address, body, query_params=query, headers=headers)


def example(route: Route, method: str) -> Call:
    """How to call a route. Fails with instructions where the table does not say."""
    calls = EXAMPLES[route.is_api].get(route.name)
    if calls is None or method not in calls:
        table = "examples_api.py" if route.is_api else "examples.py"
        raise AssertionError(
            f"tests/access/{table} has no example for {method} {route.pattern} ({route.name or 'no name'}): "
            "add one, saying arguments, query, body and statuses."
        )
    return calls[method]


def relations(call: Call, world: World) -> Iterator[str]:
    """Whose objects to try: all where the call names one, else only one's own."""
    ids = Recorder(world.ids[OWN])
    for kind in call.path.values():
        if not kind.startswith("="):
            ids[kind]
    call.query(ids)
    if call.body:
        call.body(ids)
    if ids.asked - SHARED:
        yield from RELATIONS
    else:
        yield OWN
        if ids.asked:
            yield MISSING


def expected(route: Route, method: str, call: Call, asked: Asked, *, scopes: frozenset[str] | None = None) -> int:
    """The one right status: first who, then what, then the row."""
    declared = (scopes is not None and call.scope) or route.policy.get(method)
    refusal = _api_refusal(declared, asked.persona, scopes) if route.is_api else _web_refusal(declared, asked.persona)
    if refusal:
        return refusal
    if asked.persona in call.but and (asked.relation == OWN or (call.but[asked.persona] == 403 and not call.by_row)):
        return call.but[asked.persona]
    if asked.relation == MISSING and not asked.kinds and call.path:
        return call.hidden  # something everybody would see, were it there
    return call.ok if all(sees(asked.persona, kind, asked.relation) for kind in asked.kinds) else call.hidden


def _web_refusal(who: Any, persona: str) -> int | None:
    if who is None:
        return 405
    if who is Who.ANYONE:
        return None
    if persona not in ROLES:
        return 302
    return None if ROLES[persona] in who.value else 403


def _api_refusal(scope: Any, persona: str, scopes: frozenset[str] | None) -> int | None:
    if persona not in ROLES:
        return 401
    if ROLES[persona] == "nobody":
        return 403
    if scope is None:
        return 405
    enough = {ANY_SCOPE, *(scopes or ()), *(name.replace(":write", ":read") for name in scopes or ())}
    return None if scopes is None or scope in enough else 403


def forbidden_words(asked: Asked) -> Iterator[str]:
    """Words and ids that this answer must not hold, whoever asked for whatever."""
    for relation, word, segment in ((OWN, OWN_WORD, OWN_SEGMENT), (FOREIGN, FOREIGN_WORD, FOREIGN_SEGMENT)):
        if asked.route not in REVEALING or not reads_secrets(asked.persona, relation):
            yield word + SECRET
        if not sees(asked.persona, "account", relation):
            if asked.route not in COLLEAGUES:
                yield word
            if asked.route not in CATALOGUES:
                yield segment
        if asked.relation != relation:  # an answer may repeat the id it was asked for
            hidden = (kind for kind in asked.ids[relation] if kind not in SHARED)
            yield from (asked.ids[relation][kind] for kind in hidden if not sees(asked.persona, kind, relation))


def leaks(asked: Asked) -> list[str]:
    text = asked.everything().replace(asked.response.request["PATH_INFO"], "").lower()  # what was asked is known
    return [word for word in forbidden_words(asked) if word in text]


class Checksum:
    """A hash of every row of every table: equal before and after means nothing was written."""

    def __init__(self) -> None:
        tables = sorted(set(connection.introspection.table_names()) - NOT_COMPARED)
        quoted = {table: connection.ops.quote_name(table) for table in tables}
        self.sql = " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
            for table, name in quoted.items()
        )
        self.before = self()

    def __call__(self) -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # starting them takes five times as long
            cursor.execute(self.sql)
            return dict(cursor.fetchall())

    def changed(self) -> list[str]:
        """The tables that differ from how they were at first."""
        now = self()
        return sorted(table for table, digest in self.before.items() if now[table] != digest)


def writes() -> int:
    """How many rows this transaction has written: where it stands still, no hash need be taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
            " + pg_stat_get_xact_tuples_deleted(oid)) FROM pg_class WHERE relkind = 'r' AND"
            " relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [sorted(NOT_COMPARED)],
        )
        return int(cursor.fetchone()[0] or 0)
