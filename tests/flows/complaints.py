"""What a page complains about: console errors (violations of the security policy are among them) and exceptions."""

from playwright.sync_api import ConsoleMessage, Page


class Complaints:
    """Collects from every page it listens to. `expected`: pieces of messages that a test provokes."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.expected: set[str] = set()

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.all.append(f"exception: {error}"))

    def expect(self, *pieces: str) -> None:
        self.expected |= set(pieces)

    @property
    def left(self) -> list[str]:
        return [one for one in self.all if not any(piece in one for piece in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.all.append(f"{message.text} ({message.location.get('url', '')})")
