"""Health weights: what a change would do is said before it is saved, and happens after."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.health import recompute, recompute_dirty
from accounts.health.weights import Weighing, current_weighing, preview_weighing, save_weighing
from accounts.models import Account, HealthDirty, HealthProfile, HealthRules
from kam.core.errors import DomainError, NotVisible
from tests.accounts.health_data import NOON, account_of, made_up_signals, reread, set_readings
from tests.personas import SYSTEM, Company, client_for, principal

pytestmark = pytest.mark.django_db
URL = "/settings/health/"
FIRST, SECOND = {"a": 100.0, "b": 0.0}, {"a": 0.0, "b": 100.0}


@pytest.fixture
def three(db: None) -> Any:
    """Tier A and B: a reads well, b badly; a tier A account that is stale; all weighed half and half: amber."""
    accounts = [
        account_of("A", name="Ay", account_revenue=5),
        account_of("B", name="Bee"),
        account_of("A", name="Silent", account_revenue=9, stale_at=NOON),
    ]
    with made_up_signals(a=50, b=50):
        set_readings({account.pk: {"a": 90, "b": 30} for account in accounts})
        recompute([account.pk for account in accounts], as_of=NOON)
        yield accounts


def moves(weighing: Weighing) -> tuple[list[tuple[str, str, int]], list[tuple[str, str]]]:
    preview = preview_weighing(SYSTEM, weighing, now=NOON.replace(hour=13))
    return preview.counts, [(account.name, is_now) for account, _, is_now in preview.accounts]


def test_preview_counts_bands_and_names_accounts(three: list[Account]) -> None:
    assert [reread(account).health_band for account in three] == ["amber"] * 3
    assert moves(Weighing({})) == ([], [])
    assert moves(Weighing({"A": SECOND})) == ([("amber", "red", 2)], [("Silent", "red"), ("Ay", "red")])
    assert moves(Weighing({"": FIRST})) == ([("amber", "green", 2)], [("Ay", "green"), ("Bee", "green")])
    assert moves(Weighing({"": FIRST}, vital_cap=False))[0] == [("amber", "green", 3)]
    assert moves(Weighing({"": SECOND, "A": FIRST})) == (
        [("amber", "green", 1), ("amber", "red", 1)],
        [("Ay", "green"), ("Bee", "red")],
    )


@pytest.mark.parametrize(
    "weighing",
    [Weighing({"A": SECOND}), Weighing({"": FIRST}), Weighing({"": FIRST}, vital_cap=False), Weighing({"A": FIRST})],
)
def test_saving_does_what_the_preview_said(three: list[Account], weighing: Weighing) -> None:
    later = NOON.replace(hour=13)
    expected = {account.pk: is_now for account, _, is_now in preview_weighing(SYSTEM, weighing, now=later).accounts}
    assert save_weighing(by=SYSTEM, weighing=weighing) >= len(expected) > 0
    recompute_dirty(limit=10, as_of=later)
    assert {a.pk: reread(a).health_band for a in three if reread(a).health_band != "amber"} == expected
    assert moves(weighing) == ([], [])


def test_saving_marks_only_whom_it_concerns(three: list[Account]) -> None:
    assert save_weighing(by=SYSTEM, weighing=Weighing({"B": FIRST})) == 1
    assert list(HealthDirty.objects.values_list("account_id", flat=True)) == [three[1].pk]
    assert save_weighing(by=SYSTEM, weighing=Weighing({"B": FIRST})) == 0


def test_two_who_save_take_turns(three: list[Account]) -> None:
    save_weighing(by=SYSTEM, weighing=Weighing({"B": FIRST}))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SET LOCAL lock_timeout = 50")
            cursor.execute("SELECT count(*) FROM accounts_healthprofile")  # reading waits for nobody
            with pytest.raises(OperationalError, match="lock timeout"):
                cursor.execute("INSERT INTO accounts_healthprofile (tier, weights) VALUES ('C', '{}')")
    finally:
        other.close()


def test_saving_forgets_profiles_that_were_emptied(three: list[Account]) -> None:
    save_weighing(by=SYSTEM, weighing=Weighing({"": FIRST, "B": SECOND}, vital_cap=False))
    assert current_weighing() == Weighing({"": FIRST, "B": SECOND}, vital_cap=False)
    save_weighing(by=SYSTEM, weighing=Weighing({"": FIRST}))
    assert (HealthProfile.objects.count(), HealthRules.objects.get().vital_cap) == (1, True)


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        ({"A": {"a": 1.0}}, "profile_incomplete"),
        ({"A": {"a": 1.0, "b": 1.0, "z": 1.0}}, "profile_incomplete"),
        ({"": {"a": 0.0, "b": 0.0}}, "weights_add_up_to_nothing"),
        ({"": {"a": -1.0, "b": 5.0}}, "weight_out_of_range"),
    ],
)
def test_weights_that_make_no_sense_are_refused(three: list[Account], weights: Any, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        save_weighing(by=SYSTEM, weighing=Weighing(weights))
    assert refused.value.code == code
    assert not HealthProfile.objects.exists()


def test_only_administrators_weigh(company: Company) -> None:
    for call in (
        lambda by: save_weighing(by=by, weighing=Weighing({})),
        lambda by: preview_weighing(by, Weighing({}), now=NOON),
    ):
        with pytest.raises(NotVisible):
            call(principal(company.people.leader))


def entered(**rows: float) -> dict[str, Any]:
    return {"rest_a": 100, "rest_b": 0, "vital_cap": "on", **rows}


def test_page_previews_without_saving_then_saves(three: list[Account], company: Company) -> None:
    client = client_for(company.people.admin)
    text = client.get(URL).content.decode()
    assert 'name="rest_a" id="id_rest_a" value="50"' in text
    page = client.post(URL, entered())
    assert page.status_code == 200
    assert "2 accounts would change band" in page.content.decode()
    assert not HealthProfile.objects.exists()
    assert client.post(URL, entered(save="1")).status_code == 303
    assert current_weighing() == Weighing({"": FIRST})


@pytest.mark.parametrize("wrong", [{"A_a": 5}, {"rest_a": "x"}, {"rest_a": 101}, {"rest_a": 0}])
def test_page_keeps_what_was_typed_wrongly(three: list[Account], company: Company, wrong: dict[str, Any]) -> None:
    response = client_for(company.people.admin).post(URL, entered(save="1") | wrong)
    assert response.status_code == 422
    assert not HealthProfile.objects.exists()


def test_page_takes_the_same_queries_for_any_number_of_accounts(company: Company) -> None:
    client, counts = client_for(company.people.admin), []
    with made_up_signals(a=50, b=50):
        for number in (1, 3):
            rows = [account_of("C", name=f"C{number}{one}") for one in range(number)]
            set_readings({row.pk: {"a": 90, "b": 30} for row in rows})
            recompute([row.pk for row in rows], as_of=NOON)
            with CaptureQueriesContext(connection) as queries:
                client.post(URL, entered())
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
