"""Idempotency-Key: a POST that is sent again does its work once and gets its first answer again.

The answer is stored in the transaction of the work: whoever is killed in between leaves both or neither,
and the next try does it, or repeats it. Meanwhile a lock of that transaction marks the key as in flight; it
goes with the transaction, however that ends. Refusals wrote nothing, so they are not kept.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from rest_framework.response import Response

from kam.api.models import IdempotencyKey
from kam.api.rendering import JSONRenderer
from kam.core.errors import BadInput, Conflict, DomainError
from kam.people.principal import Principal

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT = timedelta(hours=24)
REPEATED_HEADERS = ("ETag", "Location")

# A process that falls silent in the middle holds its key no longer than this: PostgreSQL ends its transaction.
TAKE_LEASE = """
    SELECT set_config('idle_in_transaction_session_timeout', '60s', true),
           pg_try_advisory_xact_lock(hashtextextended(%s, 0))
"""


def answer_once(*, by: Principal, now: datetime, request: HttpRequest, work: Callable[[], Response]) -> HttpResponse:
    """The answer of `work`, or that of the same request made before, byte for byte.

    Raises: BadInput for a malformed key, Conflict("in_flight") where the first request is still at it,
    DomainError("key_reused") where the key came with another body or address.
    """
    key = request.headers[HEADER]
    if not KEY.fullmatch(key):
        raise BadInput("bad_key", f"{HEADER} is 1 to 255 visible ASCII characters.", field=HEADER)
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        _take_lease(by, key)
        earlier = IdempotencyKey.objects.filter(user_id=by.user_id, key=key, created_at__gt=now - KEPT).first()
        if earlier is None:
            return _answer(_store(by, key, fingerprint, work(), now))
    if bytes(earlier.fingerprint) != fingerprint:
        raise DomainError("key_reused", f"This {HEADER} was sent before with another request.", field=HEADER)
    return _answer(earlier, **{REPLAYED: "true"})


def forget_keys(since: datetime, until: datetime) -> None:
    """Delete the answers kept for 24 hours."""
    IdempotencyKey.objects.filter(created_at__lt=until - KEPT).delete()


def _take_lease(by: Principal, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_LEASE, [f"{by.user_id} {key}"])
        if not cursor.fetchone()[1]:
            raise Conflict("in_flight", "The first request with this key is still being answered: ask again soon.")


def _store(by: Principal, key: str, fingerprint: bytes, response: Response, now: datetime) -> IdempotencyKey:
    row = IdempotencyKey(
        user_id=by.user_id,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        headers={name: response.headers[name] for name in REPEATED_HEADERS if name in response.headers},
        body=JSONRenderer().render(response.data),
        created_at=now,
    )
    renewed = ["fingerprint", "status", "headers", "body", "created_at"]  # of one older than a day, not yet forgotten
    IdempotencyKey.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["user_id", "key"], update_fields=renewed
    )
    return row


def _answer(stored: IdempotencyKey, **headers: str) -> HttpResponse:
    """First answer and repetition are made of the same row: they cannot differ."""
    return HttpResponse(
        bytes(stored.body),
        status=stored.status,
        content_type=JSONRenderer.media_type,
        headers={**stored.headers, **headers},
    )


def _fingerprint(request: HttpRequest) -> bytes:
    """SHA-256 of address and content; a form counts by its fields, since its boundaries differ each time."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.digest()
    for name, values in sorted(request.POST.lists()):
        digest.update(repr((name, values)).encode())
    for name, file in sorted(cast("dict[str, UploadedFile]", request.FILES.dict()).items()):
        digest.update(repr((name, file.name, file.size)).encode())
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    return digest.digest()
