"""Row 13: memory of a worker and time to the first answer, against a bare Django process."""

from statistics import median

from bench.company import Company
from bench.measuring import Row
from bench.site import Site

STARTS = 3


def rows(company: Company) -> list[Row]:
    ours = [_start("kam.wsgi", company) for _ in range(STARTS)]
    bare = [_start("bench.bare", company) for _ in range(STARTS)]
    peak, plain = company.app.worker_peak_mib(), median(mib for _, mib in bare)
    begun, begun_plain = median(s for s, _ in ours) * 1000, median(s for s, _ in bare) * 1000
    idle = f"{median(mib for _, mib in ours):.0f} until somebody signs in: Argon2 takes 100"
    return [
        Row("13", "peak memory of a worker (MiB)", "", peak / plain, 1.5, app_ms=peak, floor_ms=plain, note=idle),
        Row("13", "start to first answer", "", begun / begun_plain, 2.0, app_ms=begun, floor_ms=begun_plain),
    ]


def _start(application: str, company: Company) -> tuple[float, float]:
    """Seconds to the first answer, and the peak of a worker in MiB after some."""
    with Site(application, company.environment) as site:
        for _ in range(20):
            site.get("/livez")
        return site.started_in, site.worker_peak_mib()
