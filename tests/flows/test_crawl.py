"""Every page there is, looked at as manager, leader, administrator and stranger: axe, console, policy, width."""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

from kam.core.routes import walk_routes
from tests.flows.company import Full, full_company
from tests.flows.complaints import Complaints
from tests.flows.conftest import Visit
from tests.flows.looking import faults_of
from tests.flows.test_desk import dialog_ready
from tests.personas import People

# Answers that are no pages: for machines, downloads, or a piece of a form (which is looked at whole).
NO_PAGES = {
    *(
        "livez",
        "readyz",
        "openapi",
        "import_issues",
        "export_file",
        "import_rejected",
        "account_export",
        "portfolio_export",
        "attachment_file",
    ),
    *("day_badge",),
    *("touchpoint_preview", "touchpoint_people", "touchpoint_choice", "account_search", "account_alike"),
}
WAYS_ON = {"home", "view_open"}  # answers with the way to another page
STRANGERS = {
    *("account_login", "account_inactive", "account_reset_password", "account_reset_password_done"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done", "api_docs"),
    *("invitation", "morning_mail_off"),
}
NOT_LINKED = (
    *(
        "account_change_password",
        "account_reauthenticate",
        "account_logout",
        "touchpoint_log",
        "import_detail",
        "export_detail",
        "view_new",
        "view_edit",
        "import_map",
    ),
    *("note_edit", "touchpoint_complete", "check_in_plan", "reach_edit", "episode", "contact_private", "account_reads"),
    "search",
)
FOR_ADMINISTRATORS = (
    "segment_edit",
    "tag_edit",
    "skill_edit",
    "person_leave",
)
SHOW_MORE = {"portfolio", "account_list", "account_detail"}  # to leaders and administrators
OWN_JOBS = {"import_detail", "export_detail", "import_map"}  # of the owner: leaders see none
DRAFTS = {"import_map"}  # nobody else's to see
PASSWORDLESS = {"account_set_password"}  # whoever has a password changes it instead
SECOND_FACTOR = {route.name for route in walk_routes() if route.name.startswith("mfa_")}  # see test_passkeys.py


def pages(role: str = "admin") -> set[str]:
    """URL names of everything that somebody in a role can open."""
    gets = {route.name: route.policy["GET"] for route in walk_routes() if "GET" in route.policy and not route.is_api}
    return {name for name, who in gets.items() if who.value is None or role in who.value} - NO_PAGES - SECOND_FACTOR


def name_of(address: str) -> str | None:
    try:
        return resolve(urlsplit(address).path).url_name
    except Resolver404:
        return None


def links_of(page: Page, site: str) -> list[str]:
    """Same-origin links, in the order of the page."""
    found = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.href)")
    return [address.removeprefix(site) for address in found if address.startswith(site)]


def crawl(
    page: Page, site: str, first: list[str], only: set[str], known: Collection[str] = ()
) -> tuple[set[str], list[str]]:
    """Open `first` and whatever is linked from there, one page per URL shape; the shapes, and all faults.

    What somebody else looked at whole (`known`) is looked at once more: light at a desk, light and dark on a phone.
    """
    seen: set[str] = set()
    faults: list[str] = []
    waiting = list(first)
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        if name in seen or name not in only:
            continue
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        seen |= {name, name_of(page.url) or name}
        faults += [f"{name} {fault}" for fault in faults_of(page, again=name in known)]
        waiting += links_of(page, site)
    return seen, faults


def assert_clean(faults: list[str]) -> None:
    assert not faults, "\n".join(["", *faults])


@pytest.fixture
def full(people: People) -> Full:
    return full_company(people)


@pytest.fixture
def crawled(visit: Visit, people: People, full: Full, live_server) -> Callable[[str], tuple[set[str], list[str]]]:
    def as_role(role: str) -> tuple[set[str], list[str]]:
        names = ["my_day", "settings_home", "portfolio", "account_list", "account_detail", *NOT_LINKED]
        names += FOR_ADMINISTRATORS if role == "admin" else ()
        hidden = {"owner": set(), "leader": OWN_JOBS, "admin": DRAFTS}
        first = [full.address(name) for name in names if name not in hidden[role]]
        known = () if role == "owner" else pages("manager") - SHOW_MORE
        return crawl(visit(getattr(people, role)), live_server.url, first, pages() - STRANGERS, known)

    return as_role


