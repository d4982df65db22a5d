"""What needs Django, in a process of its own: python -m bench.inside COMMAND ARGUMENTS; the answer is JSON."""

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kam.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.models import Account  # noqa: E402
from bench.recorded import Recording  # noqa: E402
from kam.core import clock  # noqa: E402
from kam.people.models import User  # noqa: E402
from kam.people.principal import Principal, principal_for  # noqa: E402
from kam.people.services import create_api_token  # noqa: E402
from touchpoints.models import Channel, Touchpoint, TouchpointType  # noqa: E402
from touchpoints.services.reconcile import reconcile  # noqa: E402
from touchpoints.services.touchpoints import log_touchpoint  # noqa: E402

WHO = ("manager", "leader", "admin")
SOURCE = "bench"


def setup(accounts: str, touchpoints: str) -> dict[str, Any]:
    """Migrate, seed unless that was done, and say who measures what."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not User.objects.exists():
        call_command("seed_demo", accounts=int(accounts), touchpoints=int(touchpoints), stdout=sys.stderr)
    people = {who: User.objects.get(email=f"{who}@demo.example") for who in WHO}
    for user in people.values():
        if not user.check_password(password := os.environ["KAM_DEMO_PASSWORD"]):  # seeded with another KAM_HOME
            user.set_password(password)
            user.save(update_fields=["password"])
    return {
        "tokens": {who: _token(user) for who, user in people.items()},
        "ids": {who: str(user.pk) for who, user in people.items()},
        "account": _account(people["manager"]),
        "sees": {who: Account.objects.visible_to(principal_for(user)).count() for who, user in people.items()},
    }


def _token(user: User) -> str:
    by = Principal.system("bench")
    return create_api_token(by=by, user=user, now=clock.now(), scopes=None, label="bench")[1]


def _account(manager: User) -> dict[str, Any]:
    """Of the manager's own accounts the busiest: its timeline has fifty entries at any scale."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, split_part(a.name_sort, ' ', 1) FROM accounts_account a WHERE a.owner_id = %s AND tier = 'A'"
            " AND a.lifecycle = 'active' ORDER BY (SELECT count(*) FROM touchpoints_touchpoint t"
            " WHERE t.account_id = a.id) DESC, a.id LIMIT 1",
            [manager.pk],
        )
        account, word = cursor.fetchone()
    return {"id": str(account), "word": word}


def record(account: str, path: str) -> dict[str, Any]:
    """Write down the statements that logging a touchpoint at this account runs; nothing of it stays."""
    manager = User.objects.get(email="manager@demo.example")
    by, now, recording = principal_for(manager), clock.now(), Recording()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        recording.add(sql, params)
        return execute(sql, params, many, context)

    with transaction.atomic():
        loaded = Account.objects.visible_to(by).get(pk=account)
        kind, channel = TouchpointType.objects.get(key="check_in"), Channel.objects.get(key="phone")
        with connection.execute_wrapper(watch):
            logged = log_touchpoint(
                by=by, now=now, account=loaded, type=kind, channel=channel, direction="two_way", occurred_at=now,
                subject="Measured", notes=SOURCE, sentiment_end=1,
            )  # fmt: skip
        recording.touchpoint, recording.now = logged.touchpoint.pk, now
        transaction.set_rollback(True)
    recording.save(Path(path))
    return {"statements": len(recording.statements)}


def clean(account: str) -> dict[str, Any]:
    """Remove what the measurement logged."""
    with transaction.atomic(), connection.cursor() as cursor:
        logged = Touchpoint.objects.visible_to(Principal.system("bench")).filter(account=account, notes=SOURCE)
        ids = list(logged.values_list("pk", flat=True))
        cursor.execute("UPDATE touchpoints_checkin SET fulfilled_by_id = NULL WHERE fulfilled_by_id = ANY(%s)", [ids])
        cursor.execute(
            "UPDATE touchpoints_staleflag SET closed_by_touchpoint_id = NULL WHERE closed_by_touchpoint_id = ANY(%s)",
            [ids],
        )
        for table in ("touchpointcontact", "touchpointstaff"):
            cursor.execute(f"DELETE FROM touchpoints_{table} WHERE touchpoint_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM touchpoints_touchpoint WHERE id = ANY(%s)", [ids])
        reconcile([account], now=clock.now())  # type: ignore[list-item]
    return {"removed": len(ids)}


COMMANDS = {"setup": setup, "record": record, "clean": clean}


def main() -> None:
    from bench import inside_import, inside_rows

    commands = {**COMMANDS, **inside_rows.COMMANDS, **inside_import.COMMANDS}
    print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))


if __name__ == "__main__":
    main()
