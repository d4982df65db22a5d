"""Whatever text is let in survives export and import byte for byte."""

import json
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Account
from kam.core import clock
from kam.core.text import find_forbidden
from kam.exchange.downloads import MARK, csv_lines
from kam.exchange.exports.services import ExportRequest, reader_for
from kam.exchange.guessing import fitted, ready_for
from kam.exchange.mapping import CONTROL
from kam.exchange.registry import kind_of
from kam.people.models import User
from tests import factories
from tests.exchange.runs import REAL, checksums, create, run
from tests.personas import SYSTEM, People, make_account, principal
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db
OWN = [
    "=1+1", "+1", "-1", "@SUM(1+9)*cmd|' /C calc'!A0", "'=1", "''=1", "  =1", "\u3000＝1", "'", "''", "'tis",
    "a,b;c\td",
    '"', '""', '"a', 'a"b"', "two\nlines", "two\r\nlines", "\tx", "\rx", "a\\", '\\"', "a\\,b", "𝒳 ʤ Ω ☃ ́", "null",
    "None",
    "1E+02", "0x0", "' OR 1=1 -- 1", "<script>alert(1)</script>", "%s%n", "../../etc", "٣", "\u200f\u200d\ufeffx",
    "|", ";",
]  # fmt: skip
HOW = {
    "account": "account",
    "occurred_at": "at",
    "type": "type",
    "channel": "channel",
    "notes": "notes",
    "subject": "n",
}


def survive(people: People, texts: list[str]) -> None:
    admitted = [text for text in texts if text.strip() and not find_forbidden(text) and not CONTROL.search(text)]
    rows = [["account", "at", "type", "channel", "n", "notes"]]
    rows += [["Acme", "2026-01-01", "check_in", "web", str(n), text] for n, text in enumerate(admitted)]
    exported = (MARK + "".join(csv_lines(rows))).encode()  # as the pages send it
    report = run("touchpoints", exported, HOW, by=people.owner, **create("accounts"))
    assert report["errors"] == [] and report["rows"]["created"] == len(admitted) > 0
    stored = dict(Touchpoint.objects.visible_to(SYSTEM).values_list("subject", "notes"))
    assert [stored[str(n)] for n in range(len(admitted))] == admitted
    again = run("touchpoints", exported, HOW, by=people.owner)
    assert again["rows"]["unchanged"] == len(admitted)
    assert Account.objects.visible_to(SYSTEM).count() == 1


def test_our_own_naughty_strings_survive_export_and_import(people: People) -> None:
    survive(people, OWN)


@pytest.mark.skipif(
    not (REAL / "robust" / "blns.json").is_file(), reason="BLNS is not beside the repository (its twin ran)"
)
def test_the_big_list_of_naughty_strings_survives_export_and_import(people: People) -> None:
    payloads = (REAL / "robust" / "csv-injection-payload.txt").read_text().splitlines()
    survive(people, [*json.loads((REAL / "robust" / "blns.json").read_text()), *payloads])


def exported(by: User) -> list[list[Any]]:
    """What the page sends of touchpoints, all columns, before formulas are neutralised."""
    return [list(row) for row in reader_for(principal(by), ExportRequest("touchpoints"), now=clock.now()).all_rows()]


def run_again(rows: list[list[Any]], by: User) -> dict[str, Any]:
    """Import them by the mapping that the page proposes."""
    how = fitted(ready_for(kind_of("touchpoints"), rows[0])[0].mapping, rows[0])
    return run("touchpoints", "".join(csv_lines(rows)), how, by=by)


@pytest.fixture
def logged(people: People) -> Account:
    """An account with touchpoints logged by hand, two of them alike."""
    account = make_account("Acme", owner=people.owner, team=people.north_one)
    by = principal(people.owner)
    kenji = factories.make_contact(account, by, email="kenji@acme.example")
    now = clock.now()
    for subject, contacts in (("=1+1", [kenji]), ("Twice", []), ("Twice", [])):
        factories.make_touchpoint(
            account, by, subject=subject, notes="two\nlines", contacts=contacts, occurred_at=now, sentiment_end=1
        )
    return account


