"""What the tags say: times, money and changes in words, and pictures without scripts or inline styles."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override

from kam.core import nav, svg, wording
from kam.core.templatetags import kam

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context({"now": NOW, **context}))


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=11), "yesterday"),
        (timedelta(days=41), "41 days ago"),
        (timedelta(days=102), "3 months ago"),
        (timedelta(days=800), "2 years ago"),
        (-timedelta(hours=2), "in 2 h"),
        (-timedelta(days=1), "tomorrow"),
        (-timedelta(days=14), "in 14 days"),
    ],
)
def test_relative_time_in_words(ago: timedelta, words: str) -> None:
    assert wording.relative(NOW - ago, now=NOW) == words


def test_a_date_without_time_counts_days() -> None:
    assert wording.relative(date(2026, 11, 22), now=NOW) == "today"
    assert wording.relative(date(2026, 11, 21), now=NOW) == "yesterday"


def test_relative_time_tag_carries_the_full_date() -> None:
    html = rendered("{% relative_time moment %}", moment=NOW - timedelta(days=3))
    assert html == ('<time datetime="2026-11-19T10:30:00+00:00" title="Thu 19 Nov 2026, 10:30">3 days ago</time>')
    assert rendered("{% relative_time moment 'never' %}", moment=None) == "never"


def test_local_date_names_the_year_only_where_it_is_another() -> None:
    assert ">14 Jan 2027<" in rendered("{% local_date day %}", day=date(2027, 1, 14))
    assert ">3 Dec<" in rendered("{% local_date day %}", day=date(2026, 12, 3))


@pytest.mark.parametrize(
    ("amount", "short"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1 k"),
        (87_400, "87 k"),
        (999_499, "999 k"),
        (999_600, "1 M"),
        (1_420_000, "1.42 M"),
        (2_000_000, "2 M"),
        (12_400_000, "12.4 M"),
        (124_000_000, "124 M"),
        (3_100_000_000, "3.1 B"),
        (Decimal("-980000"), "−980 k"),
    ],
)
def test_money_short(amount: Decimal | int, short: str) -> None:
    assert wording.money_short(amount).replace(wording.NARROW, " ") == short


def test_money_with_currency() -> None:
    assert wording.money(Decimal("1420000"), "EUR") == "€1,420,000"
    assert wording.money(Decimal("12.5"), "CHF") == "CHF\u00a012.50"
    assert wording.money_short(-1_420_000, "USD").replace(wording.NARROW, " ") == "−$1.42 M"
    assert rendered("{{ nothing|money:'EUR' }} {{ nothing|money_short }}", nothing=None) == "– –"


def test_amounts_and_counts_are_grouped_as_the_language_does() -> None:
    for language, money, short, count in [
        ("en", "€1,420,000.50", "€1.42 M", "12,267"),
        ("de", "€1.420.000,50", "€1,42 M", "12.267"),
        ("hi", "€1420000.50", "€1.42 M", "12267"),  # Django knows no groups of it
    ]:
        with translation.override(language):
            assert wording.money(Decimal("1420000.50"), "EUR") == money
            assert wording.money_short(Decimal("1420000.50"), "EUR").replace(wording.NARROW, " ") == short
            assert wording.amounts().count(12267) == count


@pytest.mark.parametrize(("number", "text"), [(4, "+4"), (-7, "−7"), (0, "0"), (0.4, "0"), (-0.5, "−1")])
def test_signed(number: float, text: str) -> None:
    assert wording.signed(number) == text


def test_spark_spans_its_picture_and_bridges_gaps() -> None:
    line = svg.spark([0, None, 100])
    assert line is not None
    assert line.points == "2.5,17.5 81.5,2.5"
    assert (line.x, line.y) == (81.5, 2.5)


def test_spark_does_not_make_noise_look_like_a_story() -> None:
    line = svg.spark([70, 71])
    assert line is not None
    heights = [float(point.split(",")[1]) for point in line.points.split()]
    assert max(heights) - min(heights) < 1


def test_spark_needs_two_points() -> None:
    assert svg.spark([None, 3]) is None
    assert rendered("{% sparkline points %}", points=[]) == ""


def test_stacked_parts_fill_the_width_and_leave_out_nothings() -> None:
    drawn = svg.parts([("green", 3), ("amber", 0), ("red", 1)])
    assert [part.name for part in drawn] == ["green", "red"]
    assert drawn[-1].x + drawn[-1].width == pytest.approx(100, abs=0.05)
    assert svg.parts([("green", 0)]) == []


def test_bar_is_clamped() -> None:
    assert 'class="fill" width="100.0"' in rendered("{% bar 9 5 %}")
    assert 'class="fill" width="0.0"' in rendered("{% bar 9 0 %}")


def test_text_is_escaped_in_every_picture() -> None:
    assert "<b>" not in rendered("{% sparkline points label=label %}", points=[1, 2], label="<b>")


@pytest.mark.parametrize(
    ("path", "current"),
    [("/accounts/", "/accounts/"), ("/accounts/stale/", "/accounts/stale/"), ("/accounts/0193/", "/accounts/")],
)
def test_the_longest_matching_entry_is_current(path: str, current: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"account_list": "/accounts/", "stale_list": "/accounts/stale/"}
    monkeypatch.setattr(nav, "reverse", lambda name: pages.get(name, f"/{name}/"))
    assert [link.url for link in nav.links("admin", path) if link.current] == [current]


def test_an_entry_without_a_page_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nav, "ENTRIES", (nav.Entry("no_such_page", "Nowhere", "x"),))
    assert nav.links("admin", "/") == []


def test_settings_are_offered_by_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nav, "reverse", lambda name: f"/settings/{name}/")
    groups = {role: [str(label) for label, _ in nav.settings_links(role, "/")] for role in ("manager", "admin", "")}
    assert groups == {"manager": ["You"], "admin": ["You", "People", "Work", "Oversight"], "": []}
    links = [link for _, found in nav.settings_links("admin", "/settings/team_list/") for link in found]
    assert [link.url for link in links if link.current] == ["/settings/team_list/"]


def test_settings_without_a_page_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = nav.SettingsEntry("no_such_page", "Nowhere", "Nothing.")
    monkeypatch.setattr(nav, "SETTINGS", (("Group", (entry,)),))
    assert nav.settings_links("admin", "/") == []


def test_a_manager_is_offered_the_portfolio_of_ones_own() -> None:
    assert "p" in {link.key for link in nav.links("manager", "/")}
    assert nav.links("", "/") == []


@pytest.mark.parametrize(
    ("score", "band", "word"),
    [(44, "red", "At risk"), (55, "amber", "Watch"), (None, "unknown", "Unknown"), (80, "green", "Healthy")],
)
def test_health_says_its_band_in_words(score: int | None, band: str, word: str) -> None:
    html = render_to_string("components/health.html", {"score": score, "band": band})
    assert f'data-state="{band}"' in html
    assert word in html


@pytest.mark.parametrize(
    ("days", "text"),
    [(-1, "1 day overdue"), (-11, "11 days overdue"), (0, "today"), (1, "in 1 day"), (12, "in 12 days"), (None, "–")],
)
def test_days_in(days: int | None, text: str) -> None:
    assert text in render_to_string("components/days_in.html", {"days": days})


def test_sentiment_pair_says_both_ends() -> None:
    html = render_to_string("components/sentiment_pair.html", {"start": -1, "end": 2})
    assert "Unhappy" in html and "Delighted" in html and "<line" in html
    assert render_to_string("components/sentiment_pair.html", {"start": None, "end": None}).strip() == ""


def test_faces_keep_a_neutral_choice() -> None:
    html = render_to_string("components/faces.html", {"name": "end", "label": "End", "value": 0})
    assert html.count("<input") == 5
    assert 'value="0" checked' in html


def test_messages_become_toasts_with_undo() -> None:
    html = render_to_string("components/toast.html", {"text": "Saved & closed", "undo_url": "/undo/"})
    assert "Saved &amp; closed" in html
    assert 'hx-post="/undo/"' in html


def test_error_pages_need_no_request() -> None:
    for code in (400, 403, 404, 500, 503):
        assert "In words" in render_to_string(f"{code}.html", {"status": code, "detail": "In words"})


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_compile_and_hold_nothing_inline(path: Path) -> None:
    """The content security policy allows no inline script, style or handler."""
    get_template(str(path.relative_to(TEMPLATES)))
    source = path.read_text()
    for forbidden in ("<style", " style=", " onclick=", " onsubmit=", "javascript:", "hx-on", "hx-vals='js"):
        assert forbidden not in source
    assert "<script>" not in source


def test_the_user_menu_signs_out_by_post() -> None:
    role = SimpleNamespace(label="Leader")
    request = SimpleNamespace(principal=SimpleNamespace(user_id=1, name="Dana Ruiz", role=role))
    html = render_to_string("components/user_menu.html", {"request": request})
    assert '<form method="post" action="/logout/" data-sign-out>' in html
    assert ">DR<" in html


def test_what_is_constant_is_rendered_once_for_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def render(name: str) -> SafeString:
        asked.append(name)
        return SafeString(f"<p>{get_language()}</p>")

    monkeypatch.setattr(kam, "render_to_string", render)
    said = []
    for language in ("en", "de", "en"):
        with override(language):
            said.append(rendered("{% constant 'some/piece.html' %}"))
    assert said == ["<p>en</p>", "<p>de</p>", "<p>en</p>"]
    assert asked == ["some/piece.html"] * 2
