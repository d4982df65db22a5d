"""Real files, counted against figures computed from the files themselves. Twins on made data: test_twins.py."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kam.core import clock
from kam.people.principal import principal_for
from tests.exchange.runs import REAL, checksums, create, mapping, run, upload
from tests.personas import People
from touchpoints.selectors import stale_accounts

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (REAL / "TRUTH.json").is_file(), reason="the real data sets are not beside the repository (twins ran)"
    ),
]
Door = Callable[..., dict[str, Any]]


@pytest.fixture(params=[run, upload], ids=["shell", "page"])
def door(request: pytest.FixtureRequest) -> Door:
    return request.param


def truth(name: str) -> dict[str, Any]:
    return json.loads((REAL / "TRUTH.json").read_text())[name]


def stale(people: People, on: datetime, days: int) -> int:
    return stale_accounts(principal_for(people.owner), as_of=on, now=clock.now(), max_days=days).count()


def reasons(report: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((issue["code"], issue["column"]) for issue in report["errors"])


def test_sales_pipeline_in_two_passes(people: People, door: Door) -> None:
    crm, deals = truth("crm_maven"), (REAL / "crm_maven/sales_pipeline.csv").read_bytes()
    accounts = door(
        "accounts", (REAL / "crm_maven/accounts.csv").read_bytes(), mapping("crm_accounts"), by=people.owner
    )
    assert accounts["rows"] == {"total": 85, "created": 85, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 0}
    end = datetime(2017, 12, 31, tzinfo=UTC)

    began = time.perf_counter()
    engaged = door("touchpoints", deals, mapping("crm_engage"), by=people.owner)
    seconds = time.perf_counter() - began
    assert engaged["rows"]["total"] == crm["pipeline"]
    # In line order the account is looked at first: 500 deals have no date, 163 of them an account.
    assert reasons(engaged) == {("missing", "account"): crm["no_account"], ("missing", "engage_date"): 163}
    for days in (7, 14, 30, 60, 90):
        assert stale(people, end, days) == crm[f"stale_engage_only_20171231_gt{days}d"]

    closed = door("touchpoints", deals, mapping("crm_close"), by=people.owner)
    assert closed["rows"]["total"] == crm["pipeline"]
    assert engaged["rows"]["created"] + closed["rows"]["created"] == crm["events_with_account_and_date"]
    for report in (engaged, closed):
        rows = report["rows"]
        assert rows["created"] + rows["rejected"] == rows["total"] and len(report["errors"]) == rows["rejected"]
    for days in (1, 2, 3, 7, 14, 30):
        assert stale(people, end, days) == crm[f"stale_20171231_gt{days}d"]

    before = checksums()
    for kind, body, how in (
        ("accounts", (REAL / "crm_maven/accounts.csv").read_bytes(), "crm_accounts"),
        ("touchpoints", deals, "crm_engage"),
        ("touchpoints", deals, "crm_close"),
    ):
        again = door(kind, body, mapping(how), by=people.owner)["rows"]
        assert again["created"] == again["updated"] == again["duplicate"] == 0
        assert again["unchanged"] + again["rejected"] == again["total"]
    assert checksums() == before
    assert seconds < 20


def test_purchases_without_ids(people: People, door: Door) -> None:
    cdnow, body = truth("bgnbd")["cdnow"], (REAL / "touch_cdnow/cdnow_clvtools.csv").read_bytes()
    how = mapping("cdnow")
    bought = door("touchpoints", body, how, by=people.owner, **create("accounts"))
    assert bought["rows"] | {"total": cdnow["rows"], "created": cdnow["rows"]} == bought["rows"]
    assert bought["errors"] == []
    everyone = stale_accounts(
        principal_for(people.owner), as_of=clock.now(), now=clock.now(), max_days=0, include_never=True
    )
    assert everyone.count() == cdnow["customers"]
    for label, number in cdnow["stale_asof_1998-06-30"].items():
        assert stale(people, datetime(1998, 6, 30, tzinfo=UTC), int(label[2:-1])) == number

    before = checksums()
    again = door("touchpoints", body, how, by=people.owner, **create("accounts"))["rows"]
    assert again["unchanged"] == again["total"] == cdnow["rows"]
    assert checksums() == before
