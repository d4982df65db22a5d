"""A manager's day, from sign-in to sign-out: each job in few actions, at a desk and on a phone."""

import re
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Locator, expect

from accounts.days import reporting_day
from accounts.models import Account
from kam.core import clock
from tests.flows.conftest import HandOf, reloaded
from tests.flows.hand import DRAFTS, Hand
from tests.flows.story import (
    DUE_DAYS,
    WHY,
    check_in_by_hand,
    due_account,
    health_by_hand,
    newest,
    standing,
)
from tests.personas import People
from touchpoints.models import CheckIn

# This browser has no program for numbers and addresses; what a device does with them is not ours.
DIALLED = """addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='tel:'], a[href^='mailto:']");
    if (link) { event.preventDefault(); (window.dialled ??= []).push(link.href); }
});"""
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def line_of(hand: Hand, account: Account) -> Locator:
    """What there is to do, not what would be nice."""
    return hand.page.locator(f"section:has(.count) .line[data-account-id='{account.pk}']")


def open_from_day(hand: Hand, account: Account) -> None:
    hand.go("My day")
    hand.press(line_of(hand, account).get_by_role("link", name=account.name, exact=True).first)
    hand.page.wait_for_url(f"**/accounts/{account.pk}/")


def status_of(check_in_id: object) -> str:
    return CheckIn.objects.all_for_system(**WHY).get(pk=check_in_id).status


