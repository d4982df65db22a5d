"""A million touchpoints, through one file whose worker is killed three times, and through the API in chunks.

    python -m tests.proof.million [--rows 1000000] [--accounts 100000] [--bulk-rows 1000000]

Prints rows a second and the peak memory of the worker, and ends with 1 where a number is not the one that plain
Python counts.
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from psycopg2.extensions import set_wait_callback
from psycopg2.extras import wait_select

from tests.faults.house import open_house
from tests.proof.plan import Plan, pulses
from tests.proof.work import Site, Watch, open_site, see_through

ITEMS, CLIENTS = 500, 2
MOST_MIB = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--bulk-rows", type=int, help="through the API; without it as many as --rows")
    asked = parser.parse_args()
    set_wait_callback(wait_select)  # so that a signal reaches us while PostgreSQL lets us wait
    plan = Plan(asked.rows, asked.accounts)
    with open_house() as house:
        site = timed(f"{plan.accounts:,} accounts made", plan.accounts, lambda: open_site(house, plan.accounts))
        with Watch(house) as watch:
            by_file(site, plan)
        say(f"peak memory of a worker process: {watch.peak_kib / 1024:.0f} MiB")
        assert watch.peak_kib < MOST_MIB * 1024
        by_api(site, Plan(plan.rows if asked.bulk_rows is None else asked.bulk_rows, plan.accounts), before=plan)
    say("All numbers are those that plain Python counts.")


def by_file(site: Site, plan: Plan) -> None:
    expected, wrong = plan.by_account(), plan.rejected()
    job = timed("file sent", plan.rows, lambda: site.send_file(plan, "file"))
    kills = [plan.rows * share // 10 for share in (0, 3, 5)]
    report = timed("imported, the worker killed three times", plan.rows, lambda: see_through(site, job, kill_at=kills))
    assert report["rows"] == counts(plan, created=plan.rows - len(wrong)), report["rows"]
    assert site.rejected(job) == wrong, "the rejected lines are exactly the wrong ones"
    assert site.counted("file") == expected, "touchpoints per account, and the newest of each"
    assert site.pulses() == pulses(plan), "the newest touchpoint is the account's pulse"
    before = site.all_of_it()
    again = site.send_file(plan, "file")
    report = timed("imported again", plan.rows, lambda: see_through(site, again, kill_at=[]))
    assert report["rows"] == counts(plan, unchanged=plan.rows - len(wrong)), report["rows"]
    assert site.all_of_it() == before, "a second run changes nothing"


def by_api(site: Site, plan: Plan, before: Plan) -> None:
    def send() -> list[int]:
        numbers = iter(range(plan.rows))
        chunks = iter(lambda: list(islice(numbers, ITEMS)), [])
        with ThreadPoolExecutor(CLIENTS) as clients:
            refused = clients.map(lambda some: site.send_items(plan, "api", some), chunks)
            return [n for some in refused for n in some]

    wrong = [n for n in range(plan.rows) if plan.fault(n)]
    refused = timed(f"logged by bulk, {ITEMS} at a time", plan.rows, send)
    assert refused == wrong, f"the items refused are exactly the wrong ones: {sorted(set(refused) ^ set(wrong))[:9]}"
    assert site.counted("api") == plan.by_account(), "touchpoints per account, and the newest of each"
    assert site.pulses() == pulses(before, plan), "the newest touchpoint of both is the account's pulse"
    rows = site.all_of_it()
    assert timed("logged again", plan.rows, send) == wrong, "and the same ones again"
    assert site.all_of_it() == rows, "a second run changes nothing"
    say(f"{len(wrong):,} wrong items named each time; {site.put_off} requests put off by 503 and sent again")


def counts(plan: Plan, **ends: int) -> dict[str, int]:
    rest = dict.fromkeys(("created", "updated", "unchanged", "duplicate"), 0)
    return {"total": plan.rows, **rest, "rejected": len(plan.rejected()), **ends}


def timed(what: str, rows: int, work: Callable[[], Any]) -> Any:
    began = time.monotonic()
    answer = work()
    seconds = time.monotonic() - began
    say(f"{what}: {seconds:,.1f} s, {rows / seconds:,.0f} rows/s")
    return answer


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
