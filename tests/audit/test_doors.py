"""Whatever changes a row outside of a request says so too: imports, the worker's tasks, the shell."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from accounts.enums import Tier
from accounts.models import Account
from accounts.services.accounts import edit_account
from kam.core import clock
from kam.core.tracking import HistoryEvent
from kam.demo.management.commands import seed_demo as command
from kam.demo.seed import Seeded
from kam.outbox import planner
from kam.outbox.models import OutboxMessage
from kam.outbox.registry import _handlers, subscribe
from kam.people.models import Team
from kam.people.principal import principal_for
from tests.exchange.runs import drain, mapping, run, upload
from tests.personas import PASSWORD, SYSTEM, Company, People

pytestmark = pytest.mark.django_db


def told(model: type[Any], row: Any) -> list[tuple[str | None, str | None, str | None]]:
    """(user, system, door) of a row's events, the oldest first."""
    events = model.pgh_event_model._base_manager.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    contexts = [event.pgh_context or {} for event in events]
    return [(context.get("user"), context.get("system"), context.get("via")) for context in contexts]


TABLES = [model for model in apps.get_models() if issubclass(model, HistoryEvent)]


def all_told() -> set[tuple[str | None, str | None]]:
    """(system, door) over every event there is."""
    contexts = [
        context or {} for table in TABLES for context in table._base_manager.values_list("pgh_context", flat=True)
    ]
    return {(context.get("system"), context.get("via")) for context in contexts}


def test_an_import_names_its_importer_and_the_door(company: Company) -> None:
    owner, account = company.people.owner, company.account
    how = {"name": "Name", "industry": "Industry"}
    found = run("accounts", f"Name,Industry\n{account.name},Shipping\n", how, by=owner)
    assert found["rows"]["updated"] == 1, found
    assert told(Account, account) == [(str(owner.pk), None, "import")]


def test_an_import_by_the_worker_names_its_importer_not_the_task(company: Company) -> None:
    owner, account = company.people.owner, company.account
    body = f"Name,Industry\n{account.name},Shipping\n".encode()
    upload("accounts", body, {"name": "Name", "industry": "Industry"}, by=owner)
    assert told(Account, account) == [(str(owner.pk), None, "import")]


def test_a_message_names_its_topic(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_handlers, ("tests.rename", "db"), [])
    subscribe("tests.rename")(lambda message: Team.objects.filter(pk=people.north.pk).update(name="Renamed"))
    OutboxMessage.objects.create(topic="tests.rename", lane="db", payload={})
    drain()
    assert told(Team, people.north) == [(None, "tests.rename", "task")]


def test_a_periodic_job_names_itself(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "_jobs", {})
    planner.register(
        "tests.nightly",
        timedelta(0),
        lambda since, until: Team.objects.filter(pk=people.north.pk).update(name="Renamed"),
    )
    assert planner.tick(now=clock.now()) == ["tests.nightly"]
    assert told(Team, people.north) == [(None, "tests.nightly", "task")]


def test_no_work_of_the_background_is_anonymous(company: Company) -> None:
    """Every real job and subscriber, over an account whose cadence changed and that is long due."""
    owner = principal_for(company.people.owner)
    run("touchpoints", "Id,Date,CDs,Price\n1,1997-01-01,1,5\n", mapping("cdnow"), by=owner)
    account = Account.objects.visible_to(SYSTEM).get(pk=company.account.pk)
    edit_account(by=owner, account=account, now=clock.now(), changes={"tier": Tier.A})
    for table in TABLES:
        table._base_manager.all().delete()
    assert len(planner.tick(now=clock.now() + timedelta(days=400))) >= 4
    drain()
    assert all_told() == set()


def test_the_shell_says_which_command_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(**_: Any) -> Seeded:
        Team.objects.create(name="North")
        Team.objects.update(name="Renamed")
        return Seeded(0, 0, 0)

    monkeypatch.setattr(command, "seed_demo", rename)
    monkeypatch.setenv("KAM_DEMO_PASSWORD", PASSWORD)
    call_command("seed_demo", verbosity=0)
    assert all_told() == {("seed_demo", "shell")}


def test_making_users_and_tokens_changes_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", PASSWORD)
    new = ["x@kam.example", "--role", "leader", "--team", "North", "--create-team"]
    call_command("create_user", *new, "--password-env", "NEW_PASSWORD")
    call_command("create_api_token", "x@kam.example")
    assert all_told() == set()
