"""My day: what is new since the last visit, when a visit ends, what is kept at hand, and the badge."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.day_accounts import day_accounts
from accounts.days import reporting_day
from accounts.models import Account, AccountMember, DayVisit, HealthSnapshot, Visit
from accounts.news import known_at_last_visit, news_since
from accounts.registry import News
from accounts.services.day_visit import open_day
from accounts.services.marks import set_favourite
from kam.core import clock
from kam.outbox import status
from kam.people.models import User
from tests.exchange.runs import drain, run
from tests.factories import make_touchpoint
from tests.personas import Company, client_for, make_account, principal
from touchpoints.models import StaleFlag

pytestmark = pytest.mark.django_db
URL, BADGE, SITE = "/my-day/", "/my-day/badge/", "https://kam.example/"
NOW = clock.now()
TODAY = reporting_day(NOW)
HALF_AN_HOUR = timedelta(minutes=30)


def visited(user: User, *, ago: timedelta) -> None:
    """They looked at My day then, and saw what is now."""
    by, at = principal(user), NOW - ago
    open_day(by=by, own=day_accounts(by, now=at).own, site=SITE, now=at)


def news(user: User) -> list[News]:
    """What is new to them, were they to look now."""
    by, now = principal(user), clock.now()
    own = day_accounts(by, now=now).own
    return news_since(by, known_at_last_visit(by, own, now=now), own, now=now)


def said(user: User) -> list[tuple[str, str]]:
    return [(one.account.name, one.sentence) for one in news(user)]


def done_by_others(user: User) -> list[News]:
    """What is new but for the health that follows from it."""
    return [one for one in news(user) if one.at]


def set_health(account: Account, health: int | None, band: str) -> None:
    found = Account.objects.all_for_system(reason="tests").filter(pk=account.pk)
    found.update(health=health, health_band=band)


def test_health_is_news_from_five_points_or_with_its_band(company: Company) -> None:
    people, accounts = company.people, {}
    for name, owner in [
        ("Fell", people.owner),
        ("Rose", people.owner),
        ("Hardly", people.owner),
        ("Turned", people.owner),
        ("Lost", people.owner),
        ("Canary", people.outsider),
    ]:
        accounts[name] = make_account(name, owner=owner, team=people.north_one, health=70, health_band="green")
    visited(people.owner, ago=timedelta(hours=3))
    for name, health, band in [
        ("Fell", 65, "amber"),
        ("Rose", 75, "green"),
        ("Hardly", 66, "green"),
        ("Turned", 69, "red"),
        ("Lost", None, "unknown"),
        ("Canary", 1, "red"),
    ]:
        set_health(accounts[name], health, band)
    assert said(people.owner) == [
        ("Turned", "Health fell from 70 to 69 and is At risk now"),
        ("Fell", "Health fell from 70 to 65 and is Watch now"),
        ("Rose", "Health rose from 70 to 75"),
    ]


def test_the_first_visit_tells_what_changed_since_yesterday(company: Company) -> None:
    set_health(company.account, 60, "amber")
    for days, score in ((9, 80), (0, 60)):
        snapshot = {"score": score, "band": "amber", "weight_present": 1}
        HealthSnapshot(account=company.account, on=TODAY - timedelta(days=days), **snapshot).save()
    assert said(company.people.owner) == [("Alpha Works", "Health fell from 80 to 60")]


def test_what_others_log_is_news_and_what_oneself_logs_is_not(company: Company) -> None:
    people = company.people
    visited(people.owner, ago=timedelta(hours=3))
    theirs = make_touchpoint(company.account, principal(people.teammate), days_ago=5)
    make_touchpoint(company.account, principal(people.owner))
    make_touchpoint(company.account, principal(people.teammate), days_ago=-1)  # an appointment: nothing took place
    make_touchpoint(company.foreign_account, principal(people.outsider))
    (found,) = done_by_others(people.owner)
    assert (found.sentence, found.href) == ("Tom Teammate logged: Sales call", f"/touchpoints/{theirs.pk}/")
    assert [one.sentence for one in done_by_others(people.teammate)] == ["Olga Owner logged: Sales call"]


def test_silences_that_begin_or_end_are_news_once(company: Company) -> None:
    people = company.people
    account = make_account("Silent", owner=people.owner, team=people.north_one, tier="A")
    AccountMember(account=account, user=people.teammate).save(force_insert=True)
    visited(people.owner, ago=timedelta(hours=3))
    make_touchpoint(account, principal(people.owner), days_ago=41)
    assert [one.sentence for one in done_by_others(people.owner)] == ["Silent for too long"]
    make_touchpoint(account, principal(people.teammate))  # begun and ended since: nothing is left to tell
    assert [one.sentence for one in done_by_others(people.owner)] == ["Tom Teammate logged: Sales call"]
    StaleFlag.objects.all_for_system(reason="tests").update(opened_at=NOW - timedelta(days=1))
    assert {one.sentence for one in done_by_others(people.owner)} == {
        "Tom Teammate logged: Sales call",
        "The silence is over",
    }
    # Whose call ended it knows; that the owner logged something is news to them, too.
    assert [one.sentence for one in done_by_others(people.teammate)] == ["Olga Owner logged: Sales call"]


def test_accounts_that_came_are_news_unless_one_made_them(company: Company) -> None:
    people = company.people
    visited(people.owner, ago=timedelta(hours=3))
    make_account("Own doing", owner=people.owner, team=people.north_one, created_by=people.owner)
    make_account("Given", owner=people.owner, team=people.north_one, created_by=people.leader)
    AccountMember(account=company.foreign_account, user=people.owner).save(force_insert=True)
    theirs = make_account("Theirs", owner=people.teammate, team=people.north_one, created_by=people.teammate)
    AccountMember(account=theirs, user=people.owner).save(force_insert=True)
    assert said(people.owner) == [
        ("Canary Foreign GmbH", "New among your accounts"),
        ("Given", "New among your accounts"),
        ("Theirs", "New among your accounts"),
    ]


def test_what_one_imported_oneself_is_no_news_however_silent(company: Company) -> None:
    people = company.people
    visited(people.owner, ago=timedelta(hours=3))
    how = {name: name for name in ("name", "customer_since", "lifecycle", "owner")}
    for importer, name in ((people.owner, "By me"), (people.leader, "By her")):
        body = f"name,customer_since,lifecycle,owner\n{name},2020-01-01,active,{people.owner.email}\n"
        assert run("accounts", body, how, by=importer)["rows"]["created"] == 1
    drain()
    assert StaleFlag.objects.all_for_system(reason="tests").count() == 2
    assert said(people.owner) == [("By her", "New among your accounts"), ("By her", "Silent for too long")]


def test_accounts_that_went_are_never_told_of(company: Company) -> None:
    people = company.people
    set_health(company.account, 90, "green")
    visited(people.owner, ago=timedelta(hours=3))
    Account.objects.all_for_system(reason="tests").update(owner=people.outsider, health=1, health_band="red")
    make_touchpoint(company.account, principal(people.teammate))
    assert said(people.owner) == []


@pytest.mark.parametrize(("after", "since"), [(HALF_AN_HOUR - timedelta(seconds=1), -24), (HALF_AN_HOUR, 0)])
def test_a_reload_belongs_to_the_same_visit(company: Company, after: timedelta, since: int) -> None:
    by, begin = principal(company.people.owner), NOW - timedelta(days=3)
    first = open_day(by=by, own=day_accounts(by, now=begin).own, site=SITE, now=begin)
    set_health(company.account, 50, "amber")
    again = open_day(by=by, own=day_accounts(by, now=begin).own, site=SITE, now=begin + after)
    assert (first.at, again.at) == (begin - timedelta(days=1), begin + timedelta(hours=since))
    assert set(again.health.values()) == {(None, None)} if since else {(None, "unknown")}
    kept = DayVisit.objects.get(user=company.people.owner)
    assert kept.opened_at == (begin if since else begin + after)


def test_page_keeps_the_news_on_reload_and_the_badge_is_empty_after_a_look(company: Company) -> None:
    people = company.people
    visited(people.owner, ago=timedelta(hours=3))
    make_touchpoint(company.account, principal(people.teammate))
    client = client_for(people.owner)
    assert 'title="new since your last visit">1</span>' in client.get(BADGE).text
    for _reload in range(2):
        page = client.get(URL)
        assert ([one.sentence for one in page.context["news"]], page.context["more_news"]) == (
            ["Tom Teammate logged: Sales call"],
            0,
        )
    badge = client.get(BADGE)
    assert "new since" not in badge.text
    assert (badge.headers["Cache-Control"], "Cookie" in badge.headers["Vary"]) == ("private, max-age=60", True)


def test_badge_is_asked_for_by_every_page_but_the_day_itself(company: Company) -> None:
    client = client_for(company.people.owner)
    assert [client.get(page).text.count(f'hx-get="{BADGE}"') for page in (URL, "/accounts/")] == [0, 1]


def test_badge_counts_to_ninety_nine(company: Company) -> None:
    visited(company.people.owner, ago=timedelta(hours=3))
    for number in range(100):
        make_account(f"Given {number}", owner=company.people.owner, team=None)
    client = client_for(company.people.owner)
    assert "99+" in client.get(BADGE).text
    assert "99+" not in client_for(company.people.teammate).get(BADGE).text


def test_favourites_have_a_trend_and_what_one_opened_last_stands_beside(company: Company) -> None:
    people = company.people
    by = principal(people.leader)
    seen = make_account("Seen", owner=people.teammate, team=people.north_one)
    set_favourite(by=by, account=company.account, favourite=True)
    snapshot = {"score": 44, "band": "amber", "weight_present": 1}
    HealthSnapshot(account=company.account, on=TODAY - timedelta(days=8), **snapshot).save()
    for account in (company.account, seen):
        Visit.objects.create(account=account, user=people.leader, opened_at=NOW)
    Visit.objects.create(account=company.foreign_account, user=people.leader, opened_at=NOW)
    found = day_accounts(by, now=NOW)
    assert ([one.name for one in found.favourites], [one.name for one in found.recent]) == (["Alpha Works"], ["Seen"])
    assert found.favourites[0].trend == [None] * 10 + [44, 44]  # type: ignore[attr-defined]
    assert found.own == []


@pytest.mark.parametrize("who", ["owner", "leader", "admin"])
@pytest.mark.parametrize("url", [URL, BADGE])
def test_queries_stay_few_and_constant(company: Company, who: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "KNOWN_FOR", timedelta(seconds=15))  # as it is: a process asks once for many pages
    people, counts = company.people, []
    user = getattr(people, who)
    client, by = client_for(user), principal(user)
    client.get(url)
    for number in (1, 3):
        for one in range(number):
            account = make_account(f"{number} {one}", owner=user, team=people.north_one, tier="A")
            make_touchpoint(account, days_ago=41)
            make_touchpoint(account, by, days_ago=-1, staff=[user])
            set_favourite(by=by, account=account, favourite=True)
            Visit.objects.create(account=account, user=user, opened_at=NOW)
        DayVisit.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
