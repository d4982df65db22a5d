"""Row 5: the leader's page against a raw read of what it is made of."""

from bench.company import Company
from bench.measuring import Row, compare, ratio_row

TIMES = 12


def rows(company: Company) -> list[Row]:
    headers, viewer = company.signed_in("leader"), company.people["ids"]["leader"]
    page = company.app.get("/portfolio/", headers=headers)
    if len(page) < 10_000:
        raise RuntimeError("Row 5: the portfolio is empty.")
    found = compare(
        lambda: company.app.get("/portfolio/", headers=headers),
        lambda: company.floor.get(f"/rollup?viewer={viewer}"),
        times=TIMES,
    )
    return [ratio_row("5", "portfolio page of a leader", company.scale.name, found, 8.0)]