def test_every_page_as_its_owner(crawled) -> None:
    seen, faults = crawled("owner")
    assert_clean(faults)
    assert pages("manager") - STRANGERS - PASSWORDLESS - WAYS_ON - seen == set()


@pytest.mark.parametrize("role", ["leader", "admin"])
def test_every_page_as(crawled, role: str) -> None:
    seen, faults = crawled(role)
    assert_clean(faults)
    assert {"my_day", "portfolio", "account_list", "account_detail", "stale_list", "import_list"} <= seen
    assert pages(role) - pages("manager") - seen == set()


def test_every_page_of_strangers(visit: Visit, full: Full, live_server) -> None:
    names = STRANGERS - {"account_reset_password_from_key"}
    first = [full.address(name) for name in sorted(names)] + [full.reset_address()]
    seen, faults = crawl(visit(None), live_server.url, first, STRANGERS)
    page = visit(full.passwordless)
    mine, more = crawl(page, live_server.url, [full.address("account_set_password")], PASSWORDLESS)
    assert_clean(faults + more)
    assert seen | mine == STRANGERS | PASSWORDLESS


def test_refusals(visit: Visit, people: People, full: Full, complaints: Complaints) -> None:
    complaints.expect("status of 404", "status of 403")
    page, newcomer = visit(people.owner), visit(people.newcomer)
    faults = []
    for who, address, status in (
        (page, "/nowhere/", 404),
        (page, f"/accounts/{full.foreign.pk}/", 404),
        (newcomer, "/imports/", 403),
    ):
        answer = who.goto(address)
        assert answer is not None and answer.status == status
        faults += [f"{address} {fault}" for fault in faults_of(who)]
    assert_clean(faults)


def test_what_opens_over_a_page(visit: Visit, people: People, full: Full) -> None:
    """The palette with its answers, the help, the log dialog, the menus."""
    page = visit(people.owner)
    page.goto(full.address("account_detail"))
    page.keyboard.press("/")
    page.keyboard.type("livly")  # a slip is forgiven
    expect(page.locator("dialog#palette a.kam-hit", has_text="Lively").first).to_be_visible()
    faults = [f"palette {fault}" for fault in faults_of(page)]
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog#shortcuts")).to_be_visible()
    faults += [f"shortcuts {fault}" for fault in faults_of(page)]
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    dialog_ready(page)
    faults += [f"log {fault}" for fault in faults_of(page)]
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".kam-bar-top .kam-menu summary").click()
    faults += [f"menu {fault}" for fault in faults_of(page)]
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu", exact=True).click()
    faults += [f"sheet {fault}" for fault in faults_of(page)]
    assert_clean(faults)


def test_what_forms_say_when_they_refuse(visit: Visit, people: People, full: Full, complaints: Complaints) -> None:
    complaints.expect("status of 422", "status of 400")
    page = visit(people.owner)
    page.goto("/my-day/")
    page.keyboard.press("l")
    dialog_ready(page)
    page.locator("dialog [name=when]").fill("in a blue moon")
    page.locator("#log-form").evaluate("form => { form.noValidate = true; }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog .kam-error").first).to_be_visible()
    dialog_ready(page)
    faults = [f"log refused {fault}" for fault in faults_of(page)]
    for address in (full.address("account_new"), full.address("account_edit"), "/imports/new/"):
        page.goto(address)
        form = page.locator("main form[method=post]")
        if typed := form.locator("[required]:is([type=text], textarea)").all():  # an upload has none
            typed[0].fill("")
        form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        expect(page.locator("main .kam-error, main .invalid-feedback, main [role=alert]").first).to_be_visible()
        faults += [f"{address} refused {fault}" for fault in faults_of(page)]
    assert_clean(faults)


def test_the_toast_of_a_save(visit: Visit, people: People, full: Full) -> None:
    page = visit(people.owner)
    page.goto(full.address("account_detail"))
    page.keyboard.press("l")
    dialog_ready(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-undo]")).to_be_visible()
    page.locator("[data-toast]").hover()  # its clock stands still
    faults = faults_of(page)
    expect(page.locator("[data-undo]")).to_be_visible()
    assert_clean(faults)
