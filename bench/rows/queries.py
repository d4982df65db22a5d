"""Row 12: how many queries a request takes, and that it is the same at the small and the big company."""

from bench.company import Company
from bench.measuring import Row


def rows(small: Company, big: Company) -> list[Row]:
    counts, more = small.inside("queries", small.account), big.inside("queries", big.account)
    found = []
    for name, n in more.items():
        target = 30.0 if name.startswith("POST") else 5.0 if name == "GET /api/v1/accounts" else 12.0
        note = "" if counts[name] == n else f"({counts[name]} at {small.scale.name})"
        found.append(Row("12", f"queries of {name}", big.scale.name, n, target, unit="", note=note))
    return found
