"""The morning mail: when it is asked for, what it says when it is sent, and how one is rid of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts.day_accounts import day_accounts
from accounts.models import Account, DayVisit
from accounts.morning import plan_mornings, token_of
from accounts.services.day_visit import open_day
from kam.core import clock
from kam.outbox import planner
from kam.outbox.models import OutboxMessage, Watermark
from kam.people.models import User
from kam.people.own.services import stop_morning_mail
from kam.people.rules import NotAllowed
from kam.people.services import deactivate_user
from tests.factories import make_contact, make_touchpoint
from tests.people.mailed import sent_mail
from tests.personas import SYSTEM, Company, client_for, principal
from touchpoints.models import CheckIn

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SITE = "https://kam.example/"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the clock says; the last counts."""
    said = [WEDNESDAY]
    monkeypatch.setattr(clock, "now", lambda: said[-1])
    return said


@pytest.fixture
def reader(company: Company, now: list[datetime]) -> User:
    """The owner, in UTC, with a stale account; they were here yesterday."""
    owner = company.people.owner
    Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(tier="A", name="R&D <Works>")
    company.account.refresh_from_db()
    make_contact(company.account, first_name="Ana", last_name="Ito")
    make_touchpoint(company.account, days_ago=41, now=WEDNESDAY - DAY)
    visit(owner)
    return owner


def visit(user: User) -> None:
    by, at = principal(user), WEDNESDAY - DAY
    open_day(by=by, own=day_accounts(by, now=at).own, site=SITE, now=at)


def plan(since: datetime = WEDNESDAY - MINUTE, until: datetime = WEDNESDAY) -> None:
    plan_mornings(since, until)


def asked() -> list[dict[str, Any]]:
    letters = OutboxMessage.objects.filter(topic="mail.letter").order_by("pk")
    return [row.payload["about"] for row in letters]


def letter() -> EmailMultiAlternatives:
    (mail,) = sent_mail()
    assert isinstance(mail, EmailMultiAlternatives)
    return mail


def test_mail_says_what_my_day_says(reader: User, company: Company) -> None:
    plan()
    mail = letter()
    assert (mail.to, mail.subject) == ([reader.email], "Your Wednesday: 1 for today")
    address = f"{SITE}accounts/{company.account.pk}/"
    for piece in ("Wednesday 18 November", "Today (1)", "Stale · R&D <Works>", "tier A allows 30", "Ana Ito", address):
        assert piece in mail.body
    (html, kind) = mail.alternatives[0]
    assert kind == "text/html"
    assert f'<a href="{address}">R&amp;D &lt;Works&gt;</a>' in html
    assert not [bad for bad in ("<img", "<link", "<script", "src=", "url(", "@import") if bad in html]


