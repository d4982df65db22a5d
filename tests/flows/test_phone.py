"""The main job on a phone, with a thumb."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.flows.conftest import Visit, reloaded
from tests.flows.story import (
    NAME,
    SILENT_DAYS,
    check_in_by_hand,
    health_by_hand,
    newest,
    silent_account,
    standing,
)
from tests.flows.test_desk import MOST_ACTIONS, dialog_ready
from tests.personas import People


def test_logging_and_undo_with_a_thumb(visit: Visit, people: People, phone: dict[str, Any]) -> None:
    account = silent_account(people)
    before = standing(account)
    page = visit(people.owner, **phone)
    page.goto("/my-day/")
    page.locator("[data-row-link]", has_text=NAME).tap()
    page.wait_for_url(re.compile(rf"/accounts/{account.pk}/$"))

    taps = []

    def tap(selector: str) -> None:
        page.locator(selector).tap()
        taps.append(selector)

    tap(".kam-bar-phone [data-log]")
    dialog_ready(page)
    expect(page.locator("dialog [name=account]")).to_have_value(str(account.pk))
    tap("dialog label:has([name=sentiment_end][value='1'])")
    expect(page.locator("dialog [name=sentiment_end][value='1']")).to_be_checked()
    with reloaded(page, "#account-body"):
        tap("dialog [data-submit]")
    assert len(taps) <= MOST_ACTIONS

    after = standing(account)
    assert after.flag is None
    assert after.check_in_on == check_in_by_hand(newest(account).occurred_at)
    assert after.health == health_by_hand(days_silent=0, ends=[(0, 1), (SILENT_DAYS, -1)]) == 83
    expect(page.locator(".kam-band-health")).to_contain_text("83")
    with reloaded(page, "#account-body"):
        tap("[data-undo] button")
    assert standing(account) == before
    expect(page.locator("[data-toast]")).to_have_count(1)
    expect(page.locator("[data-toast]")).to_contain_text("The touchpoint was removed")
