"""Files as they are met: other encodings, dialects and line ends; the CSV spectrum and a twin of it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from kam.core.errors import BadInput
from kam.exchange.encodings import Tally, ends_lines_by_cr, in_utf8
from kam.exchange.files import store
from kam.exchange.formats import Format, check_wanted
from kam.exchange.reading import read_header, read_rows
from kam.exchange.sniffing import find_dialect
from tests.exchange.runs import REAL

SPECTRUM = REAL / "robust" / "csvs"
GERMAN = "Kunde;Ort;Umsatz\nMüller & Söhne;Köln;1,5\nGroß KG;Düsseldorf;2,5\nÄrzte;Saarbrücken;3,5\n"
RUSSIAN = "Клиент,Город,Заметка\n" + "Общество с ограниченной ответственностью,Москва,Встреча прошла хорошо\n" * 5
JAPANESE = "会社,都市,メモ\n" + "株式会社山田製作所,東京都,会議は順調に進みました\n" * 5

TWIN = {
    "comma in quotes": ('a,b\nJohn,"Any, WW"\n', [{"a": "John", "b": "Any, WW"}]),
    "empty cells": ('a,b,c\n1,"",""\n2,3,4', [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "3", "c": "4"}]),
    "escaped quotes": ('a,b\n1,"ha ""ha"" ha"\n', [{"a": "1", "b": 'ha "ha" ha'}]),
    "json": ('k,v\n1,"{""t"": [1, 2.5]}"\n', [{"k": "1", "v": '{"t": [1, 2.5]}'}]),
    "newlines": ('a,b\r\n"x \r\ny",5\r\n', [{"a": "x \r\ny", "b": "5"}]),
    "quotes and newlines": ('a,b\n1,"ha \n""ha"" \nha"\n', [{"a": "1", "b": 'ha \n"ha" \nha'}]),
    "stray quotes": ("a,b\n37°36'37.8\"N,x\n", [{"a": "37°36'37.8\"N", "b": "x"}]),
    "beyond ascii": ("a,b\n4,ʤ", [{"a": "4", "b": "ʤ"}]),
}


def read(body: bytes, **wanted: Any) -> tuple[Format, list[dict[str, str]]]:
    """The file as an upload keeps it: how it is written, and its rows by column."""
    found = store(io.BytesIO(body), wanted=check_wanted(wanted))
    with (Path(_root()) / found.name).open("rb") as file:
        header, start = read_header(file, found.dialect)
        rows = list(read_rows(file, dialect=found.dialect, position=start))
    return found.dialect, [dict(zip(header, row.cells, strict=True)) for row in rows]


def _root() -> str:
    from django.conf import settings

    return str(settings.MEDIA_ROOT)


def unix(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: value.replace("\r\n", "\n") for key, value in row.items()} for row in rows]


@pytest.mark.parametrize("name", TWIN)
def test_our_own_spectrum_reads_as_its_twin_says(name: str) -> None:
    text, rows = TWIN[name]
    assert read(text.encode())[1] == rows


@pytest.mark.skipif(not SPECTRUM.is_dir(), reason="the CSV spectrum is not beside the repository (its twin ran)")
@pytest.mark.parametrize("path", sorted(SPECTRUM.glob("*.csv")), ids=lambda path: path.stem)
def test_the_csv_spectrum_reads_as_its_json_twin_says(path: Path) -> None:
    said = json.loads((SPECTRUM.parent / "json" / f"{path.stem}.json").read_text())
    found = unix(read(path.read_bytes())[1])
    if path.stem == "location_coordinates":  # its twin is one object and of another telephone number
        [row] = found
        assert row | {"Contact Phone Number": said["Contact Phone Number"]} == said
        return
    assert found == unix(said)


@pytest.mark.parametrize(
    ("encoding", "mark", "text"),
    [
        ("utf-8", b"", GERMAN),
        ("utf-8", b"\xef\xbb\xbf", GERMAN),
        ("utf-16-le", b"\xff\xfe", GERMAN),
        ("utf-16-be", b"\xfe\xff", GERMAN),
        ("utf-16-le", b"", GERMAN),
        ("utf-16-be", b"", GERMAN),
        ("utf-16-le", b"\xff\xfe", JAPANESE),
        ("cp1252", b"", GERMAN),
        ("cp1252", b"", "Nom,Ville\nSociété Générale,Orléans\nCrédit Agricole,Nîmes\n"),
        ("cp1250", b"", "Firma,Miasto\nŁódź Święty,Gdańsk\nŻółć gęślą jaźń,Wrocław\n"),
        ("cp1251", b"", RUSSIAN),
        ("koi8-r", b"", RUSSIAN),
        ("cp932", b"", JAPANESE),
    ],
)
def test_common_encodings_are_found_and_read(encoding: str, mark: bytes, text: str) -> None:
    dialect, rows = read(mark + text.encode(encoding))
    lines = [line.split(dialect.delimiter) for line in text.splitlines()]
    assert dialect.encoding == encoding
    assert rows == [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def test_a_latin_1_line_in_a_utf_8_file_spoils_that_line_only() -> None:
    body = "Name\nMüller\n".encode() + "Möller\n".encode("latin-1") + b"Miller\n"
    assert read(body)[1] == [{"Name": "Müller"}, {"Name": "M\udcf6ller"}, {"Name": "Miller"}]


def test_a_single_spoilt_line_among_plain_ones_is_no_encoding() -> None:
    body = b"Name\n" + b"Miller\n" * 500 + b"M\xfcller\n" * 2
    assert read(body)[0].encoding == "utf-8"


def test_another_encoding_can_be_asked_for() -> None:
    body = b"Name\nMiller\nM\xfcller\n"
    assert read(body)[0].encoding == "utf-8"
    assert read(body, encoding="latin-1") == (Format("cp1252"), [{"Name": "Miller"}, {"Name": "Müller"}])


@pytest.mark.parametrize(
    "given", [{"encoding": "klingon"}, {"encoding": "rot13"}, {"encoding": "a\0"}, {"delimiter": "x"}]
)
def test_an_unknown_encoding_or_delimiter_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        check_wanted(given)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-le"])
def test_lone_carriage_returns_end_lines_where_nothing_else_does(encoding: str) -> None:
    body = "Name;Ort\rMüller;Köln\rMöller;Nürnberg\r".encode(encoding)
    assert read(body)[1] == [{"Name": "Müller", "Ort": "Köln"}, {"Name": "Möller", "Ort": "Nürnberg"}]


def test_bytes_of_no_character_spoil_their_line() -> None:
    body = "Name,Ort\nMüller,x\nMöller,y\n".encode("cp1252") + b"A\x81,z\n"
    assert read(body)[1][2] == {"Name": "A\udcff", "Ort": "z"}
    odd = "Name\nMüller\n".encode("utf-16-le") + b"\x00\xd8a\x00\n\x00"  # half a surrogate pair
    assert "\udcff" in read(b"\xff\xfe" + odd)[1][1]["Name"]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_pieces_of_any_size_make_the_same_text(size: int) -> None:
    body = b"\xff\xfe" + GERMAN.encode("utf-16-le")
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    tally = Tally()
    for piece in pieces:
        tally.feed(piece)
    assert tally.encoding() == "utf-16-le" and not ends_lines_by_cr(tally.head, "utf-16-le")
    assert b"".join(in_utf8(pieces, "utf-16-le", cr_ends_line=False)) == GERMAN.encode()


@pytest.mark.parametrize(
    ("text", "delimiter", "quote", "escape"),
    [
        ("a;b\n1,5;2\n", ";", '"', ""),
        ("Size, in cm;Price\n1,5;2\n", ";", '"', ""),
        ("a|b,c\n1|2,3\n", "|", '"', ""),
        ("a\tb\n1, 2\t3\n", "\t", '"', ""),
        ("a,b;c\n1,2\n3,4\n", ",", '"', ""),
        ("name\nAcme; Inc\nBeta\n", ",", '"', ""),
        ("'a','b'\n'1, 2','3'\n", ",", "'", ""),
        ('a,b\n"say \\"hi\\"",2\n', ",", '"', "\\"),
        ('a,b\n"C:\\dir\\",2\n', ",", '"', ""),
        ("a,b\nragged\n1,2\n1,2,3\n", ",", '"', ""),
    ],
)
def test_the_dialect_is_found_from_the_head(text: str, delimiter: str, quote: str, escape: str) -> None:
    expected = Format(delimiter=delimiter, quote=quote, escape=escape)
    assert find_dialect(io.BytesIO(text.encode()), Format()) == expected
