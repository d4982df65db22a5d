"""Which encoding a file has, and the same text in UTF-8.

Everything behind the upload reads UTF-8: a file in another encoding is written anew once, so that byte
positions stay ends of records and an import can be resumed at any of them.

One spoilt line does not make a file Latin-1: it stays UTF-8 and that line is rejected. Where hardly any
line beyond ASCII is UTF-8, and they are many enough to be no accident, the file has another encoding.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

from charset_normalizer import from_bytes

HEAD = 64 * 2**10
SAMPLE = 32 * 2**10
LONGEST_WAIT = 2**20
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSED = [
    *("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
OURS = {"koi8_r": "koi8-r"}
RUNS = re.compile(rb"[\x80-\xff]+")
SIGNS_IN_WORDS = re.compile(r"(?<=[^\W\d_])[¹³£¯¥]|[¹³£¯¥](?=[^\W\d_])")  # as Windows-1252 shows ą ł Ł Ż Ą
SPOILT = "kam.spoilt"


class Tally:
    """What the bytes of a file say of its encoding, fed in pieces of any size."""

    def __init__(self) -> None:
        self.head = b""
        self.lines = self.utf8 = self.other = 0  # all lines; those beyond ASCII, by what they are
        self.first_is_other = False
        self.sample = bytearray()
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        if len(self.head) < HEAD:
            self.head += piece[: HEAD - len(self.head)]
        block = self._rest + piece
        end = block.rfind(b"\n") + 1 or block.rfind(b"\r") + 1
        if not end and len(block) < LONGEST_WAIT:
            self._rest = block
            return
        end = end or len(block)
        self._rest = block[end:]
        self._look_at(block[:end])

    def encoding(self) -> str:
        """The name of a codec. Call it once all was fed."""
        self._look_at(self._rest)
        self._rest = b""
        if found := _by_first_bytes(self.head):
            return found
        is_accident = self.other < 2 or self.other * 100 < self.lines
        if self.utf8 >= self.other or (is_accident and not self.first_is_other):
            return "utf-8"
        return _guess(bytes(self.sample))

    def _look_at(self, block: bytes) -> None:
        if block.isascii():
            self.lines += block.count(b"\n")
            return
        for line in block.splitlines():
            self.lines += 1
            if line.isascii():
                continue
            try:
                line.decode()
            except UnicodeDecodeError:
                self.other += 1
                self.first_is_other |= self.lines == 1
                if len(self.sample) < SAMPLE:
                    self.sample += line[:1_000] + b"\n"
            else:
                self.utf8 += 1


def _by_first_bytes(head: bytes) -> str | None:
    """By the byte order mark; else plain text in UTF-16 is known by its NULs on one side."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    begin = head[:4096]
    half = len(begin) // 2
    if half < 2:
        return None
    first, second = begin[0::2].count(0), begin[1::2].count(0)
    if second > half * 0.6 and first < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if first > half * 0.6 and second < half * 0.1 else None


def _guess(sample: bytes) -> str:
    """By the letters. Western languages have theirs beyond ASCII one by one, others whole words of them."""
    found = RUNS.findall(sample)
    in_words = sum(len(run) for run in found if len(run) > 2)
    if in_words * 2 > sum(map(len, found)):
        best = from_bytes(sample, cp_isolation=GUESSED).best()
        return OURS.get(best.encoding, best.encoding) if best else "cp1252"
    western, central = (len(SIGNS_IN_WORDS.findall(sample.decode(name, "replace"))) for name in ("cp1252", "cp1250"))
    return "cp1250" if western > central and western * 5 > len(found) else "cp1252"


def ends_lines_by_cr(head: bytes, encoding: str) -> bool:
    """Whether lines end with a lone carriage return, as those of old Macs do."""
    text = head.decode(encoding, "replace")
    return "\r" in text and "\n" not in text


def in_utf8(pieces: Iterable[bytes], encoding: str, *, cr_ends_line: bool) -> Iterator[bytes]:
    """The text in UTF-8 without byte order mark. What cannot be decoded becomes a byte that is no UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)(errors=SPOILT)
    is_first = True
    for piece, is_last in _with_last(pieces):
        text = decoder.decode(piece, final=is_last)
        if is_first and text:
            text, is_first = text.removeprefix("\ufeff"), False
        if cr_ends_line:
            text = text.replace("\r", "\n")
        yield text.encode("utf-8", "surrogateescape")


def _with_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for piece in pieces:
        yield piece, False
    yield b"", True


def _spoilt(error: UnicodeError) -> tuple[str, int]:
    """A lone surrogate, which `surrogateescape` writes as the byte 0xFF: no UTF-8, so its line is rejected."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error(SPOILT, _spoilt)
