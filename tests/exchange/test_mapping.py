"""The mapping: how a cell becomes a value, and what is refused before anything is read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kam.core.errors import BadInput
from kam.exchange.enums import Outcome
from kam.exchange.mapping import BoundMapping
from kam.exchange.numbers import guess_decimal, money
from kam.exchange.reading import Position, RawRow
from kam.exchange.records import MOST_WORDS, Record
from kam.exchange.registry import kind_of

HEADER = ["Client", "Logged", "Via", "Ticket", "Step", "Title"]
BASE = {"account": "Client", "type": {"value": "sales_call"}, "channel": {"value": "phone"}, "occurred_at": "Logged"}


def record(cells: list[str], mapping: dict[str, Any], defaults: dict[str, Any] | None = None) -> Record:
    bound = BoundMapping(kind_of("touchpoints"), BASE | mapping, defaults or {}, HEADER)
    return bound.record(RawRow(2, cells, Position()))


def account(mapping: dict[str, Any], cell: str) -> Record:
    bound = BoundMapping(kind_of("accounts"), {"name": {"value": "X"}} | mapping, {}, ["C"])
    return bound.record(RawRow(2, [cell], Position()))


@pytest.mark.parametrize(
    ("source", "cell", "moment"),
    [
        ("Logged", "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("Logged", "2026-03-01T09:30:00+02:00", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
        ("Logged", "2026-03-01 09:30", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ({"column": "Logged", "format": "%m/%d/%Y"}, "3/1/2017", datetime(2017, 3, 1, tzinfo=UTC)),
        (
            {"column": "Logged", "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Rome"},
            "01.07.2026 09:30",
            datetime(2026, 7, 1, 7, 30, tzinfo=UTC),
        ),
    ],
)
def test_moments_are_utc_unless_the_column_says_otherwise(source: Any, cell: str, moment: datetime) -> None:
    assert record(["A", cell, "", "", "", ""], {"occurred_at": source})["occurred_at"] == moment


def test_columns_are_joined_values_translated_and_defaults_fill_empty_cells() -> None:
    how = {
        "external_id": ["Ticket", "Step"],
        "subject": ["Title", "Step"],
        "channel": {"column": "Via", "values": {"Tel": "phone"}},
    }
    full = record(["A", "2026-01-01", "Tel", "T1", "2", "Hello"], how)
    assert (full["external_id"], full["subject"], full["channel"]) == ("T1|2", "Hello 2", "phone")
    assert record(["A", "2026-01-01", " ", "T1", "2", ""], how, {"channel": "email"})["channel"] == "email"
    assert record(["A", "2026-01-01", "Tel", "", "", ""], how)["external_id"] == ""


def test_free_text_keeps_its_spaces_and_gets_its_formula_back() -> None:
    assert record(["A", "2026-01-01", "", "", "", "'  =1+1 "], {"subject": "Title"})["subject"] == "  =1+1 "


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        (["A", "2026-01-01", "", "", ""], "column_count", ""),
        (["A", "2026-01-01", "", "", "", "", ""], "column_count", ""),
        (["", "2026-01-01", "", "", "", ""], "missing", "Client"),
        (["A", "", "", "", "", ""], "missing", "Logged"),
        (["A", "yesterday", "", "", "", ""], "not_a_date", "Logged"),
        (["A", "1850-01-01", "", "", "", ""], "date_out_of_range", "Logged"),
        (["A", "0001-01-01T00:00:00+14:00", "", "", "", ""], "date_out_of_range", "Logged"),
        (["A", "2026-01-01", "", "", "", "x" * 301], "too_long", "Title"),
        (["A", "2026-01-01", "", "", "", "a\x00"], "forbidden_character", ""),
        (["A", "2026-01-01", "", "", "\u202e", ""], "forbidden_character", ""),
        (["A", "2026-01-01", "", "", "\x1b", ""], "forbidden_character", ""),
        (["A", "2026-01-01", "", "", "\udcff", ""], "encoding", ""),
    ],
)
def test_a_wrong_line_is_rejected_with_column_and_reason(cells: list[str], code: str, column: str) -> None:
    found = record(cells, {"subject": "Title"})
    assert found.outcome == Outcome.REJECTED
    assert [(issue.code, issue.column) for issue in found.issues] == [(code, column)]


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("company_revenue", "1100.04", Decimal("1100.04")),
        ("employees", "2822", 2822),
        ("customer_since", "2020-02-29T10:00", date(2020, 2, 29)),
        ("tier", "a", "A"),
        ("currency", "eur", "EUR"),
        ("website", "https://example.com/a", "https://example.com/a"),
    ],
)
def test_fields_of_accounts_are_typed(field: str, cell: str, value: Any) -> None:
    assert account({field: "C"}, cell)[field] == value


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("company_revenue", "1e500", "not_an_amount"),
        ("company_revenue", "NaN", "not_an_amount"),
        ("company_revenue", "1.005", "not_an_amount"),
        ("company_revenue", "450.000", "not_an_amount"),
        ("company_revenue", "1234.567", "not_an_amount"),
        ("employees", "5.000", "not_a_number"),
        ("employees", "9" * 40, "not_a_number"),
        ("employees", "-1", "not_a_number"),
        ("tier", "E", "unknown_choice"),
        ("currency", "euros", "not_a_currency"),
        ("currency", "ABC", "not_a_currency"),
        ("website", "javascript:alert(1)", "not_a_website"),
    ],
)
def test_values_that_do_not_fit_are_rejected(field: str, cell: str, code: str) -> None:
    assert [issue.code for issue in account({field: "C"}, cell).issues] == [code]


@pytest.mark.parametrize(
    ("mapping", "defaults", "code"),
    [
        ([], {}, "bad_mapping"),
        ({"nope": "Client"}, {}, "unknown_field"),
        ({"subject": "Nope"}, {}, "unknown_column"),
        ({"subject": []}, {}, "bad_mapping"),
        ({"subject": {"columns": 5}}, {}, "bad_mapping"),
        ({"subject": {"column": "Title", "value": "x"}}, {}, "bad_mapping"),
        ({"subject": {"value": None}}, {}, "bad_mapping"),
        ({"occurred_at": {"column": "Logged", "format": "%Q"}}, {}, "bad_format"),
        ({"occurred_at": {"column": "Logged", "timezone": "Mars/Base"}}, {}, "unknown_zone"),
        ({"direction": {"value": "sideways"}}, {}, "unknown_choice"),
        ({}, {"subject": ["x"]}, "bad_mapping"),
        ({}, ["x"], "bad_defaults"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_at_once(mapping: Any, defaults: Any, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        BoundMapping(kind_of("touchpoints"), BASE | mapping if isinstance(mapping, dict) else mapping, defaults, HEADER)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("field", "value", "code"), [("tags", "x" * 41, "tag_too_long"), ("website", "x", "not_a_website")]
)
def test_a_constant_that_breaks_a_rule_is_refused_as_part_of_the_mapping(field: str, value: str, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        BoundMapping(kind_of("accounts"), {"name": "C", field: {"value": value}}, {}, ["C"])
    assert (refusal.value.code, refusal.value.field) == (code, "mapping")


def test_a_required_field_without_column_or_default_is_refused() -> None:
    with pytest.raises(BadInput) as refusal:
        BoundMapping(kind_of("touchpoints"), {"account": "Client"}, {"channel": "phone"}, HEADER)
    assert refusal.value.detail == "Neither mapped nor given a default: type, occurred_at."


@pytest.mark.parametrize(
    ("field", "decimal", "cell", "value"),
    [
        ("company_revenue", ",", "450.000", Decimal("450000.00")),
        ("company_revenue", ",", "1.250.000,50", Decimal("1250000.50")),
        ("company_revenue", ",", "7000,00", Decimal("7000.00")),
        ("company_revenue", ",", "-1\u202f234,5", Decimal("-1234.50")),
        ("company_revenue", ".", "1,234.50", Decimal("1234.50")),
        ("employees", ",", "5.000", 5000),
        ("employees", ".", "5 000", 5000),
    ],
)
def test_thousands_are_read_as_the_column_writes_them(field: str, decimal: str, cell: str, value: Any) -> None:
    assert account({field: {"column": "C", "decimal": decimal}}, cell)[field] == value


@pytest.mark.parametrize("cell", ["1.23,50", "1.234.56", "1,234.50", "12.34", "1.234 567"])
def test_groups_of_thousands_are_of_three(cell: str) -> None:
    issues = account({"company_revenue": {"column": "C", "decimal": ","}}, cell).issues
    assert [issue.code for issue in issues] == ["not_an_amount"]


@pytest.mark.parametrize(
    ("samples", "sign"),
    [
        (["450.000", "5.000"], ","),
        (["1,000"], "."),
        (["1,234.50", "7"], "."),
        (["7000,00"], ","),
        (["1234.50", "7"], ""),
        (["none"], ""),
        ([], ""),
    ],
)
def test_the_way_numbers_are_written_is_guessed(samples: list[str], sign: str) -> None:
    assert guess_decimal(money, samples) == sign


@pytest.mark.parametrize("decimal", [";", "", [","], 1])
def test_no_other_sign_stands_before_decimals(decimal: Any) -> None:
    with pytest.raises(BadInput):
        account({"company_revenue": {"column": "C", "decimal": decimal}}, "1")


def test_what_is_wrong_with_a_line_is_one_error_of_bounded_length() -> None:
    fields = list(kind_of("accounts").by_name)
    header = [f"C{number}" for number in range(len(fields))]
    bound = BoundMapping(kind_of("accounts"), dict(zip(fields, header, strict=True)), {}, header)
    line = bound.record(RawRow(2, ["x" * 999] * len(header), Position()))
    (issue,) = line.issues
    assert (line.outcome, issue.code, issue.column) == (Outcome.REJECTED, "too_long", "C0")
    assert issue.message.count("; C") > 9 and len(issue.message) <= MOST_WORDS


def test_what_is_wrong_is_said_in_the_language_of_whoever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kam.exchange.values._", lambda said: f"Auf Deutsch: {said}")
    (issue,) = account({"tier": "C"}, "Z").issues
    assert issue.message == "Auf Deutsch: “Z” is none of A, B, C, D."