def test_a_day_of_a_manager(hand_of: HandOf, people: People, tmp_path: Path, settings, live_server: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    foundry, reeds, sails = (due_account(people, name) for name in ("Foundry Inc", "Reeds Ltd", "Sails SA"))
    hand = hand_of(None)
    hand.page.add_init_script(DIALLED)
    with hand.job("sign in"):
        hand.sign_in(people.owner.email)
        hand.page.wait_for_url("**/my-day/")
    every_line_has_one_obvious_action(hand, [foundry, reeds, sails])
    log_the_call_that_is_due(hand, foundry)
    correct_how_it_ended(hand, foundry)
    arrange_a_meeting(hand, foundry)
    put_off_one_and_skip_another(hand, reeds, sails)
    see_both_in_the_planner(hand, foundry, reeds, sails)
    pin_a_note_and_star(hand, foundry)
    attach_a_file(hand, foundry, tmp_path)
    call_and_write(hand, reeds)
    leave_words_and_go(hand)


def every_line_has_one_obvious_action(hand: Hand, accounts: list[Account]) -> None:
    lines = hand.page.locator("#day-body .line")
    expect(lines).to_have_count(len(accounts))
    for account in accounts:
        line = line_of(hand, account)
        expect(line.locator(".kam-state-word")).to_have_text("Check-in")
        expect(line.locator(".line-actions > a.btn")).to_have_text(["Log call"])


def log_the_call_that_is_due(hand: Hand, account: Account) -> None:
    before = standing(account)
    assert before.health == health_by_hand(days_silent=DUE_DAYS, ends=[(DUE_DAYS, -1)]) == 56
    assert (before.flag, status_of(before.check_in)) == (None, "open")
    with hand.job("log a call"):
        hand.press(line_of(hand, account).get_by_role("link", name="Log call"))
        hand.dialog_ready()
        hand.face(1)
        with reloaded(hand.page, "#day-body"):
            hand.save_dialog()
    after = standing(account)
    assert status_of(before.check_in) == "done"
    assert after.check_in_on == check_in_by_hand(newest(account).occurred_at)
    assert after.health == health_by_hand(days_silent=0, ends=[(0, 1), (DUE_DAYS, -1)]) == 82
    assert (newest(account).type.key, newest(account).channel.key) == ("check_in", "phone")
    expect(line_of(hand, account)).to_contain_text("Planned; the last contact was")


def correct_how_it_ended(hand: Hand, account: Account) -> None:
    with hand.job("correct it"):
        hand.link(account.name)
        hand.press(hand.page.locator(".kam-entry").first.get_by_role("link", name="Edit"))
        hand.dialog_ready()
        hand.face(-2)
        with reloaded(hand.page, "#account-body"):
            hand.save_dialog()
    hand.dialog_gone()
    assert newest(account).sentiment_end == -2
    assert standing(account).health == health_by_hand(days_silent=0, ends=[(0, -2), (DUE_DAYS, -1)]) == 67
    expect(hand.page.locator(".kam-band-health")).to_contain_text("67")


def arrange_a_meeting(hand: Hand, account: Account) -> None:
    with hand.job("arrange a meeting"):
        hand.press(hand.page.locator("main a.kam-composer"))
        hand.dialog_ready()
        hand.write(hand.page.locator("dialog [name=when]"), "tomorrow 10:00")
        expect(hand.page.locator("[data-when-echo]")).to_contain_text("an appointment")
        with reloaded(hand.page, "#account-body"):
            hand.save_dialog()
    made = newest(account)
    assert (made.status, made.occurred_at.date(), made.occurred_at.hour) == ("planned", tomorrow(), 10)
    expect(hand.page.locator(".kam-appointments")).to_contain_text("10:00")


def tomorrow() -> date:
    return reporting_day(clock.now()) + timedelta(days=1)


def put_off_one_and_skip_another(hand: Hand, late: Account, needless: Account) -> None:
    hand.go("My day")
    with hand.job("another day", most=2), reloaded(hand.page, "#day-body"):
        hand.press(line_of(hand, late).locator("summary"))
        hand.press(line_of(hand, late).get_by_role("button", name=re.compile("^Tomorrow")))
    assert standing(late).check_in_on == tomorrow()
    skipped = standing(needless).check_in
    with hand.job("skip with a reason"):
        hand.press(line_of(hand, needless).locator("summary"))
        hand.press(line_of(hand, needless).get_by_role("link", name="Skip with a reason…"))
        hand.write(hand.page.get_by_label("Why is it left out?"), "They are on holiday")
        with reloaded(hand.page, "#day-body"):
            hand.save_dialog()
    left_out = CheckIn.objects.all_for_system(**WHY).get(pk=skipped)
    assert (left_out.status, left_out.skip_reason) == ("skipped", "They are on holiday")
    expect(line_of(hand, needless)).to_have_count(0)
    suggested = hand.page.locator("section", has_text="All clear until").locator("[data-row-link]")
    assert set(suggested.all_inner_texts()) == {late.name, needless.name}  # not who was called today


def see_both_in_the_planner(hand: Hand, met: Account, put_off: Account, skipped: Account) -> None:
    day = hand.page.locator(".planner-day", has=hand.page.locator(f"h2 b:text-is('{tomorrow().day}')"))
    with hand.job("look at the week", most=3):
        hand.go("Planner")
        if tomorrow().weekday() == 6:  # on a Saturday the coming week is shown
            hand.press(hand.page.get_by_role("link", name="Previous week"))
    expect(day.locator(".planner-item")).to_have_count(2)
    expect(day.locator("[data-kind=appointment]")).to_contain_text(met.name)
    expect(day.locator("[data-kind=check-in]")).to_contain_text(put_off.name)
    expect(hand.page.locator("#planner-body")).not_to_contain_text(skipped.name)


def pin_a_note_and_star(hand: Hand, account: Account) -> None:
    open_from_day(hand, account)
    with hand.job("pin a note"):
        hand.link("Write a note")
        hand.write(hand.page.get_by_label("Note", exact=True), "Never call before ten")
        hand.press(hand.page.locator("[name=pinned]"))
        hand.button("Save")
        expect(hand.page.locator(".kam-notes")).to_contain_text("Pinned")
    hand.link(account.name)
    with hand.job("star it", most=1):
        hand.button("Favourite")
        expect(hand.page.get_by_role("button", name="Favourite", pressed=True)).to_be_visible()
    expect(hand.page.locator("#panel-notes")).to_contain_text("Never call before ten")
    with hand.job("see the favourites", most=2):
        hand.go("Accounts")
        hand.link("Favourites")
        expect(hand.page.locator("[data-row-link]")).to_have_text([account.name])


def attach_a_file(hand: Hand, account: Account, folder: Path) -> None:
    offer = folder / "offer.pdf"
    offer.write_bytes(PDF)
    hand.link(account.name)
    with hand.job("attach a file"):
        hand.press(hand.page.locator(".kam-timeline .kam-entry-title").first)
        hand.pick_file(hand.page.get_by_label("Files to attach"), offer)
        hand.button("Attach")
        expect(hand.page.get_by_role("link", name="offer.pdf")).to_be_visible()


def call_and_write(hand: Hand, account: Account) -> None:
    """The number from the day's line, the address from the account: the dialog waits for what comes of it."""
    hand.go("My day")
    with hand.job("call, then log it"):
        hand.press(line_of(hand, account).get_by_role("link", name="Ida Reeds Ltd"))
        assert hand.page.evaluate("dialled") == ["tel:+49 30 1234"]
        hand.dialog_ready()
        with reloaded(hand.page, "#day-body"):
            hand.save_dialog()
    assert (newest(account).type.key, newest(account).channel.key) == ("check_in", "phone")
    open_from_day(hand, account)
    with hand.job("write, then log it"):
        hand.press(hand.page.get_by_role("link", name="Write to Ida Reeds Ltd, ida@due.example"))
        assert hand.page.evaluate("dialled") == ["mailto:ida@due.example"]
        hand.dialog_ready()
        with reloaded(hand.page, "#account-body"):
            hand.save_dialog()
    assert newest(account).channel.key == "email"


def leave_words_and_go(hand: Hand) -> None:
    hand.press(hand.page.locator("main a.kam-composer"))
    hand.dialog_ready()
    hand.write(hand.page.locator("dialog [name=notes]"), "For tomorrow")
    hand.press(hand.page.locator("dialog [data-close]"))
    hand.dialog_gone()
    assert hand.page.evaluate(DRAFTS) == 1
    with hand.job("sign out", most=2):
        hand.sign_out()
