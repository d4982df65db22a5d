"""A person with mouse and keys, or with a thumb, whose every action is counted, job by job."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.personas import PASSWORD

MOST_ACTIONS = 6  # for whatever is done many times a day
DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('kam:draft:')).length"

Note = Callable[[str, str], None]


class Hand:
    """Clicks, taps, keys and typed phrases count one each. `note` keeps what each job took."""

    def __init__(self, page: Page, *, thumb: bool, note: Note) -> None:
        self.page = page
        self.thumb = thumb
        self.note = note
        self.actions = 0

    @contextmanager
    def job(self, name: str, *, most: int = MOST_ACTIONS) -> Iterator[None]:
        """What is done inside takes so many actions at most; the time is noted, for it depends on the machine."""
        self.actions, begun = 0, time.monotonic()
        yield
        self.note(name, f"{self.actions} actions, {time.monotonic() - begun:.1f} s")
        assert self.actions <= most, f"{name}: {self.actions} actions, {most} at most"

    def press(self, target: Locator) -> None:
        """The one such thing that is to be seen."""
        seen = target.filter(visible=True)
        if self.thumb:
            seen.tap()
        else:
            seen.click()
        self.actions += 1

    def key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.actions += 1

    def link(self, name: str, *, within: str = "main") -> None:
        self.press(self.page.locator(within).get_by_role("link", name=name, exact=True))

    def button(self, name: str, *, within: str = "main") -> None:
        self.press(self.page.locator(within).get_by_role("button", name=name, exact=True))

    def write(self, field: Locator, words: str) -> None:
        """Go there, unless the page has put the focus there, and type."""
        if not field.evaluate("field => field === document.activeElement"):
            self.press(field)
        field.fill(words)
        expect(field).to_have_value(words)
        self.actions += 1

    def choose(self, field: Locator, value: object) -> None:
        """Open a list and take one of it."""
        field.select_option(value=str(value))
        self.actions += 2

    def choose_rich(self, field: Locator, label: str, *, search: str = "") -> None:
        """The same where the list is one to search in, which the script put beside the select."""
        beside = field.locator("xpath=following-sibling::*[contains(@class, 'ts-wrapper')]")
        self.press(beside.locator(".ts-control"))
        if search:
            self.page.keyboard.type(search)
            self.actions += 1
        self.press(beside.get_by_role("option", name=label, exact=not search))  # what was found carries a note

    @contextmanager
    def download(self) -> Iterator[list[Path]]:
        """The file that what is done inside brings."""
        got: list[Path] = []
        with self.page.expect_download() as waiting:
            yield got
        got.append(waiting.value.path())

    def pick_file(self, field: Locator, path: Path) -> None:
        """Open the browser's dialog and take one file."""
        field.set_input_files(path)
        self.actions += 2

    def go(self, name: str) -> None:
        """To a page of the main navigation; a badge may follow its name."""
        named = re.compile(rf"^{name}\b")
        if not self.thumb:
            return self.press(self.page.locator(".kam-rail").get_by_role("link", name=named))
        at_hand = self.page.locator(".kam-bar-phone").get_by_role("link", name=named)
        if at_hand.count():
            return self.press(at_hand)
        self.press(self.page.get_by_role("button", name="Menu", exact=True))
        return self.press(self.page.locator("#phone-menu").get_by_role("link", name=named))

    def sign_in(self, email: str) -> None:
        """With the password; where it leads is the caller's to say."""
        self.page.goto("/login/")
        self.write(self.page.get_by_label("Email"), email)
        self.write(self.page.get_by_label("Password"), PASSWORD)
        self.press(self.page.get_by_role("button", name="Sign in", exact=True))

    def sign_out(self) -> None:
        """Through the menu; nothing typed stays behind in the browser."""
        if self.thumb:
            self.press(self.page.get_by_role("button", name="Menu", exact=True))
            menu = self.page.locator("#phone-menu")
        else:
            self.press(self.page.locator(".kam-bar-top .kam-menu summary"))
            menu = self.page.locator(".kam-bar-top .kam-menu-items")
        self.press(menu.get_by_role("button", name="Sign out", exact=True))
        self.page.wait_for_url("**/login/")
        assert self.page.evaluate(DRAFTS) == 0

    def told(self, words: str) -> None:
        """A toast says so."""
        expect(self.page.locator("[data-toast]", has_text=words)).to_be_visible()

    def dialog_ready(self) -> None:
        """The log dialog is open and its rich fields are built: what a person sees before going on."""
        expect(self.page.locator("dialog[open] form.kam-dialog-form")).to_be_visible()
        expect(self.page.locator("dialog[open] select[data-rich]:not(.tomselected)")).to_have_count(0)

    def dialog_gone(self) -> None:
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    def face(self, end: int) -> None:
        """How it ended, −2…+2."""
        self.press(self.page.locator(f"dialog label:has([name=sentiment_end][value='{end}'])"))

    def save_dialog(self) -> None:
        self.press(self.page.locator("dialog [data-submit]"))
