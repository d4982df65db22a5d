"""A leader's day, from sign-in to sign-out: what moved, why, who needs help; at a desk and on a phone."""

import csv
import re
from datetime import timedelta

from playwright.sync_api import expect

from accounts.days import reporting_day
from accounts.models import Account, HealthSnapshot
from kam.core import clock
from tests.flows.conftest import HandOf, reloaded
from tests.flows.hand import Hand
from tests.flows.story import DUE_DAYS, WHY, due_account, health_by_hand, silent_account, standing
from tests.personas import People, make_account
from touchpoints.models import StaleFlag
from touchpoints.services.escalation import TO_LEADER, escalate_flags

FIGURE = 1  # actions from a figure to the accounts behind it
THEN = {"recency": 100.0, "sentiment": 25.0}


def moved_account(people: People, name: str) -> Account:
    """A hundred days ago somebody had just been there: silence since took it down."""
    account = due_account(people, name)
    day = reporting_day(clock.now()) - timedelta(days=100)
    HealthSnapshot(account=account, on=day, score=72, band="green", weight_present=0.4, readings=THEN).save()
    return account


def escalate(account: Account) -> None:
    """Its flag has been open for as long as its owner may take."""
    flags = StaleFlag.objects.all_for_system(**WHY).filter(account=account, closed_at=None)
    assert flags.update(opened_at=clock.now() - TO_LEADER) == 1
    assert escalate_flags(now=clock.now()) == 1


def test_a_day_of_a_leader(hand_of: HandOf, people: People) -> None:
    silent, moved, other = silent_account(people), moved_account(people, "Reeds Ltd"), due_account(people, "Sails SA")
    make_account("Canary Foreign GmbH", owner=people.outsider, team=people.south_one, lifecycle="active")
    escalate(silent)
    hand = hand_of(None)
    with hand.job("sign in"):
        hand.sign_in(people.leader.email)
        hand.page.wait_for_url("**/portfolio/")
    choose_team_and_period(hand, people)
    open_the_accounts_behind_figures(hand, silent, moved)
    see_why_it_moved(hand, moved)
    hand_two_over(hand, people, [moved, other])
    count_the_customers(hand, [silent, moved, other])
    take_along_what_is_seen(hand, [silent, moved, other])
    see_what_came_up(hand, silent, people)
    with hand.job("sign out", most=2):
        hand.sign_out()


def see_what_came_up(hand: Hand, account: Account, people: People) -> None:
    hand.go("My day")
    line = hand.page.locator("#day-body .line")
    expect(line).to_have_count(1)
    expect(line.locator(".kam-state-word")).to_have_text("Escalated")
    expect(line).to_contain_text(f"No two-way contact for 40 days; owned by {people.owner.name}")
    expect(line.locator(".line-actions > a.btn")).to_have_text(["Log call"])
    expect(line.get_by_role("link", name=account.name)).to_be_visible()


def choose_team_and_period(hand: Hand, people: People) -> None:
    with hand.job("choose team and period", most=4):
        with reloaded(hand.page, "#portfolio-body"):
            hand.choose(hand.page.get_by_label("Team", exact=True), people.north_one.pk)
        with reloaded(hand.page, "#portfolio-body"):
            hand.choose(hand.page.get_by_label("Period"), 90)
    assert re.search(rf"/portfolio/\?team={people.north_one.pk}&period=90$", hand.page.url)
    expect(hand.page.locator(".kam-sentence")).to_contain_text("3 accounts, €210 k")
    expect(hand.page.locator(".kam-sentence")).to_contain_text("1 moved down in 90 days, worth €60 k")


def open_the_accounts_behind_figures(hand: Hand, silent: Account, moved: Account) -> None:
    for figure, accounts in (("1 is stale", [silent]), ("1 moved down", [moved])):
        with hand.job(figure, most=FIGURE):
            hand.link(figure)
            expect(hand.page.locator("[data-row-link]")).to_have_text([account.name for account in accounts])
        hand.page.go_back()
    red = hand.page.locator(".kam-bands-key [data-state=red]")
    count = int(red.locator("b").inner_text())
    with hand.job("at risk", most=FIGURE):
        hand.press(red.get_by_role("link"))
        expect(hand.page.locator("[data-row-link]")).to_have_count(count)
    hand.page.go_back()


def see_why_it_moved(hand: Hand, account: Account) -> None:
    assert standing(account).health == health_by_hand(days_silent=DUE_DAYS, ends=[(DUE_DAYS, -1)]) == 56
    mover = hand.page.locator(".kam-movers li")
    expect(mover).to_have_count(1)
    expect(mover).to_contain_text("Recency 100 → 75")
    expect(mover.locator(".kam-mover-move")).to_contain_text("72")
    with hand.job("see its records", most=FIGURE):
        hand.press(mover.get_by_role("link", name=account.name))
        hand.page.wait_for_url(f"**/accounts/{account.pk}/health/")
    expect(hand.page.locator(".kam-points")).to_contain_text("First order")


def hand_two_over(hand: Hand, people: People, accounts: list[Account]) -> None:
    hand.go("Accounts")
    with hand.job("reassign two"):
        for account in accounts:
            hand.press(hand.page.get_by_label(f"Select {account.name}"))
        hand.button("Reassign…")
        hand.choose_rich(hand.page.get_by_label("New owner"), people.teammate.name)
        hand.button("Reassign 2 accounts")
        hand.told("2 accounts now belong to Tom Teammate.")
    owners = Account.objects.all_for_system(**WHY).exclude(owner=people.outsider).values_list("name", "owner__name")
    assert dict(owners) == {
        "Silent Mills": people.owner.name,
        "Reeds Ltd": people.teammate.name,
        "Sails SA": people.teammate.name,
    }


def count_the_customers(hand: Hand, accounts: list[Account]) -> None:
    with hand.job("census", most=3):
        hand.go("Census")
        hand.link(f"{len(accounts)} customers")
        names(hand, accounts)


def names(hand: Hand, accounts: list[Account]) -> None:
    expect(hand.page.locator("[data-row-link]")).to_have_text(sorted(account.name for account in accounts))


def take_along_what_is_seen(hand: Hand, accounts: list[Account]) -> None:
    with hand.job("export the list", most=2), hand.download() as got:
        hand.link("Export")
        hand.button("Export")
    with got[0].open(encoding="utf-8-sig", newline="") as file:
        assert sorted(row["name"] for row in csv.DictReader(file)) == sorted(account.name for account in accounts)
    with hand.job("export the portfolio", most=2):
        hand.go("Portfolio")
        with hand.download() as got:
            hand.link("Export")
    assert "Canary" not in got[0].read_text(encoding="utf-8-sig")
    assert "Tom Teammate" in got[0].read_text(encoding="utf-8-sig")
