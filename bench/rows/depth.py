"""Row 10: a page in the middle of all touchpoints against the first one."""

import base64
import json

from bench.company import Company
from bench.measuring import Row, compare, ratio_row

TIMES = 20
ORDER = ["-occurred_at", "-id"]


def rows(company: Company) -> list[Row]:
    headers = company.token("admin")
    first = "/api/v1/touchpoints?limit=50"
    deep = f"{first}&cursor={_cursor(company)}"
    for path in (first, deep):
        if len(json.loads(company.app.get(path, headers=headers))["results"]) != 50:
            raise RuntimeError(f"Row 10: {path} is no full page.")
    found = compare(
        lambda: company.app.get(deep, headers=headers), lambda: company.app.get(first, headers=headers), times=TIMES
    )
    job = f"touchpoints at depth {company.scale.touchpoints // 2:,} : first page"
    return [ratio_row("10", job, company.scale.name, found, 1.5)]


def _cursor(company: Company) -> str:
    """As the product writes it, of the row in the middle."""
    connection = company.connect()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT occurred_at, id::text FROM touchpoints_touchpoint ORDER BY occurred_at DESC, id DESC"
            " OFFSET %s LIMIT 1",
            [company.scale.touchpoints // 2],
        )
        at, key = cursor.fetchone()
    connection.close()
    text = json.dumps([ORDER, 0, [at.isoformat(), key]], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
