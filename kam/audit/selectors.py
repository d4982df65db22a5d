"""Reading the history of a row."""

from typing import Any

from django.db import models


def history_of(obj: models.Model, *, events: models.QuerySet[Any] | None = None) -> models.QuerySet[Any]:
    """The events of a row, newest first. They outlive it, so `obj` may be deleted already.

    `pgh_label` is "update" (fields hold the row after it) or "delete" (the row before it);
    `pgh_context` says who: {"user": id or None, "system": task or None, "via", "request_id"}.
    Rows of an account have scoped events: pass them narrowed, `events=Event.objects.visible_to(p)`.
    """
    if events is None:
        events = type(obj).pgh_event_model.objects.all()  # type: ignore[attr-defined]
    return events.filter(pgh_obj_id=obj.pk).order_by("-pgh_id")
