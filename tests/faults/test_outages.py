"""What people meet while a server is away: without Valkey all goes on, without PostgreSQL nothing typed is lost."""

import http.client
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from kam.core.policy import Who
from kam.core.routes import walk_routes
from tests.faults.client import Api, reference
from tests.faults.house import House
from tests.faults.test_worker_and_beat import ALL_WELL, readyz

pytestmark = [pytest.mark.faults, pytest.mark.browser]

EMAIL, PASSWORD = "admin@faults.example", "correct horse battery staple"
MINUTE_S, PATIENCE_S, WITHIN_S = 60, 30, 2.0
DELAYED = "Background work is delayed"
# Not pages: they end the session, answer a program or are files.
NO_PAGES = {
    *("account_logout", "livez", "readyz", "openapi", "day_badge"),
    *("account_export", "portfolio_export", "mfa_download_recovery_codes"),
}


@pytest.fixture(scope="module")
def ref(house: House, api: Api) -> str:
    """An account that everybody here works on, and an administrator who sees it."""
    house.manage("create_user", EMAIL, "--role", "admin", "--password-env", "FIRST_PASSWORD", FIRST_PASSWORD=PASSWORD)
    api.create_account("outage", tier="A", customer_since="2021-01-04")
    return "outage"


@pytest.fixture
def page(house: House, new_context: Callable[..., BrowserContext], ref: str) -> Iterator[Page]:
    host, port = house.address
    page = new_context(base_url=f"http://{host}:{port}", viewport={"width": 1440, "height": 900}).new_page()
    page.goto("/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)  # an empty company begins with its first steps
    yield page


def pages(page: Page) -> list[str]:
    """Every address without arguments that is a whole page for an administrator while all is well."""
    offered = [
        route.pattern
        for route in walk_routes()
        if not route.is_api and "<" not in route.pattern and route.name not in NO_PAGES
        and route.policy.get("GET") in {Who.SIGNED_IN, Who.STAFF, Who.LEADER, Who.ADMIN}
    ]  # fmt: skip
    return [
        address for address in offered if status(page, address) == 200 and page.locator(".kam-frame main").count() == 1
    ]


def status(page: Page, address: str) -> int:
    answer = page.goto(address, wait_until="domcontentloaded")
    assert answer is not None
    return answer.status


def open_account(page: Page, ref: str) -> None:
    page.goto(f"/accounts/?search={ref}")
    page.locator("a", has_text=f"Account {ref}").first.click()
    page.wait_for_url("**/accounts/*-*/")


def open_dialog(page: Page) -> None:
    page.keyboard.press("l")
    expect(page.locator("dialog[open] form#log-form")).to_be_visible()
    expect(page.locator("dialog[open] select[data-rich]:not(.tomselected)")).to_have_count(0)


def logged(house: House, words: str) -> int:
    return int(house.rows("SELECT count(*) FROM touchpoints_touchpoint WHERE notes = %s", words)[0][0])


@pytest.mark.waits
def test_every_page_and_write_works_without_valkey_for_a_minute(house: House, api: Api, page: Page, ref: str) -> None:
    house.until("all well", lambda: readyz(house) == (200, ALL_WELL), PATIENCE_S)
    addresses = pages(page)
    assert {"/my-day/", "/accounts/", "/portfolio/", "/accounts/new/", "/settings/"} <= set(addresses)
    with house.without("Valkey"):
        gone_at = time.monotonic()
        assert {address: status(page, address) for address in addresses} == dict.fromkeys(addresses, 200)
        open_account(page, ref)
        open_dialog(page)
        page.locator("dialog [name=notes]").fill("Said without Valkey")
        page.keyboard.press("Control+Enter")
        expect(page.locator("dialog[open]")).to_have_count(0)
        answer = api.ask(
            "POST", "/api/v1/touchpoints", {"account_ref": reference(ref), "type": "sales_call", "channel": "phone",
            "occurred_at": "2026-01-05T09:30:00+01:00", "notes": "Told without Valkey"},
        )  # fmt: skip
        assert answer.status == 201
        assert [logged(house, words) for words in ("Said without Valkey", "Told without Valkey")] == [1, 1]

        time.sleep(max(0.0, gone_at + MINUTE_S + 16 - time.monotonic()))  # a process asks every 15 s
        silent = [address for address in addresses if not says(page, address, DELAYED)]
        assert silent == []
        assert readyz(house)[1]["redis"] == "degraded"
        open_account(page, ref)
        open_dialog(page)
        page.locator("dialog [name=notes]").fill("Said after a minute")
        page.keyboard.press("Control+Enter")
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert logged(house, "Said after a minute") == 1
    house.until("all well again", lambda: readyz(house) == (200, ALL_WELL), PATIENCE_S)


def says(page: Page, address: str, words: str) -> bool:
    """Whether a page stands (200) and shows a banner with these words."""
    return status(page, address) == 200 and page.locator(".kam-banner", has_text=words).count() == 1


def test_without_postgresql_it_is_503_at_once_and_the_form_is_kept(house: House, page: Page, ref: str) -> None:
    open_account(page, ref)
    open_dialog(page)
    page.locator("dialog [name=notes]").fill("Typed before the outage")
    with house.without("PostgreSQL"):
        with page.expect_response("**/touchpoints/log/") as saving:
            page.locator("dialog [data-submit]").click()
        assert (saving.value.status, "retry-after" in saving.value.headers) == (503, True)
        expect(page.locator("[data-toast]", has_text="What you typed is still in the form")).to_be_visible()
        expect(page.locator("dialog [name=notes]")).to_have_value("Typed before the outage")
        assert {path: asked(house, path) for path in ("/my-day/", "/api/v1/accounts", "/readyz")} == {
            "/my-day/": (503, True, True),
            "/api/v1/accounts": (503, True, True),
            "/readyz": (503, True, True),
        }
    house.until("the database is back", lambda: readyz(house)[0] == 200, PATIENCE_S)
    page.locator("dialog [data-submit]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert logged(house, "Typed before the outage") == 1


def asked(house: House, path: str) -> tuple[int, bool, bool]:
    """Status, whether it says when to come back, and whether it came in time; with a session or token unread."""
    link = http.client.HTTPConnection(*house.address, timeout=10)
    begun = time.monotonic()
    link.request("GET", path, headers={"Cookie": "kam_session=abcdefgh", "Authorization": "Bearer kam_a_b"})
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer.status, "Retry-After" in answer.headers, time.monotonic() - begun < WITHIN_S