def test_mail_is_sent_once_under_one_id(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    plan()
    monkeypatch.setattr("kam.outbox.dispatch._mark_done", lambda mine: mine.update(lease_until=None, lease_token=None))
    mails = sent_mail()
    assert len(mails) > 1
    assert len({mail.extra_headers["Message-ID"] for mail in mails}) == 1


@pytest.mark.parametrize(
    ("zone", "since", "until", "days"),
    [
        ("UTC", -MINUTE, timedelta(0), ["2026-11-18"]),
        ("UTC", timedelta(0), MINUTE, []),  # the span before held it
        ("UTC", -5 * MINUTE, -MINUTE, []),
        ("UTC", -12 * HOUR, 3 * HOUR, ["2026-11-18"]),  # nobody ticked at night
        ("UTC", -12 * HOUR, 6 * HOUR, []),  # too late to begin the day with it
        ("UTC", -3 * DAY, timedelta(0), ["2026-11-18"]),  # what was missed for days is missed once
        ("UTC", 3 * DAY - MINUTE, 3 * DAY, []),  # Saturday
        ("UTC", 4 * DAY - MINUTE, 4 * DAY, []),  # Sunday
        ("Europe/Rome", -MINUTE, timedelta(0), []),
        ("Europe/Rome", -HOUR - MINUTE, -HOUR, ["2026-11-18"]),
        ("Asia/Tokyo", -9 * HOUR - MINUTE, -9 * HOUR, ["2026-11-18"]),
        ("Pacific/Auckland", 11 * HOUR - MINUTE, 11 * HOUR, ["2026-11-19"]),
        ("Pacific/Auckland", 2 * DAY + 11 * HOUR - MINUTE, 2 * DAY + 11 * HOUR, []),  # their Saturday
    ],
)
def test_it_is_asked_for_at_half_past_six_of_working_days(
    reader: User, zone: str, since: timedelta, until: timedelta, days: list[str]
) -> None:
    User.objects.filter(pk=reader.pk).update(timezone=zone)
    plan(WEDNESDAY + since, WEDNESDAY + until)
    assert asked() == [{"user": str(reader.pk), "on": day} for day in days]


def test_planning_again_and_two_planners_ask_once(reader: User) -> None:
    for _planner in range(2):
        plan()
    User.objects.filter(pk=reader.pk).update(timezone="America/Lima")  # it is half past six there, too, later
    plan(WEDNESDAY + 5 * HOUR - MINUTE, WEDNESDAY + 5 * HOUR)
    assert len(asked()) == 1


def test_the_planner_has_it(reader: User) -> None:
    Watermark.objects.create(name="accounts.morning", done_until=WEDNESDAY - MINUTE * 10)
    assert "accounts.morning" in planner.tick(now=WEDNESDAY)
    assert "accounts.morning" not in planner.tick(now=WEDNESDAY + MINUTE)
    assert [about["on"] for about in asked()] == ["2026-11-18"]


def test_who_was_never_here_switched_it_off_or_left_is_not_asked_for(reader: User, company: Company) -> None:
    people = company.people
    for user in (people.teammate, people.outsider, people.integration):
        visit(user)
    stop_morning_mail(by=principal(people.teammate), user=people.teammate)
    deactivate_user(by=SYSTEM, user=people.outsider, now=WEDNESDAY)
    plan()
    assert [about["user"] for about in asked()] == [str(reader.pk)]


@pytest.mark.parametrize("what", ["left", "off", "tomorrow", "moved", "quiet"])
def test_what_is_no_longer_wanted_is_not_sent(what: str, reader: User, company: Company, now: list[datetime]) -> None:
    plan()
    if what == "left":
        deactivate_user(by=SYSTEM, user=reader, now=WEDNESDAY)
    elif what == "off":
        stop_morning_mail(by=principal(reader), user=reader)
    elif what == "tomorrow":
        now.append(WEDNESDAY + DAY)
    else:
        owner = company.people.outsider if what == "moved" else reader
        changed = {"owner": owner} if what == "moved" else {"stale_at": WEDNESDAY + 60 * DAY}
        Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(**changed)
        DayVisit.objects.update(opened_at=WEDNESDAY, since=WEDNESDAY - DAY)
        if what == "quiet":
            CheckIn.objects.all_for_system(reason="tests").update(due_on=(WEDNESDAY + 20 * DAY).date())
    assert sent_mail() == []


def test_news_alone_are_worth_a_mail(reader: User, company: Company) -> None:
    Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(owner=None)
    given = company.foreign_account
    Account.objects.all_for_system(reason="tests").filter(pk=given.pk).update(owner=reader)
    plan()
    mail = letter()
    assert mail.subject == "Your Wednesday: clear, with news"
    assert "Canary Foreign GmbH: New among your accounts" in mail.body


def test_sending_is_no_visit(reader: User) -> None:
    before = DayVisit.objects.values().get(user=reader)
    plan()
    letter()
    assert DayVisit.objects.values().get(user=reader) == before


def test_link_shows_a_page_and_its_button_switches_the_mail_off(reader: User) -> None:
    plan()
    mail = letter()
    link = urlsplit(mail.extra_headers["List-Unsubscribe"].strip("<>"))
    assert f"{SITE.rstrip('/')}{link.path}" in mail.body
    browser = Client()
    page = browser.get(link.path)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
    assert User.objects.get(pk=reader.pk).morning_mail
    for _again in range(2):
        assert "The morning mail is off" in browser.post(link.path).text
        assert not User.objects.get(pk=reader.pk).morning_mail


@pytest.mark.parametrize("token", ["x", "made-up:1:2"])
def test_a_link_that_is_not_ours_switches_nothing_off(reader: User, token: str) -> None:
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/my-day/mail/off/{token}/").status_code == 410
    assert User.objects.filter(morning_mail=False).count() == 0


def test_a_leavers_link_is_dead(reader: User) -> None:
    deactivate_user(by=SYSTEM, user=reader, now=WEDNESDAY)
    assert Client().post(f"/my-day/mail/off/{token_of(reader)}/").status_code == 410


def test_nobody_switches_off_the_mail_of_another(company: Company) -> None:
    with pytest.raises(NotAllowed):
        stop_morning_mail(by=principal(company.people.admin), user=company.people.owner)


def test_the_address_somebody_uses_is_where_links_lead(company: Company) -> None:
    client_for(company.people.owner).get("/my-day/")
    assert DayVisit.objects.get().site == "http://testserver/"
