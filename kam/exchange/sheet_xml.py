"""The XML of a workbook, read within bounds whatever it declares of itself."""

from collections.abc import Callable, Iterator
from typing import IO
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat

MOST_OF_ONE = 4 * 2**20  # bytes of a row, or of a text that cells share: it is kept until it ends
MOST_ELEMENTS = 200_000  # within it
MOST_TEXTS = 2_000_000
PROLOGUE = 64 * 2**10  # what may stand before the first element
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ROW, TEXT = f"{_MAIN}row", f"{_MAIN}si"


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
