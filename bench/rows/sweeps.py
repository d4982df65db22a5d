"""Rows 7 and 8: the stale sweep and full health, measured inside one process."""

from bench.company import Company
from bench.measuring import Row, ratio_row, timing

ROUNDS, LARGE = 3, 500_000  # a round of everybody's health takes minutes in a large company: there is one


def stale(company: Company) -> list[Row]:
    swept = company.inside("sweep", str(ROUNDS))
    if not (swept["silent"] and swept["flagged"]):
        raise RuntimeError("Row 7: nobody is stale.")
    job, note = "stale sweep of an hour : naive GROUP BY", f"({swept['flagged']} flagged)"
    # A hundredth where there are a million accounts: the sweep costs the same in any company, the question grows.
    target = 0.01 * 1_000_000 / company.scale.accounts
    return [ratio_row("7", job, company.scale.name, timing(swept["rounds"]), target, note=note)]


def health(company: Company) -> list[Row]:
    found = company.inside("health", str(1 if company.scale.accounts > LARGE else ROUNDS))
    return [ratio_row("8", "full health : by hand", company.scale.name, timing(found["rounds"]), 2.0)]
