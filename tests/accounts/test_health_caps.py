"""The vital cap: a stale tier A account is at amber at best, whatever its score."""

from datetime import timedelta

import pytest

from accounts.health import recompute, recompute_dirty
from accounts.health.explain import explain, explain_current
from accounts.health.scoring import Score, score_of
from accounts.models import Account, HealthRules
from kam.core import clock
from tests.accounts.health_data import NOON, account_of, made_up_signals, reread, result_of, set_readings
from tests.personas import Company, client_for, make_account
from touchpoints.models import AccountCadence
from touchpoints.services.planning import flag_stale
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db
LONG_AGO = NOON - timedelta(days=1)


def band(account: Account, reading: float = 90) -> tuple[int | None, str, str]:
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": reading}})
        recompute([account.pk], as_of=NOON)
    result, shown = result_of(account), reread(account)
    assert (shown.health, shown.health_band) == (result.score, result.band)
    return result.score, result.band, result.capped_by


@pytest.mark.parametrize(
    ("tier", "stale_at", "reading", "expected"),
    [
        ("A", LONG_AGO, 90, (90, "amber", "stale_tier_a")),
        ("A", NOON, 90, (90, "green", "")),  # not stale yet: strictly longer
        ("A", None, 90, (90, "green", "")),
        ("B", LONG_AGO, 90, (90, "green", "")),
        ("A", LONG_AGO, 60, (60, "amber", "")),  # it holds nothing down here
        ("A", LONG_AGO, 20, (20, "red", "")),
    ],
)
def test_stale_tier_a_is_amber_at_best(
    tier: str, stale_at: object, reading: float, expected: tuple[int, str, str]
) -> None:
    assert band(account_of(tier, stale_at=stale_at), reading) == expected


def test_cap_can_be_switched_off() -> None:
    account = account_of("A", stale_at=LONG_AGO)
    HealthRules.objects.create(vital_cap=False)
    assert band(account) == (90, "green", "")


def test_arithmetic_without_a_database_caps_alike() -> None:
    assert score_of({"a": 90}, {"a": 1}, cap="x") == Score(90, "amber", 1.0, "x")
    assert score_of({"a": 60}, {"a": 1}, cap="x") == Score(60, "amber", 1.0)
    assert score_of({}, {"a": 1}, cap="x") == Score(None, "unknown", 0.0)


def test_explanations_say_what_holds_the_band() -> None:
    account = account_of("A", stale_at=LONG_AGO)
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 90}})
        recompute([account.pk], as_of=NOON)
        for told in (explain(account, as_of=NOON), explain_current(account, now=NOON)):
            assert (told.score, told.band, told.capped_by) == (90, "amber", "stale_tier_a")
            assert told.cap_sentence.startswith("Held at Watch")


def test_sweep_that_flags_the_silence_lowers_the_band() -> None:
    account = account_of("A", customer_since=(NOON - timedelta(days=40)).date())
    AccountCadence(account=account, ideal_days=10, maximum_days=39).save(force_insert=True)
    before, after = NOON - timedelta(days=2), NOON
    reconcile([account.pk], now=before)
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 90}})
        recompute([account.pk], as_of=before)
        assert reread(account).health_band == "green"
        flag_stale(since=before, until=after)
        recompute_dirty(limit=10, as_of=after)
    assert (reread(account).health_band, result_of(account).capped_by) == ("amber", "stale_tier_a")


def test_pages_say_it(company: Company) -> None:
    account = make_account(
        "Held", owner=company.people.owner, team=None, tier="A", stale_at=clock.now() - timedelta(days=1)
    )
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 90}})
        recompute([account.pk], as_of=clock.now())
        for sub in ("", "health/"):
            text = client_for(company.people.owner).get(f"/accounts/{account.pk}/{sub}").content.decode()
            assert "a tier A account that has gone stale is never shown as healthy" in text
