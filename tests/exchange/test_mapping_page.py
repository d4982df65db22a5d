"""From an upload to an import by way of the mapping page, and what may be kept of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.days import reporting_day
from accounts.models import Account
from kam.core import clock
from kam.exchange.drafts import Settings
from kam.exchange.enums import JobStatus
from kam.exchange.guessing import fitted, guess, guess_format, ready_for
from kam.exchange.head import head_of
from kam.exchange.mapping_form import initial_of
from kam.exchange.models import ImportJob, SavedMapping
from kam.exchange.registry import kind_of, kinds
from tests.exchange.mapping_pages import BODY, CHOSEN, draft, page, post, send
from tests.exchange.runs import drain
from tests.exchange.test_sheets import workbook
from tests.personas import SYSTEM, People, client_for
from touchpoints.imports.first_days import GOLDEN
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db
IDEAL = timedelta(days=60)  # of customers without a tier


def test_the_page_guesses_columns_and_dates_and_shows_how_the_file_was_read(people: People) -> None:
    shown = page(people, draft(people))
    form = shown.context["form"]
    assert shown.context["job"].written.encoding == "cp1252"
    assert {name: form[f"column-{name}"].value() for name in ("account", "type", "channel", "subject")} == {
        "account": "Kunde", "type": "Art", "channel": "Via", "subject": "Titel",
    }  # fmt: skip
    assert (form["format-occurred_at"].value(), form.fields["format-occurred_at"].choices[0]) == (
        "", ("", "As it looks: 22.11.2026 15:30"),
    )  # fmt: skip
    assert [words.theirs for words in shown.context["preview"].words] == [[("Tel", "")]]
    assert "Grüße" in shown.content.decode() and Touchpoint.objects.visible_to(SYSTEM).count() == 0


def test_what_would_become_of_the_rows_is_shown_and_nothing_is_written(people: People) -> None:
    job = draft(people)
    shown = send(people, job)
    rows = [(row.line, row.outcome, cells) for row, cells in shown.context["preview"].rows]
    assert [(line, outcome) for line, outcome, _ in rows] == [(2, "created"), (3, "rejected")]
    assert "2026-11-05 08:30 UTC" in rows[0][2]
    assert "does not read as a date like “22.11.2026 15:30”" in shown.context["preview"].rows[1][0].remarks[0]
    piece = client_for(people.owner).post(reverse("import_map", args=[job.pk]), CHOSEN, headers={"HX-Request": "true"})
    assert piece.content.decode().lstrip().startswith('<section id="preview"')
    assert Account.objects.visible_to(SYSTEM).count() == Touchpoint.objects.visible_to(SYSTEM).count() == 0
    assert ImportJob.objects.get().status == JobStatus.DRAFT


def test_started_it_is_imported_as_shown_and_only_once(people: People) -> None:
    job = draft(people)
    answers = [send(people, job, action="start") for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [reverse("import_detail", args=[job.pk])] * 2
    drain()
    job.refresh_from_db()
    assert (job.status, job.created, job.rejected) == ("done", 1, 1)
    assert job.mapping["occurred_at"] == {
        "column": "Datum", "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Rome",
    }  # fmt: skip
    assert Touchpoint.objects.visible_to(SYSTEM).get().subject == "Grüße"


def test_a_mapping_that_lacks_something_is_told_and_not_started(people: People) -> None:
    job = draft(people)
    answer = send(people, job, action="start", **{"column-account": ""})
    assert answer.status_code == 400 and "Neither mapped nor given a default: Account." in answer.content.decode()
    refused = send(people, job, action="start", **{"column-account": "Nope"})
    assert refused.status_code == 422 and ImportJob.objects.get().status == JobStatus.DRAFT


def test_json_by_hand_wins_over_the_choices(people: People) -> None:
    job = draft(people)
    by_hand = {"account": "Kunde", "occurred_at": {"value": "2026-01-01"}, "type": "Art", "channel": {"value": "web"}}
    send(people, job, action="start", by_hand="on", mapping=json.dumps(by_hand))
    job.refresh_from_db()
    assert job.mapping == by_hand


def test_the_json_follows_the_choices(people: People) -> None:
    """Also where only the preview is sent: using it instead would discard them."""
    job = draft(people)
    was = page(people, job).context["form"]["mapping"].value()
    sent = {"mapping": was.replace("\n", "\r\n"), "initial-mapping": was, "column-subject": "", "column-notes": "Titel"}
    shown = send(people, job, action="look", **sent)
    mapping = json.loads(shown.context["form"]["mapping"].value())
    assert (json.loads(was)["subject"], mapping.get("subject"), mapping["notes"]) == ("Titel", None, "Titel")
    assert mapping["channel"] == {"column": "Via", "values": {"Tel": "phone"}}
    address, swapped = reverse("import_map", args=[job.pk]), {"HX-Request": "true"}
    piece = client_for(people.owner).post(address, CHOSEN | sent, headers=swapped).content.decode()
    assert piece.count("&quot;notes&quot;: &quot;Titel&quot;") == 2 and 'id="by-hand" hx-swap-oob="true"' in piece
    taken = send(people, job, action="start", by_hand="on", mapping=json.dumps(mapping))
    assert taken.status_code == 303 and ImportJob.objects.get().mapping == mapping


@pytest.mark.parametrize("ticked", [{"by_hand": "on"}, {}])
def test_json_changed_by_hand_stays_as_it_was_typed(people: People, ticked: dict[str, str]) -> None:
    job = draft(people)
    sent = {"mapping": '{"account": "Kunde"}', "initial-mapping": '{"account": "Via"}'} | ticked
    assert send(people, job, **sent).context["form"]["mapping"].value() == sent["mapping"]
    address, swapped = reverse("import_map", args=[job.pk]), {"HX-Request": "true"}
    piece = client_for(people.owner).post(address, CHOSEN | sent, headers=swapped).content.decode()
    assert 'id="by-hand"' not in piece


def test_fields_that_are_missing_have_the_names_the_page_shows(people: People) -> None:
    """And those of a mapping where a program asks."""
    job = draft(people)
    shown = send(people, job, **{"column-occurred_at": "", "column-channel": ""})
    missing = [kind_of("touchpoints").title(name) for name in ("channel", "occurred_at")]
    assert shown.context["preview"].problem == f"Neither mapped nor given a default: {', '.join(missing)}."
    assert not {"channel", "occurred_at"} & set(missing)


def test_another_encoding_and_another_sheet_may_be_chosen(people: People) -> None:
    job = draft(people, b"Name\nMiller\nM\xfcller\n", "accounts")
    client = client_for(people.owner)
    asked = reverse("import_reading", args=[job.pk])
    assert client.post(asked, {"encoding": "cp1252", "delimiter": "comma"}).status_code == 302
    assert "Müller" in page(people, job).content.decode()
    book = draft(people, workbook([["A"], ["1"]], second=[["Name"], ["Acme"]]), "accounts", "a.xlsx")
    client.post(reverse("import_reading", args=[book.pk]), {"sheet": "Other"})
    assert page(people, book).context["head"].header == ["Name"]
    assert client.post(asked, {"encoding": "klingon"}).status_code == 422


def test_own_field_names_map_by_themselves() -> None:
    for kind in kinds():
        names = [field.name for field in kind.fields]
        assert guess(kind, names) == {name: name for name in names}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.key)
def test_ready_mappings_fit_their_exports_and_name_fields_of_ours(kind: Any) -> None:
    for ready in kind.ready:
        columns = [*ready.needs, "Something else"]
        assert ready in ready_for(kind, columns) and set(ready.mapping) <= set(kind.by_name)
        needed = {field.name for field in kind.fields if field.required}
        assert needed <= {*ready.mapping, *ready.defaults}
        assert set(fitted(ready.mapping, columns)) < set(ready.mapping)


def test_a_hubspot_export_is_known_by_its_columns(people: People) -> None:
    body = b"Record ID,Company name,Industry,Whatever\n17,Acme,Steel,x\n"
    shown = page(people, draft(people, body, "accounts"))
    form = shown.context["form"]
    assert [ready.title for ready in shown.context["offers"].ready] == ["HubSpot companies"]
    assert (form["column-external_id"].value(), form["default-source"].value()) == ("Record ID", "hubspot")
    assert [row.outcome for row, _ in shown.context["preview"].rows] == ["created"]


def test_a_salesforce_export_is_known_whatever_its_capitals_and_dates(people: People) -> None:
    body = b"Activity ID,Company / Account,DATE,Subject\n1,Acme,11/22/2026,Hello\n2,Acme,11/19/2026,Again\n"
    shown = page(people, draft(people, body))
    form = shown.context["form"]
    assert [ready.title for ready in shown.context["offers"].ready] == ["Salesforce tasks"]
    assert form["column-occurred_at"].value() == "DATE"
    assert form.fields["format-occurred_at"].choices[0] == ("", "As it looks: 11/22/2026")
    loaded = draft(people, b"Id,Name,ParentId\n001,Acme,\n", "accounts")
    form = page(people, loaded).context["form"]
    assert [form[f"column-{name}"].value() for name in ("external_id", "name", "parent")] == ["Id", "Name", "ParentId"]


@pytest.mark.parametrize(
    ("samples", "found"),
    [
        (["2026-11-22", "2026-11-22T09:30"], ""),
        (["22.11.2026", "01.02.2026"], "%d.%m.%Y"),
        (["02/22/2026", "01/02/2026"], "%m/%d/%Y"),
        (["01/02/2026"], "%d/%m/%Y"),
        (["22.11.2026", "21.11.2026", "soon"], "%d.%m.%Y"),
        (["yes", "no"], ""),
        ([], ""),
    ],
)
def test_the_way_dates_are_written_is_guessed(samples: list[str], found: str) -> None:
    assert guess_format(samples) == found


def test_the_page_asks_the_same_number_of_questions_for_1_and_3_rows(
    people: People, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for body in (b"name\nA\n", b"name\nA\nB\nC\n"):
        job = draft(people, body, "accounts")
        address = reverse("import_map", args=[job.pk])
        client = client_for(people.owner)
        client.get(address)
        with django_assert_max_num_queries(40) as found:
            client.get(address)
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert kind_of("accounts").title("name") == "Name"


ACCOUNTS = b"Name;Umsatz;Ende\nAcme;450.000;22.11.2026\nBeta;1.250.000,50;01.12.2026\nGamma;5.000;02.12.2026\n"
OF_ACCOUNTS = {"column-name": "Name", "column-account_revenue": "Umsatz", "column-renewal_on": "Ende", "zone": "UTC"}


def test_how_numbers_and_dates_are_written_is_found_for_the_column_that_is_chosen(people: People) -> None:
    job = draft(people, ACCOUNTS, "accounts")
    shown = post(people, job, OF_ACCOUNTS)
    read = [row.values["account_revenue"] for row, _ in shown.context["preview"].rows]
    assert read == ["450000.00", "1250000.50", "5000.00"]
    assert {example for _, example in shown.context["preview"].ways} == {"1.234,50", "22.11.2026"}
    plain = post(people, job, OF_ACCOUNTS | {"format-account_revenue": "plain"}).context["preview"]
    assert plain.rejected == 3 and "ambiguous" in plain.rows[0][0].remarks[0]


def test_where_most_would_be_rejected_import_asks_once_more(people: People) -> None:
    job = draft(people, ACCOUNTS, "accounts")
    wrong = OF_ACCOUNTS | {"format-renewal_on": "%Y%m%d", "action": "start"}
    asked = post(people, job, wrong)
    form = asked.content.decode().partition(f'action="{reverse("import_map", args=[job.pk])}"')[2]
    head = form.partition('id="columns"')[0]
    assert asked.status_code == 422 and "3 of the first 3 rows would be rejected." in head
    assert ("Import anyway" in head, "autofocus" in head, 'name="sure" value="3/3"' in head) == (True, True, True)
    assert ImportJob.objects.get().status == JobStatus.DRAFT
    post(people, job, wrong | {"sure": "3/3"})
    assert ImportJob.objects.get().status == JobStatus.QUEUED


def test_rejected_lines_sent_again_keep_the_mapping_they_came_with(people: People) -> None:
    post(people, draft(people, ACCOUNTS, "accounts"), OF_ACCOUNTS | {"action": "start", "column-renewal_on": ""})
    again = b"rejected_line;rejected_because;Name;Umsatz;Ende\n2;why;Acme;450.000;22.11.2026\n"
    shown = page(people, draft(people, again, "accounts"))
    form = shown.context["form"]
    chosen = [form[f"column-{name}"].value() for name in ("name", "account_revenue", "renewal_on")]
    assert (chosen, shown.context["offers"].last.status) == (["Name", "Umsatz", None], JobStatus.QUEUED)
    assert page(people, draft(people, again, "accounts"), use="guess").context["form"]["column-name"].value() == "Name"


def test_a_kept_mapping_whose_columns_all_exist_may_be_chosen(people: People) -> None:
    post(people, draft(people, ACCOUNTS, "accounts"), OF_ACCOUNTS | {"action": "start", "save_as": "Weekly"})
    wider = draft(people, b"More;" + ACCOUNTS.replace(b"\n", b"\n;").rstrip(b";"), "accounts")
    saved = SavedMapping.objects.get()
    assert page(people, wider).context["offers"].others == [saved]
    form = page(people, wider, use=str(saved.pk)).context["form"]
    assert form["column-account_revenue"].value() == "Umsatz"


def test_times_are_in_the_zone_of_the_person(people: People) -> None:
    people.owner.timezone = "America/Lima"
    people.owner.save()
    shown = page(people, draft(people))
    assert shown.context["form"]["zone"].value() == "America/Lima"
    assert "2026-11-05 14:30 UTC" in shown.context["preview"].rows[0][1]


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0"])
def test_a_picture_called_csv_is_refused_when_it_is_uploaded(people: People, head: bytes) -> None:
    sent = {"kind": "accounts", "file": SimpleUploadedFile("a.csv", head + b"name\nAcme\n")}
    answer = client_for(people.owner).post(reverse("import_new"), sent)
    assert answer.status_code == 400 and "This is no text file" in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_a_workbook_called_csv_is_said_to_be_one(people: People) -> None:
    shown = page(people, draft(people, workbook([["Name"], ["Acme"]]), "accounts", "a.csv"))
    assert "Excel workbook" in shown.content.decode()
    assert [row.outcome for row, _ in shown.context["preview"].rows] == ["created"]


def test_where_no_column_is_known_the_page_says_so(people: People) -> None:
    shown = page(people, draft(people, b"Foo;Bar\n1;2\n", "accounts"))
    assert shown.context["preview"].problem == "No field of ours has a column yet."


def test_a_file_of_column_names_alone_is_said_to_hold_nothing_and_not_started(people: People) -> None:
    job = draft(people, b"Kunde;Datum;Art;Via;Titel\n\n")
    said = "no rows below its column names"
    shown = page(people, job).content.decode()
    assert said in shown and 'value="start"' not in shown
    refused = send(people, job, action="start")
    assert (refused.status_code, [said in line for line in refused.context["form"].non_field_errors()]) == (400, [True])
    job.refresh_from_db()
    assert job.status == JobStatus.DRAFT
    assert 'value="start"' in page(people, draft(people)).content.decode()


def test_silence_of_imported_customers_is_spread_unless_one_says_otherwise(people: People) -> None:
    body = b"Name,Since\nAcme,2019-05-01\nBeta,2019-05-01\n"
    sent = {"zone": "UTC", "column-name": "Name", "column-customer_since": "Since", "action": "start"}
    day = reporting_day(clock.now())
    room = [day - timedelta(days=n) for n in reversed(range(IDEAL.days))]
    room = [day for day in room if (day + IDEAL).isoweekday() < 6]
    place = room[int(len(room) * (2 * GOLDEN - 1))]  # of the one new customer, on line 2
    for chosen, first in (("today", day), ("spread", place), ("customer_since", None)):
        job = draft(people, body.replace(b"Acme", chosen.encode()), "accounts")
        form = page(people, job, use="guess").context["form"]
        assert form["default-silence_from_on"].value() == "spread"
        assert [str(row.hint)[:7] for row in form.used_rows if row.field.name == "silence_from_on"] == ["Spread:"]
        answer = client_for(people.owner).post(
            reverse("import_map", args=[job.pk]), sent | {"default-silence_from_on": chosen}
        )
        assert answer.status_code == 303
        drain()
        begun = Account.objects.visible_to(SYSTEM).get(name=chosen).silence_from_on
        assert begun == first


def test_another_day_that_a_mapping_says_is_kept_by_hand(people: People) -> None:
    job = draft(people, b"Name\nAcme\n", "accounts")
    mapping = {"name": "Name", "silence_from_on": {"value": "2026-01-05"}}
    initial = initial_of(kind_of("accounts"), head_of(job), Settings(mapping))
    assert initial["by_hand"] is True


def test_columns_that_nothing_takes_are_named(people: People) -> None:
    body = BODY.replace("Titel\n", "Titel;Farbe\n").replace("Grüße\n", "Grüße;rot\n").replace("Über\n", "Über;blau\n")
    job = draft(people, body.encode())
    assert page(people, job).context["form"].unused_columns == ["Farbe"]
    assert "<b>Farbe</b>" in page(people, job).content.decode()
    taken = send(people, job, **{"column-notes": "Farbe", "action": "look"})
    assert taken.context["form"].unused_columns == []
