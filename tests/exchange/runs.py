"""Imports for tests: by the shell's service, and by the page with the worker's dispatcher behind it."""

import io
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from kam.core import clock
from kam.exchange.enums import Missing
from kam.exchange.models import ImportJob
from kam.exchange.selectors import report
from kam.exchange.services import Request, import_now
from kam.outbox import dispatch
from kam.outbox.models import OutboxMessage
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from tests.personas import client_for

DATA = Path(__file__).parent / "data"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
WRITTEN = [
    "accounts_account",
    "accounts_externalid",
    "accounts_lifecycleevent",
    "touchpoints_touchpoint",
    "touchpoints_touchpointcontact",
    "touchpoints_touchpointstaff",
    "touchpoints_touchpointtype",
    "touchpoints_checkin",
    "touchpoints_staleflag",
]


def mapping(name: str) -> dict[str, Any]:
    return json.loads((DATA / f"{name}.json").read_text())


def run(kind: str, text: str | bytes, how: dict[str, Any], *, by: User | Principal, **options: Any) -> dict[str, Any]:
    """Import `text` at once; the report."""
    body = text.encode() if isinstance(text, str) else text
    return report(
        import_now(
            by=by if isinstance(by, Principal) else principal_for(by),
            request=Request(kind=kind, file=io.BytesIO(body), filename="test.csv", mapping=how, **options),
            clock=clock.now,
        )
    )


def upload(kind: str, body: bytes, how: dict[str, Any], *, by: User, **fields: Any) -> dict[str, Any]:
    """Upload by the page and let the worker's dispatcher run; the report."""
    data = {"kind": kind, "file": SimpleUploadedFile("test.csv", body), "mapping": json.dumps(how), **fields}
    response = client_for(by).post(reverse("import_new"), data)
    assert response.status_code == 303, response.content.decode()
    drain()
    return report(ImportJob.objects.order_by("-created_at", "-id")[0])


def drain() -> None:
    """Have the dispatcher do all that is due. A test is one transaction, in which now() never moves: rows wait."""
    waiting = OutboxMessage.objects.filter(done_at=None, dead_at=None, attempts=0)
    while waiting.update(available_at=clock.now() - timedelta(days=1)):
        dispatch.run("db", seconds=120)


def create(*names: str) -> dict[str, Any]:
    """Options that create what is missing: create("accounts", "types")."""
    return {f"missing_{name}": Missing.CREATE for name in names}


def checksums(tables: Sequence[str] = WRITTEN) -> dict[str, str]:
    """Every byte of the tables an import may write: number of rows and a digest of their texts."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT count(*) || ':' || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t"
            )
            found[table] = cursor.fetchone()[0]
    return found
