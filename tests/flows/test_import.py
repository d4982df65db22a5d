"""A file from the upload by way of its columns to its counts."""

from playwright.sync_api import expect

from kam.outbox import dispatch
from tests.flows.conftest import Visit, reloaded
from tests.personas import People

BODY = (
    "Kunde;Datum;Art;Via\nMüller;05.11.2025;purchase;Laden\nGroß;06.11.2025;purchase;Laden\nÄrzte;nie;purchase;Laden\n"
)


def test_an_upload_is_mapped_tried_out_imported_and_reported(visit: Visit, people: People) -> None:
    page = visit(people.owner)
    page.goto("/imports/new/")
    page.get_by_label("What the file holds").select_option("touchpoints")
    file = {"name": "orders.csv", "mimeType": "text/csv", "buffer": BODY.encode("cp1252")}
    page.get_by_label("CSV or Excel file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("h1")).to_have_text("orders.csv")
    expect(page.locator("#preview")).to_contain_text("There is no channel “Laden”")
    with reloaded(page, "#preview"):
        page.get_by_label("Laden").select_option("visit")
    with reloaded(page, "#preview"):
        page.get_by_label("Create accounts that do not exist").check()
    expect(page.locator("#preview tbody tr").first).to_contain_text("Created")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()

    while dispatch.run("db"):
        pass
    expect(page.get_by_role("progressbar")).to_have_count(0)  # the page asks again by itself
    heads, numbers = page.locator(".kam-tally dt").all_inner_texts(), page.locator(".kam-tally dd").all_inner_texts()
    assert dict(zip(heads, numbers, strict=True)) == {
        "Rows read": "3", "Created": "2", "Updated": "0", "Unchanged": "0", "Duplicate": "0", "Rejected": "1",
    }  # fmt: skip
    expect(page.locator("#import table")).to_contain_text("“nie” does not read as")
    with page.expect_download() as download:
        page.get_by_role("link", name="Rejected lines").click()
    assert download.value.path().read_text().splitlines()[1].endswith("Ärzte,nie,purchase,Laden")
