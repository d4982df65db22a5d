"""Row 5: the leader's page and the same figures by the API, against the raw read of the rollup behind them.

5b holds the page against all that it shows, read raw from the rollup and the indexes: figures, the year, the first
accounts of four orders. The floor's figures are as of the last sweep, the page's as of now.
"""

import json

from bench.company import Company
from bench.measuring import Row, compare, ratio_row

TIMES, TARGET = 12, 8.0
DASHBOARD = "/api/v1/dashboard/portfolio"


def rows(company: Company) -> list[Row]:
    viewer = company.people["ids"]["leader"]
    browser, program = company.signed_in("leader"), company.token("leader")

    def page() -> bytes:
        return company.app.get("/portfolio/", headers=browser)

    def endpoint() -> bytes:
        return company.app.get(DASHBOARD, headers=program)

    def rollup() -> bytes:
        return company.floor.get(f"/rollup?viewer={viewer}")

    def everything() -> bytes:
        return company.floor.get(f"/portfolio?viewer={viewer}")

    _check(page(), endpoint(), rollup())
    pairs = {
        "5": ("portfolio page of a leader", page, rollup),
        "5a": ("portfolio by the API", endpoint, rollup),
        "5b": ("portfolio page, against all it shows", page, everything),
    }
    return [
        ratio_row(number, job, company.scale.name, compare(ours, raw, times=TIMES), TARGET)
        for number, (job, ours, raw) in pairs.items()
    ]


def _check(page: bytes, endpoint: bytes, rollup: bytes) -> None:
    """Nothing is timed that is empty, or counts other accounts than the floor."""
    counted = sum(int(row["accounts"]) for row in json.loads(rollup)["results"])
    told = json.loads(endpoint)["whole"]["accounts"]
    if not counted or told != counted or f">{counted:,} accounts</a>".encode() not in page:
        raise RuntimeError(f"Row 5: kam counts {told} accounts, the floor {counted}.")
