"""Rules of the house that are read off the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kam", "accounts", "touchpoints", "feedback", "journeys")
SOURCES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py") if "migrations" not in p.parts)

REFUSALS = ("DomainError", "Conflict", "BadInput")

# Who may read past the guard, and why it is right there. A new line here needs a reason in review.
PAST_THE_GUARD = {
    "all_for_system": {
        "accounts/scoped.py",  # defines it
        "accounts/visibility.py",  # the rule itself
        "accounts/imports/resolving.py",  # a taken external id is refused, whoever has it
        "touchpoints/selectors.py",  # correlated to visible accounts
        "accounts/bulk/doing.py",  # whoever did it may take it back, also what went out of their sight by it
        "accounts/criteria.py",  # correlated to visible accounts
        "accounts/at_hand.py",  # correlated to visible accounts
        "accounts/services/lifecycle.py",  # whoever edits the account, its past decides
        "accounts/health/explain.py",  # the stored result of an account the caller was given
        "accounts/rollup/year.py",  # the rollup counts every account
        "touchpoints/services/planning.py",  # the sweep looks after every account
    },
    "_base_manager": set(),
    "raw": {
        "accounts/scoped.py",  # refuses it
        "accounts/services/tags.py",  # locks that the ORM cannot write; a tag by itself belongs to no account
    },
}


def names_used(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef):
            yield node.name


@pytest.mark.parametrize("name", PAST_THE_GUARD)
def test_ways_past_the_guard_are_used_only_where_listed(name: str) -> None:
    found = {str(path.relative_to(ROOT)) for path in SOURCES if name in names_used(path)}
    assert found == PAST_THE_GUARD[name]


def test_no_module_holds_two_ideas() -> None:
    assert [str(p.relative_to(ROOT)) for p in SOURCES if len(p.read_text().splitlines()) > 400] == []


def test_domain_code_never_asks_the_clock() -> None:
    """Time is passed in; only doors (views, commands, tasks, middleware) and the clock itself may ask."""
    rooms = ("services", "selectors", "cadence", "scoring", "health")
    asking = []
    for path in SOURCES:
        if not any(room in path.parts or path.stem == room for room in rooms):
            continue
        source = path.read_text()
        if "timezone.now(" in source or "datetime.now(" in source or "kam.core.clock" in source:
            asking.append(str(path.relative_to(ROOT)))
    assert asking == []


def test_services_refuse_in_words_that_can_be_translated() -> None:
    plain = []
    for path in (p for p in SOURCES if "services" in p.parts):
        for call in (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)):
            words = call.args[1:2] if isinstance(call.func, ast.Name) and call.func.id in REFUSALS else []
            wrong = [one.lineno for one in words if isinstance(one, ast.Constant | ast.JoinedStr)]
            plain += [f"{path.relative_to(ROOT)}:{line}" for line in wrong]
    assert plain == []


def test_no_inline_script_or_style_in_templates() -> None:
    """The content security policy would refuse them; a mark like this in a template is a mistake."""
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        if " style=" in text or "<style" in text or " onclick=" in text or "javascript:" in text:
            wrong.append(str(path.relative_to(ROOT)))
        if any("<script" in line and "src=" not in line and "json" not in line for line in text.splitlines()):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []
