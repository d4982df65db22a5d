"""python -m bench: seed where need be, measure, print the table. Options: bench/README.md."""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from bench.company import Company, Opened
from bench.measuring import Row, table
from bench.rows import depth, flatness, importing, portfolio, process, queries, reads, sweeps, writes
from bench.scales import Scale, parse_scales
from bench.servers import Servers
from kam.embedded.errors import CannotStart

FAMILIES = {
    "1,2,4,6": reads.rows,
    "3": writes.rows,
    "5": portfolio.rows,
    "10": depth.rows,
    "7": sweeps.stale,
    "8": sweeps.health,
    "9": importing.rows,
    "13": process.rows,
}
PAIRS = {"11": flatness.rows, "12": queries.rows}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios against raw SQL")
    parser.add_argument("--scale", default="10k,100k", help="companies, the biggest is measured: 1k, 10k, 100k, 1m")
    parser.add_argument("--big", action="store_true", help="10k and 1m instead: a million accounts")
    parser.add_argument("--rows", default="", help="only these, as in 1,3,11")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table there, too")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # its servers are stopped on the way out
    begun = monotonic()
    try:
        scales = parse_scales("10k,1m" if given.big else given.scale)
        rows = measure(scales, set(given.rows.split(",")) if given.rows else set())
    except (ValueError, CannotStart) as error:
        parser.error(str(error))
    print("\n" + table(rows))
    print(f"\n{sum(row.met for row in rows)} of {len(rows)} met, in {monotonic() - begun:.0f} s")
    if given.json:
        found = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "rows": [row.as_dict() for row in rows]}
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0 if all(row.met for row in rows) else 1


def measure(scales: list[Scale], wanted: set[str]) -> list[Row]:
    """Every family at the biggest company, and what compares two companies at the smallest and the biggest."""
    with ExitStack() as stack:
        servers = stack.enter_context(Servers())
        print(f"kam: companies are kept in {servers.home.path} and seeded once", file=sys.stderr)
        companies = [stack.enter_context(Opened(servers, scale)) for scale in (scales[0], scales[-1])[: len(scales)]]
        found = []
        for row in _all(companies, wanted):
            print(table([row]).splitlines()[-1], file=sys.stderr)
            found.append(row)
        return sorted(found, key=lambda row: (int(row.number.rstrip("ab")), row.number))


def _all(companies: list[Company], wanted: set[str]) -> Iterator[Row]:
    for numbers, family in FAMILIES.items():
        if not wanted or wanted & set(numbers.split(",")):
            print(f"kam: rows {numbers}", file=sys.stderr)
            yield from family(companies[-1])
    for numbers, pair in PAIRS.items():
        if len(companies) > 1 and (not wanted or numbers in wanted):
            print(f"kam: row {numbers}", file=sys.stderr)
            yield from pair(companies[0], companies[-1])


if __name__ == "__main__":
    sys.exit(main())
