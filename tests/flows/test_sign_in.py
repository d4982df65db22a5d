"""Coming in, going out, and what stays of what was typed."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.flows.complaints import Complaints
from tests.flows.conftest import Visit
from tests.flows.story import NAME, newest, silent_account, standing
from tests.flows.test_desk import dialog_ready
from tests.personas import PASSWORD, People

DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('kam:draft:')).length"


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def write_notes(page: Page, words: str) -> None:
    """As a person does it who looks at what they type: right after a choice the rich field may take the focus back."""
    notes = page.locator("dialog [name=notes]")
    for _ in range(3):
        notes.fill(words)
        if notes.input_value() == words:
            return
    expect(notes).to_have_value(words)


def test_a_wrong_password_is_answered_in_words_and_a_right_one_leads_on(visit: Visit, people: People) -> None:
    page = visit(None)
    page.goto("/imports/")
    assert page.url.endswith("/login/?next=%2Fimports%2F")
    sign_in(page, people.owner.email, "wrong horse")
    expect(page.get_by_role("alert")).to_contain_text("password")
    expect(page.get_by_label("Email")).to_have_value(people.owner.email)
    expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url("**/imports/")


def test_signing_out_ends_the_session_in_every_tab(visit: Visit, people: People) -> None:
    silent_account(people)
    page = visit(people.owner)
    page.goto("/my-day/")
    expect(page.locator("#day-body")).to_contain_text(NAME)
    other = page.context.new_page()
    other.goto("/accounts/")
    page.locator(".kam-bar-top .kam-menu summary").click()
    page.locator(".kam-bar-top .kam-menu-items").get_by_text("Sign out").click()
    page.wait_for_url("**/login/")
    other.reload()
    assert other.url.endswith("/login/?next=%2Faccounts%2F")
    page.go_back()
    assert "/login/" in page.url
    assert NAME not in page.content()


def test_words_typed_survive_a_lost_connection_and_go_with_the_sign_out(
    visit: Visit, people: People, complaints: Complaints
) -> None:
    account = silent_account(people)
    complaints.expect("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/")
    page.keyboard.press("l")
    dialog_ready(page)
    write_notes(page, "They will decide in March")
    page.context.set_offline(True)
    page.locator("dialog [data-submit]").click()
    expect(page.locator("[data-toast]")).to_contain_text("No connection")
    expect(page.locator("dialog [name=notes]")).to_have_value("They will decide in March")

    page.context.set_offline(False)
    page.reload()
    page.keyboard.press("l")
    dialog_ready(page)
    expect(page.locator("dialog [name=notes]")).to_have_value("They will decide in March")
    expect(page.locator("[data-toast]")).to_contain_text("Your unsaved text is back")
    page.keyboard.press("Escape")
    assert page.evaluate(DRAFTS) == 1
    page.locator(".kam-bar-top .kam-menu summary").click()
    page.locator(".kam-bar-top .kam-menu-items").get_by_text("Sign out").click()
    page.wait_for_url("**/login/")
    assert page.evaluate(DRAFTS) == 0


def test_saved_words_leave_no_draft(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/")
    page.keyboard.press("l")
    dialog_ready(page)
    write_notes(page, "Signed")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert newest(account).notes == "Signed"
    assert page.evaluate(DRAFTS) == 0


def test_a_saved_note_does_not_come_back_as_unsaved_text(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/notes/")
    page.locator("main [name=text]").fill("They moved to Leith")
    page.locator("main form [type=submit]").first.dblclick()
    expect(page.locator(".kam-note-text")).to_have_text(["They moved to Leith"])
    expect(page.locator("main [name=text]")).to_have_value("")
    assert page.evaluate(DRAFTS) == 0


def test_logging_works_without_scripts(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner, java_script_enabled=False)
    page.goto(f"/accounts/{account.pk}/")
    page.locator("main").get_by_role("link", name="What happened?").click()
    expect(page.locator("h1")).to_have_text("Log touchpoint")
    expect(page.locator("[name=account]")).to_have_value(str(account.pk))
    page.locator("label:has([name=sentiment_end][value='1'])").click()
    page.get_by_label("When").fill("yesterday 15:00")
    page.get_by_label("Notes").fill("By hand")
    page.locator("[data-submit]").click()
    expect(page.locator("h1")).to_have_text(NAME)
    expect(page.locator(".kam-timeline")).to_contain_text("By hand")
    assert standing(account).flag is None
    assert newest(account).sentiment_end == 1


def end_session(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def test_a_form_sent_after_the_session_ended_waits_for_its_writer(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/edit/")
    page.get_by_label("Industry").fill("Milling")
    end_session(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/login/?next=*")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url(f"**/accounts/{account.pk}/edit/")
    expect(page.get_by_label("Industry")).to_have_value("Milling")
    page.get_by_label("Industry").focus()
    expect(page.locator("[data-toast]", has_text="Your unsaved text is back")).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/accounts/{account.pk}/")
    account.refresh_from_db()
    assert account.industry == "Milling"
    assert page.evaluate(DRAFTS) == 0


def test_cancel_forgets_what_was_typed(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/edit/")
    page.get_by_label("Industry").fill("Milling")
    assert page.evaluate(DRAFTS) == 1
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"**/accounts/{account.pk}/")
    assert page.evaluate(DRAFTS) == 0


@pytest.mark.parametrize("cookies", ["session", "all"])
def test_the_log_dialog_comes_back_after_signing_in_again(
    visit: Visit, people: People, complaints: Complaints, cookies: str
) -> None:
    complaints.expect("403")
    account = silent_account(people)
    page = visit(people.owner)
    page.goto("/my-day/")
    page.keyboard.press("l")
    dialog_ready(page)
    page.keyboard.type("silent")
    expect(page.locator("dialog .ts-dropdown .option.active")).to_contain_text(NAME)
    page.keyboard.press("Enter")
    expect(page.locator("#log-follows")).to_contain_text("Closes the stale flag")
    write_notes(page, "They will decide in March")
    if cookies == "all":
        page.context.clear_cookies()
    else:
        end_session(page)
    page.locator("dialog [data-submit]").click()
    page.wait_for_url("**/login/?next=%2Fmy-day%2F")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url("**/my-day/")
    dialog_ready(page)
    expect(page.locator("[data-toast]", has_text="Your unsaved text is back")).to_be_visible()
    expect(page.locator("dialog [name=account]")).to_have_value(str(account.pk))
    expect(page.locator("dialog [name=notes]")).to_have_value("They will decide in March")
    page.locator("dialog [data-submit]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert newest(account).notes == "They will decide in March"
    assert page.evaluate(DRAFTS) == 0


def test_what_a_form_asks_by_itself_never_leads_away_from_its_writer(visit: Visit, people: People) -> None:
    account = silent_account(people)
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/")
    page.keyboard.press("l")
    dialog_ready(page)
    end_session(page)
    with page.expect_response("**/touchpoints/log/follows/**") as asked:
        write_notes(page, "They will decide")
        page.keyboard.press("Tab")
    assert asked.value.header_value("HX-Redirect") == f"/login/?next=%2Faccounts%2F{account.pk}%2F"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    page.keyboard.type(" in March")
    expect(page.locator("dialog [name=notes]")).to_have_value("They will decide in March")
    page.locator("dialog [data-submit]").click()
    page.wait_for_url("**/login/?next=*")
    sign_in(page, people.owner.email, PASSWORD)
    expect(page.locator("dialog [name=notes]")).to_have_value("They will decide in March")


def test_an_old_token_is_renewed_and_the_text_stays(visit: Visit, people: People, complaints: Complaints) -> None:
    complaints.expect("403")
    account = silent_account(people)
    page = visit(people.owner)
    page.goto(f"/accounts/{account.pk}/")
    page.keyboard.press("l")
    dialog_ready(page)
    write_notes(page, "Signed")
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.locator("dialog [data-submit]").click()
    expect(page.locator("[data-toast]", has_text="Your unsaved text is back")).to_be_visible()
    dialog_ready(page)
    page.locator("dialog [data-submit]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert newest(account).notes == "Signed"
