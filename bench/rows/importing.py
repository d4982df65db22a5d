"""Row 9: 10,000 touchpoints from a file, against COPY, one INSERT and what follows, written by hand."""

from bench.company import Company
from bench.importing import LINES
from bench.measuring import Row, timing


def rows(company: Company) -> list[Row]:
    found = company.inside("import")
    if found["ours"] != found["floor"] or not found["counts"]["created"]:
        raise RuntimeError(f"Row 9: kam left {found['ours']}, the floor {found['floor']}.")
    timed = timing(found["rounds"])
    note = f"({LINES / timed.app_ms * 1000:,.0f} rows/s)"
    return [
        Row("9", f"import of {LINES:,} touchpoints : by COPY", company.scale.name, 1 / timed.ratio, 0.5, at_least=True,
            app_ms=timed.app_ms, floor_ms=timed.floor_ms, note=note)
    ]  # fmt: skip
