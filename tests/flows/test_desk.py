"""The main job at a desk, without a mouse."""

import re

from playwright.sync_api import Page, expect

from tests.flows.conftest import Visit, reloaded
from tests.flows.keyboard import Keyboard
from tests.flows.story import (
    NAME,
    SILENT_DAYS,
    check_in_by_hand,
    health_by_hand,
    is_just_now,
    newest,
    silent_account,
    standing,
)
from tests.personas import PASSWORD, People, make_account

MOST_ACTIONS = 6


def sign_in(keys: Keyboard, email: str) -> None:
    keys.page.goto("/login/")
    expect(keys.page.locator("[name=login]")).to_be_focused()
    keys.type(email)
    keys.go_to("[name=password]")
    keys.type(PASSWORD)
    keys.press("Enter")
    keys.page.wait_for_url("**/my-day/")


def open_account(keys: Keyboard, name: str) -> None:
    """Search, Enter."""
    keys.press("/")
    keys.type(name)
    keys.press("Enter")
    keys.page.wait_for_url(re.compile(r"/accounts/[0-9a-f-]{36}/$"))


def dialog_ready(page: Page) -> None:
    """The dialog is open and its rich fields are built: what a person sees before typing on."""
    expect(page.locator("dialog[open] form#log-form")).to_be_visible()
    expect(page.locator("dialog[open] select[data-rich]:not(.tomselected)")).to_have_count(0)


def test_logging_and_undo_by_keyboard_only(visit: Visit, people: People) -> None:
    account = silent_account(people)
    before = standing(account)
    assert before.health == health_by_hand(days_silent=SILENT_DAYS, ends=[(SILENT_DAYS, -1)]) == 9
    assert before.flag is not None
    page = visit(None)
    sign_in(Keyboard(page), people.owner.email)
    open_account(Keyboard(page), NAME)
    expect(page.locator(".kam-band-health")).to_contain_text("9")
    expect(page.locator("#account-body")).to_contain_text("Stale for")

    keys = Keyboard(page)
    keys.press("l")
    dialog_ready(page)
    expect(page.locator("dialog [name=account]")).to_have_value(str(account.pk))
    expect(page.locator("#log-follows")).to_contain_text("Closes the stale flag, next check-in")
    keys.press("4")  # how it ended: the fourth face, +1
    with reloaded(page, "#account-body"):
        keys.press("Control+Enter")
    assert keys.actions <= MOST_ACTIONS

    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("Silent Mills")
    expect(page.locator("dialog[open]")).to_have_count(0)
    after, touched_at = standing(account), newest(account).occurred_at
    assert is_just_now(touched_at)
    assert after.last_touch_at == touched_at
    assert after.flag is None
    assert after.check_in != before.check_in
    assert after.check_in_on == check_in_by_hand(touched_at)
    assert after.health == health_by_hand(days_silent=0, ends=[(0, 1), (SILENT_DAYS, -1)]) == 83
    expect(page.locator(".kam-band-health")).to_contain_text("83")
    expect(page.locator("#account-body")).not_to_contain_text("Stale for")

    with reloaded(page, "#account-body"):
        keys.press("z")
    assert standing(account) == before  # the same flag and the same check-in are open again
    expect(page.locator(".kam-band-health")).to_contain_text("9")
    expect(page.locator("#account-body")).to_contain_text("Stale for")


def test_logging_from_my_day_begins_with_a_search(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto("/my-day/")
    lines = page.locator("#day-body .line", has_text=NAME)
    stale = lines.locator(".kam-state-word").get_by_text("Stale", exact=True)
    expect(stale).to_have_count(1)
    keys = Keyboard(page)
    keys.press("l")
    dialog_ready(page)
    keys.type("silent")
    expect(page.locator("dialog .ts-dropdown .option.active")).to_contain_text(NAME)
    keys.press("Enter")
    expect(page.locator("dialog [name=account]")).to_have_value(str(account.pk))
    with reloaded(page, "#day-body"):
        keys.press("Control+Enter")
    assert keys.actions <= MOST_ACTIONS
    assert standing(account).flag is None
    expect(stale).to_have_count(0)


def test_l_on_a_row_logs_for_that_row(visit: Visit, people: People) -> None:
    first = make_account("Aardvark", owner=people.owner, team=people.north_one)
    second = make_account("Badger", owner=people.owner, team=people.north_one)
    page = visit(people.owner)
    page.goto("/accounts/")
    for keys, wanted in (("j", first), ("jj", second)):
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("l")
        dialog_ready(page)
        expect(page.locator("dialog [name=account]")).to_have_value(str(wanted.pk))
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.reload()


def test_a_key_follows_escape_in_the_same_moment(visit: Visit, people: People) -> None:
    """Until the next frame the focus is still in the field of the dialog that was closed."""
    page = visit(people.owner)
    page.goto("/accounts/")
    page.keyboard.press("/")
    expect(page.locator("#palette-q")).to_be_focused()
    page.evaluate("""() => {
        document.getElementById("palette").close();
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "?", bubbles: true, cancelable: true}));
    }""")
    expect(page.locator("dialog#shortcuts")).to_be_visible()


def test_tab_through_the_dialog_adds_nobody(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/")
    page.keyboard.press("l")
    dialog_ready(page)
    for key in ["Tab"] * 30 + ["Shift+Tab"] * 30:
        page.keyboard.press(key)
    page.locator("dialog [data-submit]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert newest(account).contacts.count() == 0
    assert list(newest(account).staff.all()) == [people.owner]


def test_tab_takes_the_account_that_was_searched_for(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto("/my-day/")
    page.keyboard.press("l")
    dialog_ready(page)
    page.keyboard.type("silent")
    expect(page.locator("dialog .ts-dropdown .option.active")).to_contain_text(NAME)
    page.keyboard.press("Tab")
    expect(page.locator("dialog [name=account]")).to_have_value(str(account.pk))
