"""What is sent and what must come of it, computed from line numbers alone. Nothing of the product is imported."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HEADER = "Ticket,Client,Logged,Via,Kind,Title,Text"
MAPPING = {
    "external_id": "Ticket",
    "account": "Client",
    "occurred_at": "Logged",
    "channel": "Via",
    "type": "Kind",
    "subject": "Title",
    "notes": "Text",
}
EVERY = 1000  # one line in so many is wrong
BEGIN, MINUTES = datetime(2024, 1, 1, tzinfo=UTC), 900 * 1440
GOOD = ["{ticket}", "{client}", "{logged}", "phone", "check_in", "Call {n}", "What was said, and what comes next: {n}"]
# Code → what stands in which cell of a wrong line; "column_count" has one too many.
WRONG: dict[str, dict[int, str]] = {
    "unknown_account": {1: "Nobody {n}"},
    "not_a_date": {2: "soon"},
    "unknown_type": {4: "séance"},
    "column_count": {7: "more"},
    "forbidden_character": {5: "a\x07b"},
    "in_future": {2: "2127-01-01"},
    "unknown_channel": {3: "pigeon"},
    "missing": {1: " "},
}
# Wrong in the same rows, as items of `touchpoints/bulk`, where a forbidden character would refuse the whole request.
# None: not sent.
WRONG_ITEMS: dict[str, dict[str, object]] = {
    "unknown_account": {"account_ref": {"source": "proof", "external_id": "Nobody"}},
    "not_a_date": {"occurred_at": "soon"},
    "unknown_type": {"type": "séance"},
    "column_count": {"more": "more"},
    "forbidden_character": {"direction": "sideways"},
    "in_future": {"occurred_at": "2127-01-01T00:00:00Z"},
    "unknown_channel": {"channel": "pigeon"},
    "missing": {"account_ref": None},
}


def name_of(account: int) -> str:
    """Names unlike each other, as those of companies are: a hundred thousand alike would all be duplicates."""
    return hashlib.blake2b(str(account).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Plan:
    """`rows` touchpoints of `accounts` accounts; the first ones have far more than the last."""

    rows: int
    accounts: int

    def name(self, account: int) -> str:
        return name_of(account)

    def account(self, n: int) -> int:
        spread = (n * 2654435761 % 2**32) / 2**32
        return int(self.accounts * spread**2)

    def moment(self, n: int) -> datetime:
        return BEGIN + timedelta(minutes=n * 7919 % MINUTES)

    def fault(self, n: int) -> str:
        """The code of what is wrong with row `n`, "" where it is right."""
        return list(WRONG)[n // EVERY % len(WRONG)] if n % EVERY == EVERY // 2 else ""

    def lines(self) -> Iterator[str]:
        yield HEADER + "\n"
        for n in range(self.rows):
            cells = [*GOOD, ""] if self.fault(n) == "column_count" else list(GOOD)
            for place, cell in WRONG.get(self.fault(n), {}).items():
                cells[place] = cell
            said = {
                "ticket": f"T{n}",
                "client": self.name(self.account(n)),
                "logged": f"{self.moment(n):%Y-%m-%dT%H:%M}Z",
            }
            yield ",".join(f'"{cell}"' if "," in cell else cell for cell in cells).format(n=n, **said) + "\n"

    def item(self, n: int, source: str) -> dict[str, object]:
        """Row `n` as `touchpoints/bulk` takes it."""
        fields = {
            "account_ref": {"source": "proof", "external_id": self.name(self.account(n))},
            "type": "check_in",
            "channel": "phone",
            "direction": "two_way",
            "occurred_at": self.moment(n).isoformat(),
            "source": source,
            "external_id": f"T{n}",
            "subject": f"Call {n}",
        } | WRONG_ITEMS.get(self.fault(n), {})
        return {name: value for name, value in fields.items() if value is not None}

    def rejected(self) -> list[tuple[int, str]]:
        """(line, code), where the header is line 1."""
        return [(n + 2, code) for n in range(self.rows) if (code := self.fault(n))]

    def good(self) -> Iterator[int]:
        return (n for n in range(self.rows) if not self.fault(n))

    def by_account(self) -> dict[str, tuple[int, datetime]]:
        """Name → how many touchpoints, and when the newest was."""
        found: dict[int, tuple[int, datetime]] = {}
        for n in self.good():
            count, newest = found.get(self.account(n), (0, BEGIN))
            found[self.account(n)] = count + 1, max(newest, self.moment(n))
        return {self.name(account): told for account, told in found.items()}


def pulses(*plans: Plan) -> dict[str, datetime]:
    """Name → the newest touchpoint out of all these plans, all of which are counted contact."""
    found: dict[str, datetime] = {}
    for plan in plans:
        for name, (_, newest) in plan.by_account().items():
            found[name] = max(found.get(name, newest), newest)
    return found
