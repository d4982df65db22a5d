"""Row history: which changes of a row leave an event.

UPDATE and DELETE do, INSERT never: the row itself, with its `created_by`, is its first version, and a
trigger on every insert made bulk imports 15 times slower. An update event holds the new row, a delete
event the last one. Who did it comes from kam.audit.context.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pghistory
import pghistory.models
import pgtrigger
from django.db import models

ModelClass = TypeVar("ModelClass", bound=type[models.Model])


class HistoryEvent(pghistory.models.Event):
    """Base of every event table; a bigint key, because history only grows."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def tracked(
    *,
    exclude: Sequence[str] = (),
    omit: Sequence[str] = (),
    base_model: type[pghistory.models.Event] = HistoryEvent,
    attrs: dict[str, Any] | None = None,
) -> Callable[[ModelClass], ModelClass]:
    """Keep the history of a model in a table beside it, `<Model>Event`.

    `exclude`: fields whose change alone leaves no event (health, pulse, last use).
    `omit`: fields never copied into history (a password's hash); their change still leaves an event.
    `base_model`, `attrs`: for models that belong to an account, whose events need the account and the
    scoped manager too.
    """

    def track(model: ModelClass) -> ModelClass:
        # Spelled out, because pghistory would else leave the omitted fields out of the condition too.
        watched = {field.name for field in model._meta.local_fields} - {
            model._meta.get_field(name).name for name in exclude
        }
        decorate = pghistory.track(
            pghistory.UpdateEvent(condition=pgtrigger.AnyChange(*sorted(watched))),
            pghistory.DeleteEvent(),
            exclude=list(omit),
            # No way back from the tracked row or its relations to the events: a join there would leak.
            obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+"),
            # Inside the event rather than in a table of its own, which every traced write would update.
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,  # type: ignore[arg-type]  # documented: no such column
            model_name=f"{model.__name__}Event",
            base_model=base_model,
            attrs=attrs,
        )
        decorate(model)
        return model

    return track
