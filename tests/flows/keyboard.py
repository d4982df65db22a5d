"""A person who has only a keyboard, and counts what they do with it."""

from playwright.sync_api import Page

FOCUSED = "document.activeElement"


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.actions += 1

    def type(self, words: str) -> None:
        """Typing a phrase is one action."""
        self.page.keyboard.type(words)
        self.actions += 1

    def go_to(self, selector: str, *, key: str = "Tab", most: int = 8) -> None:
        """Tab (or Shift+Tab) until the focus is on `selector`, at most so many times."""
        for _ in range(most):
            self.press(key)
            if self.page.evaluate(f"selector => {FOCUSED}.matches(selector)", selector):
                return
        found = self.page.evaluate(f"{FOCUSED}.outerHTML.slice(0, 200)")
        raise AssertionError(f"{selector} is not within {most} × {key}; the focus is on {found}")
