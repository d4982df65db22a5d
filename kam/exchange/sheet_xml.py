"""The XML of a workbook, read within bounds whatever it declares of itself."""

from collections.abc import Callable, Iterator
from typing import IO
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat

MOST_OF_ONE = 4 * 2**20  # bytes of a row, or of a text that cells share: it is kept until it ends
MOST_ELEMENTS = 200_000  # within it
MOST_TEXTS = 2_000_000
MOST_STYLES = 2_000_000  # elements that say how cells look; Excel knows 65,490 formats of cells
PIECE = 64 * 2**10
PROLOGUE = 64 * 2**10  # what may stand before the first element
_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROW, TEXT = f"{{{_SPACE}}}row", f"{{{_SPACE}}}si"
FORMAT, FORMATS, STYLE = f"{_SPACE} numFmt", f"{_SPACE} cellXfs", f"{_SPACE} xf"


class TooMuch(Exception):
    """More than any workbook has."""


class _Metered:
    """A file that gives so many bytes until somebody says that an element is done with."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.left = MOST_OF_ONE

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.left -= len(piece)
        if self.left < 0:
            raise TooMuch
        return piece


def bounded(source: IO[bytes]) -> Iterator[tuple[str, Element]]:
    """The ends of elements, as `iterparse` gives them to openpyxl. Raises: TooMuch."""
    metered, texts, kept = _Metered(source), 0, 0
    for event, element in iterparse(metered):  # noqa: S314  whatever has a document type is refused before
        kept += 1
        if element.tag in (ROW, TEXT):
            metered.left, kept = MOST_OF_ONE, 0
            texts += element.tag == TEXT
        if kept > MOST_ELEMENTS or texts > MOST_TEXTS:
            raise TooMuch
        yield event, element


class NumberFormats:
    """The number format of each style of cells: all that reading needs to know of how they look.

    openpyxl makes objects of every font, border and fill, fifty times slower.
    """

    def __init__(self, part: IO[bytes]) -> None:
        """Raises: TooMuch; ExpatError, ValueError for a damaged part."""
        self.codes: dict[int, str] = {}
        self.of_styles: list[int] = []
        self._seen, self._is_within = 0, False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        while piece := part.read(PIECE):
            parser.Parse(piece)
        parser.Parse(b"", True)

    def _begin(self, name: str, said: dict[str, str]) -> None:
        self._seen += 1
        if self._seen > MOST_STYLES:
            raise TooMuch
        if name == FORMATS:
            self._is_within = True
        elif name == STYLE and self._is_within:
            self.of_styles.append(int(said.get("numFmtId", 0)))
        elif name == FORMAT:
            self.codes[int(said["numFmtId"])] = said["formatCode"]

    def _end(self, name: str) -> None:
        if name == FORMATS:
            self._is_within = False

    def which(self, shows: Callable[[str], object], builtin: Callable[[int], str | None]) -> set[int]:
        """The numbers of the styles whose format `shows` it; `builtin` knows the formats that no file needs to say."""
        codes = {number: self.codes.get(number) or builtin(number) for number in set(self.of_styles)}
        wanted = {number for number, code in codes.items() if code and shows(code)}
        return {place for place, number in enumerate(self.of_styles) if number in wanted}


def refuse_doctype(part: IO[bytes], refuse: Callable[..., None]) -> None:
    """Entities that unfold without end are declared in a document type, which stands before the first element."""
    begun: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: begun.append(name)
    try:
        while not begun and (piece := part.read(4096)):
            parser.Parse(piece)
            if parser.CurrentByteIndex > PROLOGUE:
                refuse()
    except expat.ExpatError:  # a picture, or damaged: whoever needs it will say so
        return
