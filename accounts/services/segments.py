"""Segments: groups of accounts served alike, kept by administrators."""

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Segment
from kam.core.errors import Conflict
from kam.core.integrity import translating_integrity
from kam.people.principal import Principal
from kam.people.rules import administrators_only, clean_name


def create_segment(*, by: Principal, name: str) -> Segment:
    """A new segment. Raises: Conflict `segment_taken`."""
    administrators_only(by)
    with translating_integrity(), transaction.atomic():
        return Segment.objects.create(name=clean_name(name))


def rename_segment(*, by: Principal, segment: Segment, name: str) -> None:
    """Its accounts stay in it. Raises: Conflict `segment_taken`."""
    administrators_only(by)
    name = clean_name(name)
    with translating_integrity(), transaction.atomic():
        Segment.objects.filter(pk=segment.pk).update(name=name)


@transaction.atomic
def delete_segment(*, by: Principal, segment: Segment) -> None:
    """A segment without accounts and without a cadence of its own. Raises: Conflict `segment_in_use`."""
    administrators_only(by)
    try:
        segment.delete()
    except ProtectedError as error:
        words = _("This segment is in use: accounts are in it, or a cadence is set for it.")
        raise Conflict("segment_in_use", words) from error
