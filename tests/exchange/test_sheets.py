"""Excel workbooks: what their cells say as text, and what is refused before it can do harm."""

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from time import process_time as time_now
from typing import Any

import pytest
from openpyxl import Workbook

from kam.core.errors import BadInput
from kam.exchange import sheet_xml, sheets
from kam.exchange.files import store
from kam.exchange.formats import Format
from kam.exchange.sheets import sheet_as_csv, sheet_names
from tests.exchange.runs import run
from tests.personas import People

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROWS: list[list[Any]] = [
    ["Name", "Since", "Logged", "Size", "Rate", "Key", "At\nnoon"],
    ['Müller, "A"', date(2026, 2, 28), datetime(2026, 2, 28, 9, 30), 12, 0.1 + 0.2, True, time(12, 0)],  # noqa: DTZ001  as a workbook gives it
    [],
    ["two\nlines", None, None, 1e21, -1.0, False, None],
    ["last", "text", "", 3.0, 1234567.891, None, "=1+1"],
]


def workbook(rows: Iterable[list[Any]] = ROWS, *, second: Iterable[list[Any]] = ()) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    other = book.create_sheet("Other")
    for row in second:
        other.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def with_part(body: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one more (or another) part."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return made.getvalue()


def with_texts(texts: bytes) -> bytes:
    """A workbook whose cells share these texts."""
    body, types = workbook(), "[Content_Types].xml"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    said = zipfile.ZipFile(io.BytesIO(body)).read(types)
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
    return with_part(
        with_part(body, types, said.replace(b"</Types>", override)),
        "xl/sharedStrings.xml",
        b"<sst %s>%s</sst>" % (MAIN, texts),
    )


def spoilt(body: bytes) -> bytes:
    """The workbook whose first sheet no longer unpacks."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    begin = part.header_offset + 30 + len(part.filename)
    return body[:begin] + b"\xff" * part.compress_size + body[begin + part.compress_size :]


def csv_of(body: bytes, name: str = "") -> tuple[str, bytes]:
    with sheet_as_csv(io.BytesIO(body), name) as (title, lines):
        return title, b"".join(lines)


def test_cells_become_the_texts_a_mapping_expects() -> None:
    text = csv_of(workbook())[1].decode()
    assert text.splitlines() == [
        "Name,Since,Logged,Size,Rate,Key,At noon",
        '"Müller, ""A""",2026-02-28,2026-02-28T09:30:00,12,0.3,true,12:00:00',
        "",
        '"two',
        'lines",,,1000000000000000000000,-1,false,',
        "last,text,,3,1234567.891,,",  # a formula that was never calculated shows nothing
    ]


@pytest.mark.django_db
def test_lines_have_the_numbers_the_sheet_shows(people: People) -> None:
    rows = [["Name", "Tier"], ["a\nb", "A"], [], ["Wrong", "Z"], ["Fine", "B"]]
    report = run("accounts", workbook(rows), {"name": "Name", "tier": "Tier"}, by=people.owner)
    assert [(error["line"], error["column"]) for error in report["errors"]] == [(4, "Tier")]
    assert report["rows"] == {
        "total": 3, "created": 2, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 1,
    }  # fmt: skip
    assert report["file"] == Format(sheet="Sheet").as_json()
    again = run("accounts", workbook(rows), {"name": "Name", "tier": "Tier"}, by=people.owner)
    assert again["rows"]["unchanged"] == 2


def test_a_sheet_is_chosen_by_name() -> None:
    body = workbook(second=[["A"], ["1"]])
    assert sheet_names(io.BytesIO(body)) == ["Sheet", "Other"]
    assert store(io.BytesIO(body), wanted={"sheet": "Other"}).header == ["A"]
    with pytest.raises(BadInput) as refusal:
        store(io.BytesIO(body), wanted={"sheet": "Nope"})
    assert refusal.value.code == "unknown_sheet"


def test_without_a_name_reading_begins_with_the_first_sheet_that_holds_a_row() -> None:
    later = workbook([[], [None, "  "]], second=[[], ["Name"], ["Acme"]])
    assert csv_of(later) == ("Other", b"\nName\nAcme\n")
    kept = store(io.BytesIO(later), wanted={})
    assert (kept.header, kept.dialect) == (["Name"], Format(sheet="Other"))
    for body, sheet in ((later, "Sheet"), (workbook([]), ""), (workbook([], second=[[]]), "")):
        with pytest.raises(BadInput) as refusal:
            store(io.BytesIO(body), wanted={"sheet": sheet})
        assert refusal.value.code == "empty_file"


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""


