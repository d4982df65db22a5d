"""Row 11: the same request of somebody who sees equally many accounts, at the big company against the small one."""

from bench.company import Company
from bench.measuring import Row, compare, ratio_row
from bench.rows.reads import JOBS, pair

TIMES = 15
SCOPED = ("1", "2", "4", "6")  # of a manager; an administrator and a leader see more where there is more


def rows(small: Company, big: Company) -> list[Row]:
    found = []
    for number in SCOPED:
        timed = compare(pair(big, number)[0], pair(small, number)[0], times=TIMES)
        name = f"{big.scale.name} : {small.scale.name}"
        sees = f"({big.people['sees']['manager']} and {small.people['sees']['manager']} seen)"
        found.append(ratio_row("11", f"row {number}, {JOBS[number][0]}", name, timed, 1.3, note=sees))
    return found
