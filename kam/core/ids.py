"""Keys of rows that API and URL show: UUID version 7 (RFC 9562), sorted by creation time."""

import os
import time
import uuid
from typing import Any

from django.db import models


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value)


class UUIDv7(models.Func):
    """PostgreSQL 18's uuidv7(), so that set-based SQL gets a key as well."""

    function = "uuidv7"
    template = "%(function)s()"
    output_field = models.UUIDField()


def uuid_key(**kwargs: Any) -> models.UUIDField:
    """Primary key known in Python before saving and by the database for raw inserts.

    Never `db_default` alone: in Django 5.2 `bulk_create` then returns no ids.
    """
    return models.UUIDField(primary_key=True, default=uuid7, db_default=UUIDv7(), editable=False, **kwargs)
