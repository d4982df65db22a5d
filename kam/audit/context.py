"""Who is behind the writes of a block of code, for the row history."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pghistory

from kam.core.logs import current_request_id
from kam.people.principal import Principal

Door = Literal["web", "api", "import", "task", "shell"]


@contextmanager
def recorded(*, via: Door, by: Principal | None = None) -> Iterator[None]:
    """Every history event inside says who (`by`), through which door and in which request.

    The outermost block decides the door. `by` may come later, see `name_actor`.

    Inside, each writing statement is preceded by two set_config calls whose values travel as
    parameters. So raw SQL there must double its percent signs even without parameters of its own, and
    `cursor.executemany` fails: bulk writers use `cursor.execute`.
    """
    with pghistory.context(via=via, request_id=current_request_id(), **_who(by)):
        yield


def name_actor(by: Principal) -> None:
    """Tell the surrounding block who it is, where the door learned that only after opening it."""
    pghistory.context(**_who(by))


def _who(by: Principal | None) -> dict[str, str | None]:
    """Ids only: a name copied into every event would outlive its erasure."""
    if by is None:
        return {}
    if by.user_id:
        return {"user": str(by.user_id), "system": None}
    return {"user": None, "system": by.name or None}
