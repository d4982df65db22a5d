"""The CSV reader: what it understands, and how it goes on after what it does not."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.core.errors import BadInput
from kam.exchange import reading
from kam.exchange.formats import Format
from kam.exchange.formulas import neutralise, restore
from kam.exchange.reading import Position, RawRow, read_header, read_rows
from kam.exchange.sniffing import find_dialect


def rows(text: str | bytes) -> list[RawRow]:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    dialect = find_dialect(file, Format())
    return list(read_rows(file, dialect=dialect, position=read_header(file, dialect)[1]))


def found(text: str | bytes) -> list[tuple[int, list[str], str]]:
    return [(row.line, row.cells, row.problem) for row in rows(text)]


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "bom"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_header_and_rows_are_read_in_every_dialect(start: str, end: str, delimiter: str) -> None:
    text = start + end.join([f"a{delimiter}b c", f"1{delimiter}ü", ""])
    assert read_header(io.BytesIO(text.encode()), Format(delimiter=delimiter))[0] == ["a", "b c"]
    assert found(text) == [(2, ["1", "ü"], "")]


def test_quoted_newlines_keep_the_line_numbers_of_the_file() -> None:
    assert found('a,b\n1,"x\ny\nz"\n\n2,w\n') == [(2, ["1", "x\ny\nz"], ""), (6, ["2", "w"], "")]


def test_a_quote_that_never_closes_spoils_its_own_line_only() -> None:
    assert found('a,b\n1,2\n"open,3\n4,5\n6,7') == [
        (2, ["1", "2"], ""),
        (3, [], "malformed_quotes"),
        (4, ["4", "5"], ""),
        (5, ["6", "7"], ""),
    ]


def test_text_behind_a_closing_quote_is_not_guessed_at() -> None:
    assert found('a,b\n"1"x,2\n3,4\n') == [(2, [], "malformed_quotes"), (3, ["3", "4"], "")]


def test_a_line_beyond_a_mebibyte_is_skipped_without_being_kept() -> None:
    assert found("a,b\n" + "x" * 3_000_000 + ",1\n2,3\n") == [(2, [], "line_too_long"), (3, ["2", "3"], "")]


def test_bytes_that_are_no_utf8_stay_visible_in_their_line() -> None:
    assert found(b"a,b\n1,\xff\n2,3\n") == [(2, ["1", "\udcff"], ""), (3, ["2", "3"], "")]


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04\x14\x00\n", "a,b\n1,2".encode("utf-16"), b"\n\n", b"a,\xff\n"])
def test_what_is_no_csv_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_header(io.BytesIO(body), Format())


def test_records_that_never_end_are_not_read_once_for_each_of_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AGAIN_AT_FIRST", 1_000)
    file = io.BytesIO(b"a,b,c\n" + b'a",",\n' * 20_000 + b"1,2,3\n")
    dialect, start = Format(), len(b"a,b,c\n")
    read = list(read_rows(file, dialect=dialect, position=Position(start, 1)))
    assert {row.problem for row in read} == {"malformed_quotes"}
    assert (read[0].line, read[-1].end) == (2, Position(file.tell(), 20_002))
    assert len(read) < 2_000


def test_a_long_record_takes_no_memory_of_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 1_000)
    monkeypatch.setattr(reading, "AGAIN_AT_FIRST", 100_000)
    file = io.BytesIO(b'a",",\n' * 500 + b"1,2,3\n")
    read = list(read_rows(file, dialect=Format(), position=Position()))
    assert (len(read), read[-1].cells, read[-1].line) == (501, ["1", "2", "3"], 501)


def test_more_columns_than_any_file_has_are_refused() -> None:
    with pytest.raises(BadInput) as error:
        read_header(io.BytesIO(b",".join(b"c%d" % number for number in range(1_001))), Format())
    assert error.value.code == "too_many_columns"


@settings(deadline=None)  # the first example pays for what all of them use, and a busy machine for the others
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])), min_size=2, max_size=2)
    )
)
def test_reading_may_stop_and_go_on_between_any_two_records(cells: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *cells])
    file = io.BytesIO(text.getvalue().encode())
    position, read = read_header(file, Format())[1], []
    while row := next(read_rows(file, dialect=Format(), position=position), None):
        read.append(row.cells)
        position = row.end
    assert read == cells
    assert position.read_bytes == len(text.getvalue().encode()) or not cells


@given(st.text(alphabet="'=+-@\t\r \u3000＝＋－＠ab1"))
def test_a_neutralised_cell_comes_back_byte_for_byte(cell: str) -> None:
    assert restore(neutralise(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "  =1", "' =1", "'=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_neutralised(cell: str) -> None:
    assert neutralise(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "a=1", "'tis", "1-1", "O'Neil"])
def test_harmless_cells_stay_as_they_are(cell: str) -> None:
    assert neutralise(cell) == restore(cell) == cell


def test_position_zero_reads_the_header_too() -> None:
    file = io.BytesIO(b"a\n1\n")
    assert [row.cells for row in read_rows(file, dialect=Format(), position=Position())] == [["a"], ["1"]]
