"""How well a name answers what somebody typed: exactly, from its beginning, at a word's beginning, in part, or alike.

Accents and case never count (folding.py). Higher is better; `ALIKE` is a share of how alike two words are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kam.core.folding import fold

EXACT, BEGINS, WORD, PART, ALIKE = 1.0, 0.9, 0.8, 0.7, 0.6
MOST_WORDS = 8
LEAST_PART, LEAST_ALIKE = 3, 4  # letters of a word that may stand anywhere, and in which a slip is forgiven


@dataclass(frozen=True)
class Sought:
    """What somebody typed."""

    text: str

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The different words, in their order; more than eight only repeat what eight have said."""
        return tuple(dict.fromkeys(self.folded.split()))[:MOST_WORDS]

    @property
    def tolerance(self) -> float | None:
        """From which likeness on a name may be meant: one slip in a longer word is forgiven. None: none is."""
        longest = max(map(len, self.words), default=0)
        if longest < LEAST_ALIKE:
            return None
        return 0.6 if longest == 4 else 0.5 if longest == 5 else 0.42

    def score(self, name: str, *, is_found: bool = False) -> float:
        """0 where `name` is no answer; never where a database has found it to be one (`is_found`)."""
        folded = fold(name)
        if not self.words:
            return 0.0
        if folded == self.folded:
            return EXACT
        if folded.startswith(self.folded):
            return BEGINS
        if all(f" {word}" in f" {folded}" for word in self.words):
            return WORD
        if all(_stands_in(word, folded) for word in self.words):
            return PART
        least = self.tolerance or 1.0
        alike = max(self._likeness(folded), least if is_found else 0.0)
        return ALIKE * alike if alike >= least else 0.0

    def _likeness(self, folded: str) -> float:
        """The share of what was typed that the likest words of a name hold, by three letters at a time."""
        names = [_trigrams(word) for word in folded.split()]
        return min((_word_likeness(word, folded, names) for word in self.words), default=0.0)

    def marked(self, name: str) -> SafeString:
        """`name` with what was typed in <mark>, at the beginnings of words where it stands there."""
        parts = list(_split(name, sorted(self._spans(name), key=lambda span: (span[0], -span[1]))))
        return format_html_join("", "{}", ((format_html("<mark>{}</mark>", t) if hit else t,) for t, hit in parts))

    def _spans(self, name: str) -> Iterator[tuple[int, int]]:
        """Where the words stand in `name`; one of its letters may be several folded ones, or none."""
        letters = [fold(letter) or (" " if letter.isspace() else "") for letter in name]
        folded, origin = "".join(letters), [at for at, some in enumerate(letters) for _ in some]
        for word in self.words:
            found = f" {folded}".find(f" {word}")
            found = found if found >= 0 else folded.find(word)
            if found >= 0:
                yield origin[found], origin[found + len(word) - 1] + 1


def _stands_in(word: str, folded: str) -> bool:
    """Anywhere; a word of one or two letters only where a word begins."""
    return f" {word}" in f" {folded}" or (len(word) >= LEAST_PART and word in folded)


def _word_likeness(word: str, folded: str, names: list[set[str]]) -> float:
    """1 where the word stands in the name; a short one stands there or is not meant."""
    if _stands_in(word, folded):
        return 1.0
    return _held_by_one(_trigrams(word), names) if len(word) >= LEAST_ALIKE else 0.0


def _held_by_one(own: set[str], names: list[set[str]]) -> float:
    return max((len(own & name) / len(own) for name in names), default=0.0)


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _split(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it lies in one of the spans, which may overlap."""
    at = 0
    for start, end in spans:
        start = max(start, at)
        if start < end:
            yield text[at:start], False
            yield text[start:end], True
            at = end
    yield text[at:], False
