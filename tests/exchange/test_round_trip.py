"""Whatever text is let in survives export and import byte for byte."""

import json

import pytest

from accounts.models import Account
from kam.core.text import find_forbidden
from kam.exchange.downloads import MARK, csv_lines
from kam.exchange.mapping import CONTROL
from tests.exchange.runs import REAL, create, run
from tests.personas import SYSTEM, People
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
