"""A worker that dies with a chunk of an import in hand: another does that chunk again, and counts every line once."""

import pytest

from tests.faults.books import FIVE_MINUTES_PASS
from tests.faults.house import House
from tests.proof.plan import Plan, pulses
from tests.proof.work import open_site, see_through

STORING = "SELECT 1 FROM pg_locks WHERE relation = 'touchpoints_touchpoint'::regclass AND NOT granted"

pytestmark = pytest.mark.faults


def test_import_whose_worker_is_killed_is_what_plain_python_counts(house: House) -> None:
    plan = Plan(rows=4_000, accounts=300)
    site = open_site(house, plan.accounts)
    with house.holding("LOCK TABLE touchpoints_touchpoint IN EXCLUSIVE MODE"):
        job = site.send_file(plan, "killed")
        house.until("a chunk about to be stored", lambda: house.rows(STORING), 40)
        house.kill("worker")  # its backend waits for the lock, and sees only then that nobody is there
    house.rows(FIVE_MINUTES_PASS)
    house.tick()
    report = see_through(site, job, kill_at=[])
    wrong = plan.rejected()
    assert report["rows"] == {
        "total": 4_000, "created": 4_000 - len(wrong), "updated": 0, "unchanged": 0, "duplicate": 0,
        "rejected": len(wrong),
    }  # fmt: skip
    assert site.rejected(report["id"]) == wrong != []
    assert site.counted("killed") == plan.by_account()
    assert site.pulses() == pulses(plan)
