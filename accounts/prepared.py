"""Statements that Django writes once for a kind of reader, and requests run again with values of their own.

Every page asks them; writing one of them anew took up to 5 ms, several times what PostgreSQL takes to answer it.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

from kam.people.enums import Role
from kam.people.principal import Principal

KINDS = 64  # of readers and shapes, for each statement
USER, TEAMS, IDS = UUID(int=1), [UUID(int=2)], [UUID(int=3)]  # nobody's, nowhere: they only hold a place

Text = tuple[str, dict[str, Any]]
Part = tuple[str, Any]  # the name of the value that goes there, or "" and what always stands there


class Prepared:
    """The rows of `build(principal, *shape, **values)` as plain tuples, unconverted.

    The queryset is built with stand-ins for the reader's id and teams and for the `values` (given here: what holds
    the place of each), so what they are must not decide how it is built. What may: role, scopes, whether there are
    any teams, and `shape`.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **values: Any) -> None:
        self.build, self.values = build, values
        self.written = lru_cache(maxsize=KINDS)(self._write)

    def rows(self, principal: Principal, *shape: Hashable, **values: Any) -> list[Any]:
        """One query. Raises: TypeError where a value is missing or not known."""
        if values.keys() != self.values.keys():
            raise TypeError(f"{sorted(values)} were given, {sorted(self.values)} are needed")
        text, parts = self.written(_kind(principal), *shape)
        given = {**values, "reader": principal.user_id, "teams": list(principal.team_ids)}
        with connection.cursor() as cursor:
            cursor.execute(text, [given[name] if name else value for name, value in parts])
            return list(cursor.fetchall())

    def _write(self, kind: Principal, *shape: Hashable) -> tuple[str, list[Part]]:
        query = self.build(kind, *shape, **self.values).query
        text, parameters = query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
        parts = [_part(parameter, self.values) for parameter in parameters]
        _check_placed(kind, self.values, parts)
        return text, parts


class PreparedText:
    """The same for a statement of our own with querysets in it: `build` answers its text and parameters by name.

    A value may be None: then it is built without it.
    """

    def __init__(self, build: Callable[..., Text], **values: Any) -> None:
        self.build, self.values = build, values
        self.written = lru_cache(maxsize=KINDS)(self._write)

    def filled(self, principal: Principal, *shape: Hashable, **values: Any) -> Text:
        """Text and parameters for this reader. Raises: TypeError where a value is missing or not known."""
        if values.keys() != self.values.keys():
            raise TypeError(f"{sorted(values)} were given, {sorted(self.values)} are needed")
        there = tuple(name for name, value in values.items() if value is not None)
        text, parts = self.written(_kind(principal), there, *shape)
        given = {**values, "reader": principal.user_id, "teams": list(principal.team_ids)}
        return text, {name: given[place] if place else value for name, (place, value) in parts.items()}

    def _write(self, kind: Principal, there: tuple[str, ...], *shape: Hashable) -> tuple[str, dict[str, Part]]:
        stand_ins = {name: value if name in there else None for name, value in self.values.items()}
        text, parameters = self.build(kind, *shape, **stand_ins)
        parts = {name: _part(value, {name: self.values[name] for name in there}) for name, value in parameters.items()}
        _check_placed(kind, there, parts.values())
        return text, parts


def _part(parameter: Any, values: dict[str, Any]) -> Part:
    places = {"reader": USER, "teams": TEAMS, **values}
    name = next((name for name, place in places.items() if type(parameter) is type(place) and parameter == place), "")
    return name, None if name else parameter


def _check_placed(kind: Principal, values: Iterable[str], parts: Iterable[Part]) -> None:
    """Raises: ValueError where a value has no place in the statement: it would narrow nothing.

    And where a stand-in stayed in it (teams in an IN instead of an array): everybody would be asked for as nobody.
    """
    parts = list(parts)
    lost = set(values) - {name for name, _ in parts}
    if lost and kind.role != Role.NOBODY:  # who sees nothing is asked about nothing
        raise ValueError(f"{sorted(lost)} have no place in the statement")
    if any(not name and value in (USER, *TEAMS, TEAMS, *IDS) for name, value in parts):
        raise ValueError("A stand-in would stay in the statement: give many as one array")


def _kind(principal: Principal) -> Principal:
    """Whoever is asked for alike: the same but for who it is and which teams."""
    return Principal(
        user_id=None if principal.user_id is None else USER,
        role=principal.role,
        team_ids=tuple(TEAMS) if principal.team_ids else (),
        scopes=principal.scopes,
    )
