"""Passkeys in a real browser, kept by the authenticator that Chromium can pretend to have."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from tests.flows.conftest import Visit
from tests.flows.looking import faults_of
from tests.flows.test_sign_in import sign_in
from tests.personas import PASSWORD, People

TOUCHED = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(visit: Visit, live_server: Any) -> Page:
    """A browser with an authenticator. A passkey belongs to a name, never to an address: here to localhost."""
    assert live_server.url.startswith("http://localhost:")
    page = visit(None)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": TOUCHED})
    return page


def add_passkey(page: Page, name: str) -> None:
    page.goto("/settings/sign-in/passkeys/new/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/passkeys/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


def test_a_passkey_is_added_opens_the_account_is_renamed_and_removed(page: Page, people: People) -> None:
    page.goto("/login/")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url("**/my-day/")
    add_passkey(page, "Laptop")
    page.wait_for_url("**/sign-in/codes/")
    assert Authenticator.objects.get(type="webauthn").wrap().name == "Laptop"

    page.context.clear_cookies()
    page.goto("/accounts/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/accounts/")

    page.goto("/settings/sign-in/")
    page.get_by_role("link", name="Rename Laptop").click()
    page.get_by_role("link", name="Use a security key").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Work laptop").click()
    page.get_by_role("button", name="Remove it").click()
    page.wait_for_url("**/settings/sign-in/")
    expect(page.locator("main")).to_contain_text("Only your password protects your account")
    assert Authenticator.objects.count() == 0


def test_a_passkey_is_the_second_step_after_the_password(page: Page, people: People) -> None:
    page.goto("/login/")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url("**/my-day/")
    add_passkey(page, "Laptop")
    page.wait_for_url("**/sign-in/codes/")
    page.context.clear_cookies()
    page.goto("/login/")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url("**/login/code/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/my-day/")


def test_a_browser_without_the_passkey_says_so_and_stays_out(page: Page, people: People) -> None:
    page.goto("/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    assert "/login/" in page.url


def test_a_bare_address_offers_no_passkey(visit: Visit, live_server: Any) -> None:
    page = visit(None, base_url=live_server.url.replace("localhost", "127.0.0.1"))
    page.goto("/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)


def test_every_page_of_the_second_factor_can_be_read_by_everybody(page: Page, people: People) -> None:
    """Axe, console and width, as in test_crawl.py, where a second factor is set up."""
    page.goto("/login/")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url("**/my-day/")
    add_passkey(page, "Laptop")
    page.wait_for_url("**/sign-in/codes/")
    passkey = Authenticator.objects.get(type="webauthn").pk
    faults = []
    for address in (
        *("/settings/sign-in/", "/settings/sign-in/codes/", "/settings/sign-in/codes/new/"),
        *("/settings/sign-in/app/", "/settings/sign-in/passkeys/new/", f"/settings/sign-in/passkeys/{passkey}/"),
        *(f"/settings/sign-in/passkeys/{passkey}/remove/", "/reauthenticate/code/", "/reauthenticate/passkey/"),
    ):
        answer = page.goto(address)
        assert (answer and answer.status, page.url.endswith(address)) == (200, True), address
        faults += [f"{address} {fault}" for fault in faults_of(page)]
    page.context.clear_cookies()
    page.goto("/login/")
    sign_in(page, people.owner.email, PASSWORD)
    page.wait_for_url("**/login/code/")
    faults += [f"the second step {fault}" for fault in faults_of(page)]
    assert not faults, "\n".join(["", *faults])