def test_an_export_of_touchpoints_logged_by_hand_changes_nothing(people: People, logged: Account) -> None:
    rows = exported(people.owner)
    before = checksums()
    report = run_again(rows, people.owner)
    assert report["errors"] == [] and report["rows"]["unchanged"] == report["rows"]["total"] == 3
    assert checksums() == before


def test_what_was_corrected_in_an_export_is_corrected(people: People, logged: Account) -> None:
    rows = exported(people.owner)
    place = rows[0].index("subject")
    first = next(row for row in rows if row[place] == "Twice")
    first[place] = "Corrected"
    report = run_again(rows, people.owner)
    assert (report["rows"]["updated"], report["rows"]["unchanged"]) == (1, 2)
    assert Touchpoint.objects.visible_to(SYSTEM).get(subject="Corrected").pk == UUID(str(first[rows[0].index("id")]))


def test_ids_that_an_importer_does_not_see_say_nothing(people: People, logged: Account) -> None:
    """Nor do those of another kam: the lines are new, once."""
    rows = exported(people.owner)
    make_account("Acme", owner=people.outsider, team=people.south)
    before = Touchpoint.objects.visible_to(principal(people.owner)).order_by("pk").values()
    stored = list(before)
    assert run_again(rows, people.outsider)["rows"]["created"] == 3
    assert run_again(rows, people.outsider)["rows"]["unchanged"] == 3
    assert list(before.all()) == stored
    mine = Touchpoint.objects.visible_to(principal(people.outsider)).values_list("pk", flat=True)
    assert mine.count() == 3 and not {str(pk) for pk in mine} & {str(row[rows[0].index("id")]) for row in rows}


def test_an_id_that_is_none_is_refused(people: People, logged: Account) -> None:
    rows = exported(people.owner)
    rows[1][rows[0].index("id")] = "17"
    report = run_again(rows, people.owner)
    assert [(error["line"], error["code"]) for error in report["errors"]] == [(2, "not_an_id")]


def test_a_line_copied_in_an_export_flips_nothing(people: People) -> None:
    """Its id emptied, its external id left: two lines are of one touchpoint, and the first one counts."""
    account = make_account("Acme", owner=people.owner, team=people.north_one)
    factories.make_touchpoint(account, principal(people.owner), subject="First", source="crm", external_id="7")
    rows = exported(people.owner)
    copied = list(rows[1])
    copied[rows[0].index("id")], copied[rows[0].index("subject")] = "", "Second"
    for _turn in range(2):
        report = run_again([*rows, copied], people.owner)
        assert (report["rows"]["unchanged"], report["rows"]["duplicate"]) == (1, 1)
        assert [one.subject for one in Touchpoint.objects.visible_to(SYSTEM)] == ["First"]


def test_an_account_renamed_since_the_export_leaves_no_twin(people: People, logged: Account) -> None:
    rows = exported(people.owner)
    Account.objects.visible_to(SYSTEM).filter(pk=logged.pk).update(name="Acme AG")
    how = fitted(ready_for(kind_of("touchpoints"), rows[0])[0].mapping, rows[0])
    report = run("touchpoints", "".join(csv_lines(rows)), how, by=people.owner, **create("accounts"))
    assert [error["code"] for error in report["errors"]] == ["account_differs"] * 3
    assert [account.name for account in Account.objects.visible_to(SYSTEM)] == ["Acme AG"]


def test_an_id_tells_which_of_two_accounts_of_one_name_is_meant(people: People, logged: Account) -> None:
    rows = exported(people.owner)
    make_account("Acme", owner=people.owner, team=people.north_one)
    assert run_again(rows, people.owner)["rows"]["unchanged"] == 3
