"""Row 3: logging a touchpoint with everything that follows, against the statements it runs, run raw."""

from datetime import UTC, datetime

from bench.company import Company
from bench.measuring import Row, compare, ratio_row

TIMES = 15
JOB = "POST touchpoint, all consequences"


def rows(company: Company) -> list[Row]:
    headers = company.token("manager")

    def app() -> None:
        company.app.post("/api/v1/touchpoints", {
            "account": company.account, "type": "check_in", "channel": "phone", "direction": "two_way",
            "occurred_at": datetime.now(UTC).isoformat(), "subject": "Measured", "notes": "bench", "sentiment_end": 1,
        }, headers=headers)  # fmt: skip

    def floor() -> None:
        company.floor.get("/create")

    before = _logged(company)
    found = compare(app, floor, times=TIMES)
    each = (_logged(company) - before) / 2
    if each != 3 * TIMES + 8:
        raise RuntimeError(f"Row 3: {each} touchpoints were logged by either.")
    return [ratio_row("3", JOB, company.scale.name, found, 3.0)]


def _logged(company: Company) -> int:
    connection = company.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM touchpoints_touchpoint WHERE account_id = %s", [company.account])
        return cursor.fetchone()[0]
