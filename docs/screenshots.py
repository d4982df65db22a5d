"""The pictures of the documentation, taken from a running demo company.

    make run                                    # in one terminal; it prints the password
    KAM_DEMO_PASSWORD='…' .venv/bin/python docs/screenshots.py
    KAM_DEMO_PASSWORD='…' .venv/bin/python docs/screenshots.py --site http://127.0.0.1:8010 --out /tmp/pictures

Light theme, no motion, English; the same names every time, so a new picture replaces the old one.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

MANAGER, LEADER, ADMINISTRATOR = "manager@demo.example", "leader@demo.example", "admin@demo.example"
DESKTOP, PHONE = (1440, 900), (390, 844)
# A customer worth a look: neither all well nor all lost.
STORY = "/accounts/?lifecycle=customer&health_band=amber&ordering=-account_revenue"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]


class Photographer:
    """Takes pages of one site into one folder."""

    def __init__(self, browser: Browser, *, site: str, password: str, out: Path) -> None:
        self.browser, self.site, self.password, self.out = browser, site, password, out

    @contextmanager
    def signed_in(self, email: str, size: tuple[int, int]) -> Iterator[Page]:
        width, height = size
        context = self.browser.new_context(
            base_url=self.site,
            viewport={"width": width, "height": height},
            color_scheme="light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        page = context.new_page()
        page.goto("/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda address: "/login/" not in address)
        yield page
        context.close()

    def take(self, page: Page, name: str) -> None:
        page.evaluate("document.fonts.ready")
        page.screenshot(path=self.out / f"{name}.png", animations="disabled", caret="hide")
        sys.stdout.write(f"{self.out / name}.png\n")

    def go_and_take(self, page: Page, path: str, name: str) -> None:
        page.goto(path, wait_until="networkidle")
        self.take(page, name)


def open_story(page: Page) -> None:
    """The account page of the most valuable customer in the amber band."""
    page.goto(STORY)
    page.locator("a[data-row-link]").first.click()
    page.wait_for_load_state("networkidle")


def take_all(photographer: Photographer) -> None:
    with photographer.signed_in(MANAGER, DESKTOP) as page:
        take_managers(photographer, page)
    with photographer.signed_in(LEADER, DESKTOP) as page:
        photographer.go_and_take(page, "/portfolio/", "portfolio")
        photographer.go_and_take(page, "/census/", "census")
    with photographer.signed_in(ADMINISTRATOR, DESKTOP) as page:
        take_administrators(photographer, page)
    with photographer.signed_in(MANAGER, PHONE) as page:
        photographer.go_and_take(page, "/my-day/", "my-day-phone")
        open_story(page)
        photographer.take(page, "account-phone")


def take_managers(photographer: Photographer, page: Page) -> None:
    photographer.go_and_take(page, "/my-day/", "my-day")
    photographer.go_and_take(page, "/accounts/", "accounts")
    page.goto("/planner/")
    page.get_by_role("link", name="Next week").click()
    page.wait_for_load_state("networkidle")
    photographer.take(page, "planner")
    open_story(page)
    photographer.take(page, "account")
    page.keyboard.press("l")
    page.locator("dialog[open] form").wait_for()
    page.wait_for_load_state("networkidle")
    photographer.take(page, "log")
    photographer.go_and_take(page, f"{page.url.rstrip('/')}/health/", "health")


def take_administrators(photographer: Photographer, page: Page) -> None:
    photographer.go_and_take(page, "/settings/people/", "people")
    photographer.go_and_take(page, "/settings/cadence/", "cadence")
    page.goto("/settings/health/")
    for field, weight in zip(
        page.get_by_role("row", name="Tier A").get_by_role("spinbutton").all(), (20, 20, 40), strict=True
    ):
        field.fill(str(weight))
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("would change band").first.wait_for()
    photographer.take(page, "weights")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", default="http://127.0.0.1:8000", help="where kam runs")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    given = parser.parse_args()
    password = os.environ.get("KAM_DEMO_PASSWORD")
    if not password:
        sys.stderr.write("Set KAM_DEMO_PASSWORD to the password that `make run` prints.\n")
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        take_all(Photographer(browser, site=given.site, password=password, out=given.out))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
