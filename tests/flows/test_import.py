"""A file from the upload page to its counts."""

import json

from playwright.sync_api import expect

from kam.outbox import dispatch
from tests.exchange.runs import mapping
from tests.flows.conftest import Visit
from tests.personas import People

BODY = b"Id,Date,CDs,Price\n1,2026-01-01,1,5\n2,2026-01-02,1,5\n3,never,1,5\n"


def test_an_upload_shows_progress_then_counts_and_issues(visit: Visit, people: People) -> None:
    page = visit(people.owner)
    page.goto("/imports/new/?kind=touchpoints")
    page.get_by_label("CSV file").set_input_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": BODY})
    page.get_by_label("Mapping").fill(json.dumps(mapping("cdnow")))
    page.get_by_label("Create accounts that do not exist").check()
    page.get_by_role("button", name="Import").click()
    expect(page.locator("h1")).to_have_text("orders.csv")
    expect(page.get_by_role("progressbar")).to_be_visible()

    while dispatch.run("db"):
        pass
    expect(page.get_by_role("progressbar")).to_have_count(0)  # the page asks again by itself
    tally = dict(
        zip(
            page.locator(".kam-tally dt").all_inner_texts(),
            page.locator(".kam-tally dd").all_inner_texts(),
            strict=True,
        )
    )
    assert tally == {
        "Rows read": "3", "Created": "2", "Updated": "0", "Unchanged": "0", "Duplicate": "0", "Rejected": "1",
    }  # fmt: skip
    expect(page.locator("#import table")).to_contain_text("“never” does not read as")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "never" in download.value.path().read_text()
