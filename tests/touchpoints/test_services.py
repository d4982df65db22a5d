"""Logging and removing by the service: whose it is to take back, and moments ahead of our clock."""

from datetime import timedelta

import pytest

from accounts.models import Account, AccountMember
from kam.core import clock
from kam.core.errors import Conflict, DomainError
from tests.factories import make_touchpoint
from tests.personas import SYSTEM, Company, api_client, client_for, make_token, principal
from touchpoints.models import Touchpoint
from touchpoints.services.touchpoints import may_remove

pytestmark = pytest.mark.django_db

REMOVERS = {"admin": True, "leader": True, "owner": True, "teammate": False, "integration": False}


@pytest.mark.parametrize(("who", "may"), REMOVERS.items())
def test_whose_touchpoint_it_is_to_remove(company: Company, who: str, may: bool) -> None:
    one = make_touchpoint(company.account, by=principal(company.people.owner))
    user = getattr(company.people, who)
    assert may_remove(principal(user), one) is may
    answer = api_client(make_token(user)).delete(f"/api/v1/touchpoints/{one.pk}")
    assert answer.status_code == (204 if may else 422)
    assert Touchpoint.objects.visible_to(SYSTEM).filter(pk=one.pk).exists() is not may


def test_a_leader_removes_only_in_teams_it_leads(company: Company) -> None:
    """The sibling leader is on the account team: it sees the account, but the team is not its own."""
    people = company.people
    AccountMember(account=company.account, user=people.sibling_leader).save(force_insert=True)
    one = make_touchpoint(company.account, by=principal(people.owner))
    sibling = client_for(people.sibling_leader)
    page = sibling.get(f"/touchpoints/{one.pk}/")
    assert page.status_code == 200
    assert "Delete" not in page.text
    assert sibling.post(f"/touchpoints/{one.pk}/undo/").status_code == 422
    assert api_client(make_token(people.sibling_leader)).delete(f"/api/v1/touchpoints/{one.pk}").status_code == 422
    own = make_touchpoint(company.account, by=principal(people.sibling_leader))
    assert sibling.post(f"/touchpoints/{own.pk}/undo/").status_code == 302


def test_an_integration_removes_what_it_logged(company: Company) -> None:
    user = company.people.integration
    one = make_touchpoint(company.account, by=principal(user))
    assert api_client(make_token(user)).delete(f"/api/v1/touchpoints/{one.pk}").status_code == 204


def test_system_touchpoints_are_nobodys_own(company: Company) -> None:
    one = make_touchpoint(company.account)
    assert not may_remove(principal(company.people.owner), one)
    assert may_remove(SYSTEM, one)


def test_a_moment_ahead_of_our_clock_is_now_and_counts_for_health_at_once(company: Company) -> None:
    now = clock.now()
    company.account.tier = "A"
    company.account.save()
    one = make_touchpoint(company.account, occurred_at=now + timedelta(minutes=3), now=now)
    assert one.occurred_at == now
    account = Account.objects.visible_to(SYSTEM).get(pk=company.account.pk)
    assert (account.last_touch_at, account.health) == (now, 100)


def test_a_moment_ahead_told_again_is_the_same_touchpoint(company: Company) -> None:
    now = clock.now()
    same = {"source": "crm", "external_id": "1", "occurred_at": now + timedelta(minutes=3)}
    first = make_touchpoint(company.account, now=now, **same)
    for later in (timedelta(seconds=1), timedelta(minutes=2), timedelta(days=2)):
        assert make_touchpoint(company.account, now=now + later, **same) == first
    for other in (now - timedelta(seconds=1), now + timedelta(minutes=6)):
        with pytest.raises(Conflict):
            make_touchpoint(company.account, now=now + timedelta(days=2), **{**same, "occurred_at": other})


def test_what_lies_further_ahead_is_refused(company: Company) -> None:
    now = clock.now()
    with pytest.raises(DomainError) as refused:
        make_touchpoint(company.account, now=now, occurred_at=now + timedelta(minutes=5, seconds=1))
    assert refused.value.code == "in_future"


def test_another_moment_of_the_past_is_other_content(company: Company) -> None:
    now = clock.now()
    moment = now - timedelta(hours=1)
    make_touchpoint(company.account, now=now, source="crm", external_id="1", occurred_at=moment)
    with pytest.raises(Conflict):
        make_touchpoint(
            company.account, now=now, source="crm", external_id="1", occurred_at=moment + timedelta(minutes=1)
        )
