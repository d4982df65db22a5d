"""Rows 7 and 8: the stale sweep and full health, measured inside one process."""

from bench.company import Company
from bench.measuring import Row, ratio_row, timing


def rows(company: Company) -> list[Row]:
    name = company.scale.name
    swept, healthy = company.inside("sweep"), company.inside("health")
    if not swept["silent"]:
        raise RuntimeError("Row 7: nobody is stale.")
    return [
        ratio_row("7", "stale sweep of an hour : naive GROUP BY", name, timing(swept["rounds"]), 0.01,
                  note=f"({swept['flagged']} flagged)"),
        ratio_row("8", "full health : by hand", name, timing(healthy["rounds"]), 2.0),
    ]  # fmt: skip
