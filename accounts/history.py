"""History of a customer's rows: scoped like the rows themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.scoped import ScopedManager
from kam.core.tracking import HistoryEvent, ModelClass, tracked


class ScopedEvent(HistoryEvent):
    """An event of a row that belongs to an account; ACCOUNT_ID names the column that says which."""

    ACCOUNT_ID = "account_id"
    objects = ScopedManager()  # type: ignore[misc, assignment]

    class Meta:
        abstract = True


def keep_history(
    *, exclude: Sequence[str] = (), omit: Sequence[str] = (), account_id: str = "account_id"
) -> Callable[[ModelClass], ModelClass]:
    """Keep updates and deletes of an AccountScoped model.

    `exclude`: fields whose change alone says nothing; `omit`: fields whose values history never holds.
    """
    attrs: dict[str, Any] = {"ACCOUNT_ID": account_id, "objects": ScopedManager()}
    return tracked(exclude=exclude, omit=omit, base_model=ScopedEvent, attrs=attrs)  # type: ignore[type-abstract]
