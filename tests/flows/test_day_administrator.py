"""An administrator's day, from sign-in to sign-out: people come, rules change, somebody leaves."""

import json
import re
import time
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import Account
from kam.people.models import User
from tests.flows.complaints import Complaints
from tests.flows.conftest import HandOf
from tests.flows.hand import Hand
from tests.flows.story import NAME, WHY, newest, silent_account
from tests.people.mailed import link_in, sent_mail
from tests.personas import PASSWORD, People
from touchpoints.models import TouchpointType

HALF_MINUTE = 30
NEWCOMER = "nora@kam.example"


class AuthenticatorApp:
    """Shows six digits for its key; the server's clock for them is ours, so that none change while they are typed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = int(time.time())
        self.key = ""
        monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: self.now))

    def digits(self) -> str:
        """A new code each time: one that was used is not taken again."""
        self.now += HALF_MINUTE
        return str(auth.format_hotp_value(auth.hotp_value(self.key, self.now // HALF_MINUTE)))


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AuthenticatorApp:
    cache.clear()
    return AuthenticatorApp(monkeypatch)


def settings_page(hand: Hand, name: str) -> None:
    hand.go("Settings")
    hand.link(name)
    expect(hand.page.locator("h1")).to_have_text(name)


def test_a_day_of_an_administrator(
    hand_of: HandOf, people: People, app: AuthenticatorApp, live_server: Any, complaints: Complaints
) -> None:
    account = silent_account(people)
    hand, second = hand_of(None), hand_of(None)
    set_up_the_second_factor(hand, people, app)
    with hand.job("sign in with both factors"):
        hand.sign_in(people.admin.email)
        hand.write(hand.page.get_by_label("Code"), app.digits())
        hand.press(hand.page.get_by_role("button", name="Sign in", exact=True))
        hand.page.wait_for_url("**/portfolio/")
    invite(hand, people)
    accept_and_work(second, people)
    keep_teams_and_skills(hand, people)
    keep_the_catalogue(hand)
    slow_the_cadence_down(hand)
    weigh_health_anew(hand)
    make_a_token_and_use_it(hand, live_server.url)
    read_who_changed_what(hand, people)
    ask_who_sees(hand, people, account)
    let_somebody_go(hand, second, people, complaints)
    with hand.job("sign out", most=2):
        hand.sign_out()


def confirm(hand: Hand) -> None:
    """What is sensitive asks once more who it is."""
    hand.page.wait_for_url("**/reauthenticate/**")
    hand.write(hand.page.get_by_label("Password"), PASSWORD)
    hand.button("Confirm")


def set_up_the_second_factor(hand: Hand, people: People, app: AuthenticatorApp) -> None:
    hand.sign_in(people.admin.email)
    settings_page(hand, "Sign-in")
    with hand.job("set up the app", most=7):
        hand.link("Set up")
        confirm(hand)
        app.key = hand.page.get_by_label("Key", exact=True).inner_text().strip()
        hand.write(hand.page.get_by_label("Code"), app.digits())
        hand.button("Turn it on")
        hand.page.wait_for_url("**/sign-in/codes/")
    hand.sign_out()


def invite(hand: Hand, people: People) -> None:
    settings_page(hand, "People")
    with hand.job("invite somebody", most=9):
        hand.link("Invite")
        hand.write(hand.page.get_by_label("Email"), NEWCOMER)
        hand.write(hand.page.get_by_label("Name"), "Nora New")
        hand.choose_rich(hand.page.locator("select[name=team]"), "North One")
        hand.button("Invite")
        hand.told("Invited")
    expect(hand.page.locator("tr", has_text=NEWCOMER)).to_contain_text("Invited")


def accept_and_work(second: Hand, people: People) -> None:
    """The invited person: from the mail to the first touchpoint."""
    (letter,) = (one for one in sent_mail() if one.to == [NEWCOMER])
    with second.job("begin", most=3):
        second.page.goto(link_in(letter))
        second.write(second.page.get_by_label("Password"), PASSWORD)
        second.press(second.page.get_by_role("button", name="Begin"))
        second.page.wait_for_url("**/my-day/")
    second.go("Accounts")
    with second.job("create an account"):
        second.link("New account")
        second.write(second.page.get_by_label("Name", exact=True), "Nora's First")
        second.button("Save")
        expect(second.page.locator("h1")).to_have_text("Nora's First")
    with second.job("log a call"):
        second.press(second.page.locator("main a.kam-composer"))
        second.dialog_ready()
        second.face(2)
        second.save_dialog()
        second.told("Nora's First")
    mine = Account.objects.all_for_system(**WHY).get(name="Nora's First")
    assert (newest(mine).created_by.email, newest(mine).sentiment_end) == (NEWCOMER, 2)


def keep_teams_and_skills(hand: Hand, people: People) -> None:
    settings_page(hand, "Teams")
    with hand.job("a new team"):
        hand.write(hand.page.get_by_label("Name"), "North Three")
        hand.choose_rich(hand.page.locator("select[name=parent]"), "North")
        hand.button("Add")
        expect(hand.page.get_by_role("link", name="North Three")).to_be_visible()
    settings_page(hand, "Skills")
    with hand.job("a new skill", most=3):
        hand.write(hand.page.get_by_label("Name"), "Japanese")
        hand.button("Add")
        expect(hand.page.get_by_role("link", name="Japanese")).to_be_visible()
    settings_page(hand, "People")
    with hand.job("who has it"):
        hand.link("Nora New")
        hand.choose_rich(hand.page.locator("select[name=skills]"), "Japanese")
        hand.button("Save")
        hand.told("Saved")
    assert [skill.name for skill in User.objects.get(email=NEWCOMER).skills.all()] == ["Japanese"]


def keep_the_catalogue(hand: Hand) -> None:
    settings_page(hand, "Touchpoint types")
    with hand.job("a new type"):
        hand.link("New type")
        hand.write(hand.page.get_by_label("Name", exact=True), "Factory tour")
        hand.press(hand.page.get_by_label("Japanese"))
        hand.button("Save")
        expect(hand.page.get_by_role("link", name="Factory tour")).to_be_visible()
    made = TouchpointType.objects.get(name="Factory tour")
    assert [skill.name for skill in made.required_skills.all()] == ["Japanese"]


def slow_the_cadence_down(hand: Hand) -> None:
    """Tier A may be silent for longer: what that does is said before it is saved. Then a second thought."""
    settings_page(hand, "Cadence")
    for days, stale in (("60", "Stale now: 1. Stale afterwards: 0."), ("45", "Stale now: 0. Stale afterwards: 0.")):
        with hand.job(f"{days} days at most", most=5):
            hand.press(hand.page.get_by_role("row", name="Tier A").locator("a.kam-cadence").first)
            expect(hand.page.locator("h1")).to_have_text("Operational: Tier A")
            hand.write(hand.page.get_by_label("Maximum days"), days)
            hand.key("Tab")
            expect(hand.page.locator("#cadence-effect")).to_contain_text(stale)
            hand.button("Save")
            hand.told("Saved")


def weigh_health_anew(hand: Hand) -> None:
    """Only how talks ended counts, no more how long ago they were: who would change band is said first."""
    settings_page(hand, "Health weights")
    with hand.job("look at other weights", most=4):
        hand.write(hand.page.get_by_label("Recency, all others"), "0")
        hand.key("Tab")
        expect(hand.page.locator("#weights-outcome h2")).to_have_text(re.compile("would change band"))
        hand.button("Save")
        hand.told("Saved")


def make_a_token_and_use_it(hand: Hand, site: str) -> None:
    settings_page(hand, "API tokens")
    with hand.job("make a token", most=8):
        hand.press(
            hand.page.locator("main").get_by_role("link", name="New token").first
        )  # the empty list offers it, too
        confirm(hand)
        hand.write(hand.page.get_by_label("What is it for?"), "Nightly report")
        hand.press(hand.page.get_by_label("accounts:read", exact=True))
        hand.button("Make the token")
        secret = hand.page.get_by_label("Secret").inner_text()
    request = Request(f"{site}/api/v1/accounts", headers={"Authorization": f"Bearer {secret}"})
    with urlopen(request) as answer:
        names = {row["name"] for row in json.load(answer)["results"]}
    assert names == {NAME, "Nora's First"}
    hand.link("Done")
    with hand.job("revoke it", most=1):
        hand.button("Revoke Nightly report")
        hand.told("no longer works")


def read_who_changed_what(hand: Hand, people: People) -> None:
    settings_page(hand, "Audit")
    with hand.job("what I changed", most=3):
        hand.choose(hand.page.locator("[name=person]"), people.admin.pk)
        hand.button("Show")
        hand.page.wait_for_url(f"**person={people.admin.pk}**")
    changed = hand.page.locator("main tbody")
    expect(changed).to_contain_text("Nightly report")
    expect(changed).to_contain_text("Maximum days: 60 → 45")


def ask_who_sees(hand: Hand, people: People, account: Account) -> None:
    settings_page(hand, "Who can see it?")
    with hand.job("who can see it?"):
        hand.choose_rich(hand.page.locator("select[name=person]"), people.outsider.name)
        hand.choose_rich(hand.page.locator("select[name=account]"), account.name, search="silent")
        hand.button("Show why")
        answer = hand.page.locator(".kam-settings-answer")
        expect(answer.locator("h2")).to_contain_text("Otto Outsider does not see Silent Mills")
    expect(answer).to_contain_text("It is owned by Olga Owner.")


def let_somebody_go(hand: Hand, second: Hand, people: People, complaints: Complaints) -> None:
    """Everything of theirs goes to a colleague, and their open page is worth nothing from that moment."""
    complaints.expect("status of 401", "status of 403")
    second.go("My day")
    settings_page(hand, "People")
    with hand.job("hand over and deactivate"):
        hand.link("Nora New")
        hand.link("Deactivate and hand over")
        hand.choose_rich(hand.page.locator("select[name=everything]"), people.teammate.name)
        hand.button("Deactivate and hand over")
        hand.told("Nora New is deactivated and everything is handed over")
    assert Account.objects.all_for_system(**WHY).get(name="Nora's First").owner == people.teammate
    bar = ".kam-bar-phone" if second.thumb else ".kam-bar-top"
    second.press(second.page.locator(f"{bar} [data-log]"))
    second.page.wait_for_url("**/login/**")
