"""Mappings kept for the next file with the same columns."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from kam.core.errors import BadInput, NotVisible
from kam.exchange.drafts import Settings
from kam.exchange.guessing import fingerprint
from kam.exchange.models import ImportJob, SavedMapping
from kam.exchange.selectors import saved_mappings
from kam.people.principal import Principal


def save_mapping(
    *,
    by: Principal,
    now: datetime,
    job: ImportJob,
    header: Sequence[str],
    name: str,
    is_shared: bool,
    settings: Settings,
) -> SavedMapping:
    """Keep what was said of a file; one of one's own with the same name is replaced."""
    if by.user_id is None:
        raise BadInput("no_person", "Only a person can keep a mapping.")
    given = asdict(settings)
    saved, _ = SavedMapping.objects.update_or_create(
        owner_id=by.user_id,
        kind=job.kind,
        name=name,
        defaults={
            "is_shared": is_shared,
            "mapping": settings.mapping,
            "defaults": settings.defaults,
            "options": {key: str(given[key]) for key in ("missing_accounts", "missing_types")},
            "fingerprint": fingerprint(header),
            "changed_at": now,
        },
    )
    return saved


def remove_mapping(*, by: Principal, mapping_id: UUID) -> None:
    """One's own; an administrator also what others share. Raises: NotVisible."""
    saved = saved_mappings(by).filter(pk=mapping_id).first()
    if saved is None or (saved.owner_id != by.user_id and not by.sees_everything):
        raise NotVisible
    saved.delete()
