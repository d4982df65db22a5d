"""Attaching files to touchpoints, and taking them off."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from kam.core.errors import BadInput, DomainError, NotVisible
from kam.core.text import check_text
from kam.people.principal import Principal
from touchpoints.filekinds import ENDINGS, HEAD, kind_of
from touchpoints.models import Attachment, Touchpoint
from touchpoints.models.attachment import MAX_BYTES
from touchpoints.services.amending import held
from touchpoints.services.rules import may_amend

PIECE = 2**20
MOST = 20  # files of one touchpoint


class FileTooLarge(BadInput):
    """More bytes than an attachment may have."""

    status = 413


@transaction.atomic
def attach_file(*, by: Principal, now: datetime, touchpoint: Touchpoint, name: str, file: IO[bytes]) -> Attachment:
    """Keep a file with a touchpoint that `by` may amend; the same content is kept once, under its first name.

    Raises: NotVisible; DomainError("not_yours"); FileTooLarge above 25 MiB; DomainError for an empty file, one of a
    kind not allowed or not what its name says, or one too many.
    """
    name = _clean(name)
    size, sha256, head = _measured(file)  # before the lock: it takes a while
    current = held(by, touchpoint, expected_version=None)
    kind = kind_of(name, head)
    if kind is None:
        words = _("This is no file that may be attached, or not what its name says. Allowed are: %(kinds)s.")
        raise DomainError("file_kind", words % {"kinds": ENDINGS}, field="file")
    present = list(current.attachments.all())
    if same := next((one for one in present if one.sha256 == sha256), None):
        return same
    if len(present) >= MOST:
        raise DomainError("too_many_files", _("A touchpoint has at most 20 files."), field="file")
    attachment = Attachment(
        account_id=current.account_id,
        touchpoint=current,
        name=name,
        size_bytes=size,
        sha256=sha256,
        content_type=kind.content_type,
        created_at=now,
        created_by_id=by.user_id,
    )
    _keep(attachment, file)
    attachment.save(force_insert=True)
    return attachment


@transaction.atomic
def detach_file(*, by: Principal, attachment: Attachment) -> None:
    """Take a file off its touchpoint. Raises: NotVisible; DomainError("not_yours")."""
    current = Attachment.objects.visible_to(by).select_related("touchpoint__account").filter(pk=attachment.pk).first()
    if current is None:
        raise NotVisible
    if not may_amend(by, current.touchpoint):
        words = _("Only who logged it or took part, a leader or an administrator can change it.")
        raise DomainError("not_yours", words)
    current.delete()


def _keep(attachment: Attachment, file: IO[bytes]) -> None:
    """Store the content unless it is there. What a killed process left half written is written anew."""
    place = attachment.stored_as
    if default_storage.exists(place):
        if default_storage.size(place) == attachment.size_bytes:
            return
        default_storage.delete(place)
    file.seek(0)
    default_storage.save(place, File(file))


def _clean(name: str) -> str:
    """The last part of a path, on one line; what is too long loses its middle, never its ending."""
    last = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
    check_text(last, field="file")
    stem, dot, ending = last.rpartition(".")
    return last if len(last) <= 200 else f"{stem[: 199 - len(ending)]}{dot}{ending}"[:200]


def _measured(file: IO[bytes]) -> tuple[int, str, bytes]:
    """Size, SHA-256 and beginning, without holding the whole."""
    digest, size, head = hashlib.sha256(), 0, b""
    for piece in _pieces(file):
        head = head or piece[:HEAD]
        digest.update(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise FileTooLarge("too_large", _("A file may have at most 25 MiB."), field="file")
    if not size:
        raise DomainError("file_empty", _("The file is empty."), field="file")
    return size, digest.hexdigest(), head


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