HUGE_ROW = b"<worksheet %s><sheetData><row>%s</row></sheetData></worksheet>" % (MAIN, b"<c/>" * 2**18)
LATE = b'<?xml version="1.0"?>' + b" " * 2**17 + b"<worksheet/>"


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_workbook", 400),
        (b"PK\x03\x04 and nothing more", "not_a_workbook", 400),
        (with_part(workbook(), "xl/vbaProject.bin", b"x"), "macros", 400),
        (with_part(workbook(), "xl/workbook.xml", b"<workbook"), "not_a_workbook", 400),
        (with_part(workbook(), "xl/worksheets/sheet1.xml", b"<sheet><row"), "not_a_workbook", 400),
        (with_part(workbook(), "xl/worksheets/sheet1.xml", ENTITIES), "not_a_workbook", 400),
        (with_part(workbook(), "xl/media/bomb.xml", b"\0" * (65 * 2**20)), "too_large", 413),
        (with_part(workbook(), "xl/worksheets/sheet1.xml", HUGE_ROW), "too_large", 413),
        (with_texts(b"<si><t>%s</t></si>" % (b"a" * 5 * 2**20)), "too_large", 413),
        (with_part(workbook(), "xl/worksheets/sheet1.xml", LATE), "not_a_workbook", 400),
        (with_part(workbook(), "xl/styles.xml", b"<styleSheet"), "not_a_workbook", 400),
        (with_part(workbook(), "docProps/custom.xml", b" " * (3 * 2**20)), "too_large", 413),
        (with_part(workbook(), "[Content_Types].xml", b"<Types/>"), "not_a_workbook", 400),
        (spoilt(workbook()), "not_a_workbook", 400),
        (workbook([]), "empty_file", 400),
    ],
    ids=[
        "xls",
        "no zip",
        "macros",
        "broken book",
        "broken sheet",
        "entities",
        "bomb",
        "huge row",
        "huge text",
        "late",
        "broken styles",
        "many properties",
        "no kinds",
        "bad zip",
        "empty",
    ],
)
def test_what_cannot_or_must_not_be_read_is_refused(body: bytes, code: str, status: int) -> None:
    with pytest.raises(BadInput) as refusal:
        store(io.BytesIO(body), wanted={})
    assert (refusal.value.code, refusal.value.status) == (code, status)


def test_more_texts_than_any_workbook_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = with_texts(b"<si><t>a</t></si>" * 4)
    assert store(io.BytesIO(body), wanted={}).header[0] == "Name"
    monkeypatch.setattr(sheet_xml, "MOST_TEXTS", 3)
    with pytest.raises(BadInput) as refusal:
        store(io.BytesIO(body), wanted={})
    assert refusal.value.status == 413


def with_styles(*codes: bytes, besides: bytes = b"") -> bytes:
    """The workbook whose cells may look like these formats."""
    formats = b"".join(b'<numFmt numFmtId="%d" formatCode="%s"/>' % pair for pair in enumerate(codes, 164))
    cells = b"".join(b'<xf numFmtId="%d"/>' % number for number, _ in enumerate(codes, 164))
    styles = (
        b"<styleSheet %s><numFmts>%s</numFmts><cellStyleXfs><xf/></cellStyleXfs>%s<cellXfs>%s</cellXfs></styleSheet>"
    )
    rows = b"".join(b'<c r="%c2" s="%d"><v>1.5</v></c>' % (65 + place, place) for place in range(len(codes)))
    head = b"".join(b'<c r="%c1" t="inlineStr"><is><t>x</t></is></c>' % (65 + place) for place in range(len(codes)))
    sheet = b'<worksheet %s><sheetData><row r="1">%s</row><row r="2">%s</row></sheetData></worksheet>'
    body = with_part(workbook(), "xl/styles.xml", styles % (MAIN, formats, besides, cells))
    return with_part(body, "xl/worksheets/sheet1.xml", sheet % (MAIN, head, rows))


def test_of_how_cells_look_only_dates_and_durations_are_read() -> None:
    """Millions of fonts cost openpyxl minutes."""
    body = with_styles(b"0.00", b"dd\\.mm\\.yyyy", b"[h]:mm", besides=b"<fonts>%s</fonts>" % (b"<font/>" * 300_000))
    begun = time_now()
    assert csv_of(body)[1].splitlines()[1] == b'1.5,1900-01-01T12:00:00,"1 day, 12:00:00"'
    assert time_now() - begun < 2


def test_more_styles_than_any_workbook_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_xml, "MOST_STYLES", 8)
    assert csv_of(with_styles(b"0.00"))[1]
    with pytest.raises(BadInput) as refusal:
        csv_of(with_styles(b"0.00", b"0.000"))
    assert refusal.value.status == 413


def test_a_zip_of_other_things_is_no_workbook() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    with pytest.raises(BadInput) as refusal:
        store(made, wanted={})
    assert refusal.value.code == "not_a_workbook"


def test_a_sheet_that_unpacks_to_too_much_or_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput) as slow:
        store(io.BytesIO(workbook()), wanted={}, seconds=1e-9)
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 1_000)
    with pytest.raises(BadInput) as large:
        store(io.BytesIO(workbook()), wanted={})
    assert (slow.value.status, large.value.status) == (413, 413)
