"""The pictures of the portfolio: the map, the trend, who moved and why, mean and spread."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.days import reporting_day
from accounts.health.movement import cause_of_move
from accounts.models import Account, HealthResult, HealthSnapshot
from accounts.portfolio.figures import Tally
from accounts.portfolio.months import HEIGHT, WIDTH
from accounts.rollup.year import month_ends
from kam.core import clock
from kam.core.wording import NARROW
from tests.personas import Company, client_for, make_account

WEIGHTS = {"recency": 25.0, "sentiment": 15.0}


@pytest.mark.parametrize(
    ("then", "now", "key"),
    [
        ({"recency": 100, "sentiment": 80}, {"recency": 20, "sentiment": 75}, "recency"),
        ({"recency": 100, "sentiment": 100}, {"recency": 90, "sentiment": 0}, "sentiment"),
        ({"recency": 100}, {"recency": 100, "sentiment": 0}, "sentiment"),  # it appeared, and it is bad
        ({"recency": 20, "sentiment": 90}, {"recency": 80, "sentiment": 70}, "recency"),  # up, whatever sentiment did
        ({"recency": 50}, {"recency": 50}, None),  # only weights can have moved it
        ({}, {"recency": 50}, None),
    ],
)
def test_cause_is_the_signal_that_moved_the_score_most(
    then: dict[str, float], now: dict[str, float], key: str | None
) -> None:
    cause = cause_of_move(then, now, WEIGHTS)
    assert (cause.key if cause else None) == key


def test_cause_says_from_where_to_where_and_how_much() -> None:
    cause = cause_of_move({"recency": 100, "sentiment": 50}, {"recency": 0, "sentiment": 50}, WEIGHTS)
    assert cause is not None
    assert (cause.before, cause.after, cause.effect) == (100, 0, -62.5)


def test_mean_and_spread_of_a_tally() -> None:
    tally = Tally(known=2, points=100, squares=40**2 + 60**2)
    assert (tally.mean, tally.spread, tally.mean_band) == (50, 10, "amber")
    assert tally.spread_line == ("49.0", "40.0", "20.0")
    assert (Tally().mean, Tally(known=1, points=5, squares=25).spread, Tally().mean_band) == (None, None, "unknown")


def test_twelve_months_end_before_that_of_the_day() -> None:
    ends = month_ends(date(2026, 3, 31))
    assert (ends[0], ends[-2], ends[-1], len(ends)) == (date(2025, 3, 31), date(2026, 1, 31), date(2026, 2, 28), 12)
    assert month_ends(date(2026, 1, 1))[-1] == date(2025, 12, 31)


def moved_account(company: Company, *, kept: dict[str, float] | None) -> Account:
    """Went from 90 to 40 within the last month: recency fell."""
    account = make_account(
        "Mover", owner=company.people.owner, team=None, health=40, health_band="red",
        account_revenue=Decimal(300), currency="EUR",
    )  # fmt: skip
    now = clock.now()
    HealthSnapshot(
        account=account, on=reporting_day(now) - timedelta(days=200), score=90, band="green", weight_present=1,
        readings=kept,
    ).save()  # fmt: skip
    HealthSnapshot(account=account, on=reporting_day(now), score=40, band="red", weight_present=1).save()
    HealthResult(
        account=account, score=40, band="red", readings={"recency": 4, "sentiment": 100}, weights=WEIGHTS,
        weight_present=1, as_of=now,
    ).save()  # fmt: skip
    return account


@pytest.mark.parametrize(
    ("kept", "words"),
    [({"recency": 84.0, "sentiment": 100.0}, "Recency 84 → 4"), (None, "What moved it was not kept")],
)
def test_mover_says_which_signal_did_it(company: Company, kept: dict[str, float] | None, words: str) -> None:
    moved_account(company, kept=kept)
    assert words in client_for(company.people.owner).get("/portfolio/").content.decode()


def test_trend_shares_todays_value_by_the_bands_of_the_time(company: Company) -> None:
    moved_account(company, kept=None)
    make_account("Dollars", owner=company.people.owner, team=None, account_revenue=Decimal(900), currency="USD")
    make_account("New", owner=company.people.owner, team=None, account_revenue=Decimal(100), currency="EUR")
    trend = client_for(company.people.owner).get("/portfolio/").context["portfolio"].trend
    shares = [{band: share for band, _, share in month.shares if share} for month in trend.months]
    assert shares[0] == {"unknown": 100}
    assert shares[-2] == {"green": 75, "unknown": 25}
    assert shares[-1] == {"red": 75, "unknown": 25}
    assert {band for band, _ in trend.areas} == {"green", "red", "unknown"}
    for _, points in trend.areas:
        for x, y in (point.split(",") for point in points.split()):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT


def test_map_draws_the_most_valuable_and_says_what_is_left_out(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.portfolio.TILES", 2)
    for number in (1, 2, 3):
        make_account(
            f"Worth {number}", owner=company.people.owner, team=None, account_revenue=Decimal(number), currency="EUR"
        )
    make_account("Dollars", owner=company.people.owner, team=None, account_revenue=Decimal(900), currency="USD")
    response = client_for(company.people.owner).get("/portfolio/")
    shown = response.context["portfolio"].treemap
    assert [account.name for account in shown.accounts] == ["Worth 3", "Worth 2"]
    assert (shown.rest, shown.rest_value) == (1, 1)
    assert "1 smaller account, worth" in response.content.decode()
    assert "1 account in other currencies is not drawn." in response.text


def test_map_is_drawn_from_what_its_script_reads(company: Company) -> None:
    account = make_account(
        "Worth </script> it", owner=company.people.owner, team=None, account_revenue=Decimal(3000), currency="EUR"
    )
    text = client_for(company.people.owner).get("/portfolio/").content.decode()
    told = json.loads(text.partition('<script id="map-tiles" type="application/json">')[2].partition("</script>")[0])
    assert told["tiles"][0] == [str(account.pk), "Worth </script> it", 3000.0, f"€3{NARROW}k", "unknown", None]
    assert told["href"].format(account.pk) == f"/accounts/{account.pk}/"
    assert told["words"]["unknown"] == "Unknown"
