"""The shell command."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from kam.exchange.models import ImportJob
from kam.exchange.selectors import report
from tests.exchange.runs import DATA
from tests.personas import SYSTEM, People

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text("Id,Date,CDs,Price\n1,1997-01-01,1,5\n2,never,1,5\n")
    return path


def command(file: Path, *options: str, kind: str = "touchpoints", mapping: str = "cdnow") -> str:
    out = StringIO()
    how = ["--kind", kind, "--mapping", str(DATA / f"{mapping}.json")]
    call_command("import_records", *how, *options, str(file), stdout=out)
    return out.getvalue()


def test_it_prints_counts_and_the_first_issues(people: People, file: Path) -> None:
    said = command(file, "--missing-accounts", "create")
    assert "2 total, 1 created, 0 updated, 0 unchanged, 0 duplicate, 1 rejected" in said
    assert "Not imported: line 3, Date: “never” does not read as" in said


def test_json_is_the_report_of_the_api(people: People, file: Path) -> None:
    printed: dict[str, Any] = json.loads(command(file, "--missing-accounts", "create", "--json"))
    assert printed == report(ImportJob.objects.get())
    assert set(printed) >= {"status", "progress", "rows", "errors", "warnings"}
    assert (printed["status"], printed["progress"]) == ("done", 100)


def test_as_somebody_gives_them_the_accounts(people: People, file: Path) -> None:
    command(file, "--missing-accounts", "create", "--as", people.owner.email)
    assert Account.objects.visible_to(SYSTEM).get().owner == people.owner
    assert ImportJob.objects.get().created_by == people.owner


def test_a_source_given_on_the_command_line_is_used_unless_mapped(people: People, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account,sector,employees,office_location,subsidiary_of\nAcme,retail,5,Italy,\n")
    command(path, "--source", "crm", kind="accounts", mapping="crm_accounts")
    assert ImportJob.objects.get().defaults == {"source": "crm"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as", "nobody@kam.example"], "no active user"),
        (["--as", "dora.deactivated@kam.example"], "no active user"),
        (["--defaults", "{"], "not valid JSON"),
        (["--defaults", "[]"], "must be a JSON object"),
        (["--defaults", '{"nope": "x"}'], "has no field"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_imported(
    people: People, file: Path, options: list[str], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        command(file, *options)
    assert not ImportJob.objects.exists()


def test_rejected_lines_fail_it_only_where_asked(people: People, file: Path) -> None:
    command(file, "--missing-accounts", "create")
    with pytest.raises(CommandError, match="1 of 2 lines were rejected"):
        command(file, "--missing-accounts", "create", "--fail-on-rejected")


def test_a_file_that_is_not_there_is_named(people: People, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nope.csv: No such file"):
        command(tmp_path / "nope.csv")
