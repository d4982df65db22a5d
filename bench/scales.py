"""The sizes of company that are measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    name: str
    accounts: int
    touchpoints: int

    @property
    def database(self) -> str:
        return f"kam_bench_{self.name}"


SCALES = {
    one.name: one
    for one in (Scale("1k", 1_000, 10_000), Scale("10k", 10_000, 200_000), Scale("100k", 100_000, 1_000_000),
                Scale("1m", 1_000_000, 10_000_000))
}  # fmt: skip


def parse_scales(text: str) -> list[Scale]:
    """ "10k,100k" as scales, the smallest first. Raises: ValueError."""
    unknown = set(text.split(",")) - set(SCALES)
    if unknown:
        raise ValueError(f"Unknown scale {', '.join(sorted(unknown))}: choose from {', '.join(SCALES)}.")
    return sorted((SCALES[name] for name in set(text.split(","))), key=lambda scale: scale.accounts)
