"""A list of mappings: a row yields a record by each."""

import csv
import io
from typing import Any

import pytest

from kam.core.errors import BadInput
from kam.exchange.bundle import Bundle
from kam.exchange.registry import kind_of
from tests.exchange.runs import REAL, create, mapping, run
from tests.personas import SYSTEM, People
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db
DEALS = """Deal,Client,Engage,Close
1,Acme,2026-01-01,2026-02-01
2,Acme,2026-01-02,
3,,2026-01-03,2026-02-03
4,Acme,never,2026-02-04
5,Acme
"""
ENGAGED: dict[str, Any] = {
    "account": "Client", "occurred_at": "Engage", "external_id": "Deal", "source": {"value": "engaged"},
    "type": {"value": "sales_call"}, "channel": {"value": "meeting"},
}  # fmt: skip
CLOSED = ENGAGED | {
    "occurred_at": "Close", "source": {"value": "closed"}, "type": {"value": "contract"}, "skip_if_empty": "Close",
}  # fmt: skip


def test_every_row_yields_a_record_by_each_mapping(people: People) -> None:
    report = run("touchpoints", DEALS, [ENGAGED, CLOSED], by=people.owner, **create("accounts"))
    assert report["rows"] == {
        "total": 8, "created": 4, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 4,
    }  # fmt: skip
    assert [(error["line"], error["code"]) for error in report["errors"]] == [
        (4, "missing"), (4, "missing"), (5, "not_a_date"), (6, "column_count"),
    ]  # fmt: skip
    dates = Touchpoint.objects.visible_to(SYSTEM).order_by("occurred_at").values_list("occurred_at__date", "type__key")
    assert [(f"{day:%m-%d}", key) for day, key in dates] == [
        ("01-01", "sales_call"), ("01-02", "sales_call"), ("02-01", "contract"), ("02-04", "contract"),
    ]  # fmt: skip
    again = run("touchpoints", DEALS, [ENGAGED, CLOSED], by=people.owner, **create("accounts"))["rows"]
    assert again == report["rows"] | {"created": 0, "unchanged": 4}


@pytest.mark.parametrize(
    "how", [[], ["x"], [ENGAGED] * 11, [ENGAGED | {"skip_if_empty": 1}], [{"skip_if_empty": "No"}]]
)
def test_a_list_that_does_not_fit_is_refused(how: Any) -> None:
    with pytest.raises(BadInput):
        Bundle(kind_of("touchpoints"), how, {}, ["Deal", "Client", "Engage", "Close"])


@pytest.mark.skipif(not (REAL / "crm_maven").is_dir(), reason="the real deals are not beside the repository (twin ran)")
def test_real_deals_make_both_their_touchpoints_in_one_pass(people: People) -> None:
    body = (REAL / "crm_maven/sales_pipeline.csv").read_bytes().splitlines(keepends=True)
    some = b"".join(body[:401])
    rows = list(csv.DictReader(io.StringIO(some.decode())))
    engaged, closed = mapping("crm_engage"), mapping("crm_close") | {"skip_if_empty": "close_date"}
    report = run("touchpoints", some, [engaged, closed], by=people.owner, **create("accounts"))
    with_close = [row for row in rows if row["close_date"]]
    assert report["rows"]["total"] == len(rows) + len(with_close)
    assert report["rows"]["created"] == sum(
        bool(row["account"] and row[date]) for row in rows for date in ("engage_date", "close_date")
    )
