"""What others see of it: the leader the figures, an outsider nothing."""

import re

from playwright.sync_api import Page, expect

from tests.flows.conftest import Visit
from tests.flows.story import NAME, silent_account
from tests.flows.test_desk import dialog_ready
from tests.personas import People


def band(page: Page, word: str) -> int:
    """The count beside the band's word in the key of the portfolio's bar."""
    return int(page.locator(".kam-bands-key a", has_text=word).locator("b").inner_text())


def test_the_leader_sees_the_account_move_and_opens_it_through_its_figure(visit: Visit, people: People) -> None:
    silent_account(people)
    leader, owner = visit(people.leader), visit(people.owner)
    leader.goto("/portfolio/")
    assert (band(leader, "At risk"), band(leader, "Healthy")) == (1, 0)
    expect(leader.locator(".kam-sentence")).to_contain_text("1 is stale")

    owner.goto("/my-day/")
    owner.locator("[data-row-link]", has_text=NAME).click()
    owner.locator("main").get_by_role("link", name="What happened?").click()
    dialog_ready(owner)
    owner.locator("dialog label:has([name=sentiment_end][value='2'])").click()
    owner.locator("dialog [data-submit]").click()
    expect(owner.locator("[data-toast]")).to_be_visible()

    leader.reload()
    assert (band(leader, "At risk"), band(leader, "Healthy")) == (0, 1)
    expect(leader.locator(".kam-sentence")).to_contain_text("none is stale")
    expect(leader.locator("#portfolio-map svg text").first).to_contain_text(NAME)  # drawn by its script
    leader.locator(".kam-bands-key a", has_text="Healthy").click()
    leader.wait_for_url(re.compile(r"/accounts/\?.*health_band=green"))
    expect(leader.locator("[data-row-link]")).to_have_text([NAME])
    leader.locator("[data-row-link]").click()
    expect(leader.locator("h1")).to_have_text(NAME)
    expect(leader.locator(".kam-timeline")).to_contain_text("Late delivery")


def test_an_outsider_finds_nothing_at_its_addresses(visit: Visit, people: People, complaints) -> None:
    account = silent_account(people)
    complaints.expect("status of 404")
    page = visit(people.outsider)
    for address in (
        f"/accounts/{account.pk}/",
        f"/accounts/{account.pk}/health/",
        f"/touchpoints/log/?account={account.pk}",
    ):
        answer = page.goto(address)
        assert answer is not None and answer.status == 404, address
        assert NAME not in page.content()
        page.goto("/accounts/")
        expect(page.locator("main")).not_to_contain_text(NAME)
