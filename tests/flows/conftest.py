"""A real Chromium on a live server of our own: people signed in, with whatever a page complains about kept."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from kam.people.models import User
from tests.flows.complaints import Complaints
from tests.flows.hand import Hand
from tests.personas import client_for

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WAIT_MS = 10_000
expect.set_options(timeout=WAIT_MS)

Visit = Callable[..., Page]
HandOf = Callable[[User | None], Hand]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/flows/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium where there is one, else Playwright's; `.ci/browser` looks in the same order."""
    # Playwright's loop runs in the thread of the tests; Django would refuse them the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    own = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return browser_type_launch_args | {"args": FLAGS, "executable_path": own}


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What pages complained about; nothing may be left when the test ends."""
    found = Complaints()
    yield found
    assert found.left == []


@pytest.fixture
def visit(live_server: Any, new_context: Callable[..., BrowserContext], complaints: Complaints) -> Visit:
    """A new browser of `user` (None: nobody is signed in) on the live server, one page open."""

    def open_for(user: User | None, **options: Any) -> Page:
        usual = {"base_url": live_server.url, "reduced_motion": "reduce", "locale": "en-GB", **DESK}
        context = new_context(**(usual | options))
        context.set_default_timeout(WAIT_MS)
        if user is not None:
            name = settings.SESSION_COOKIE_NAME
            secret = client_for(user).cookies[name].value
            context.add_cookies([{"name": name, "value": secret, "url": live_server.url}])
        page = context.new_page()
        complaints.listen(page)
        return page

    return open_for


@pytest.fixture
def phone() -> dict[str, Any]:
    return PHONE


@pytest.fixture(params=["desk", "phone"])
def hand_of(request: pytest.FixtureRequest, visit: Visit, record_property: Callable[[str, object], None]) -> HandOf:
    """The same day twice: at a desk and on a phone. `hand_of(user)`: their browser; None: nobody is signed in."""
    thumb = request.param == "phone"

    def of(user: User | None) -> Hand:
        return Hand(visit(user, **(PHONE if thumb else {})), thumb=thumb, note=record_property)

    return of


@contextmanager
def reloaded(page: Page, selector: str) -> Iterator[None]:
    """What happens inside makes htmx replace the element `selector` names."""
    old = page.locator(selector).element_handle()
    yield
    page.wait_for_function("element => !element.isConnected", arg=old)
    page.locator(selector).wait_for()
