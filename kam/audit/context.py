"""Who is behind the writes of a block of code, for the row history."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pghistory
from django.db import connection
from django.utils.translation import gettext_lazy as _

from kam.core.logs import current_request_id
from kam.people.principal import Principal

Door = Literal["web", "api", "import", "task", "shell"]
DOORS = {
    "web": _("Page"),
    "api": _("API"),
    "import": _("Import"),
    "task": _("Background"),
    "shell": _("Command line"),
}


@contextmanager
def recorded(*, via: Door, by: Principal | None = None) -> Iterator[None]:
    """Every history event inside says who (`by`), through which door and in which request.

    A block inside another one speaks for itself and then gives the word back. `by` may come later, see
    `name_actor`.

    Inside, each writing statement is preceded by two set_config calls whose values travel as
    parameters. So raw SQL there must double its percent signs even without parameters of its own, and
    `cursor.executemany` fails: bulk writers use `cursor.execute`.
    """
    with pghistory.context() as block:
        outer = dict(block.metadata)
        block.metadata.update(via=via, request_id=current_request_id(), **_who(by))
        try:
            yield
        finally:
            block.metadata.clear()
            block.metadata.update(outer)
    if not outer:
        _forget()


def _forget() -> None:
    """The settings live as long as the transaction; what it writes after the block is not the block's."""
    if connection.in_atomic_block and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")


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
