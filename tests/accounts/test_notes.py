"""Notes, favourites and the accounts opened last: whose they are, who changes them, and where they are shown."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.at_hand import favourites_of, recent_visits
from accounts.models import Account, AccountMember, Note, Visit
from accounts.services.marks import record_visit, set_favourite
from accounts.services.notes import add_note, delete_note, edit_note
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.people.models import User
from kam.people.principal import Principal
from tests.personas import Company, client_for, make_account, principal

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
WHY = {"reason": "tests"}


def write(by: User, account: Account, text: str = "Words", **fields: object) -> Note:
    return add_note(by=principal(by), account=account, text=text, now=NOW, **fields)


@pytest.mark.parametrize(
    ("by", "words", "pin", "gone"),
    [
        ("owner", None, None, None),  # its author
        ("leader", None, None, None),
        ("admin", None, None, None),
        ("teammate", "not_your_note", None, "not_your_note"),
        ("outsider", "not_found", "not_found", None),
    ],
)
def test_who_changes_a_note(company: Company, by: str, words: str | None, pin: str | None, gone: str | None) -> None:
    note, user = write(company.people.owner, company.account), principal(getattr(company.people, by))

    def refusal(text: str) -> str | None:
        try:
            edit_note(by=user, note=note, text=text, pinned=True)
        except DomainError as error:
            return error.code
        return None

    assert (refusal("Words"), refusal("Others")) == (pin, words)
    if by == "outsider":
        return
    try:
        delete_note(by=user, note=note)
    except DomainError as error:
        assert error.code == gone
    assert Note.objects.all_for_system(**WHY).exists() == (gone is not None)


def test_a_note_has_words_but_not_too_many(company: Company) -> None:
    owner = company.people.owner
    for text, code in (("  \n", "text_missing"), ("x" * 5001, "text_too_long")):
        with pytest.raises(DomainError) as refused:
            write(owner, company.account, text)
        assert refused.value.code == code
    assert write(owner, company.account, f"  {'x' * 5000} ").text == "x" * 5000


def test_an_edit_knows_who_was_faster_and_the_history_keeps_both(company: Company) -> None:
    owner = principal(company.people.owner)
    note = write(company.people.owner, company.account)
    assert edit_note(by=owner, note=note, text="Words", pinned=False, version=1).version == 1
    assert edit_note(by=owner, note=note, text="More", pinned=False, version=1).version == 2
    with pytest.raises(Conflict):
        edit_note(by=owner, note=note, text="Late", pinned=False, version=1)
    delete_note(by=owner, note=note)
    events = Note.pgh_event_model.objects.all_for_system(**WHY).order_by("pgh_id")
    assert [(event.pgh_label, event.text) for event in events] == [("update", "More"), ("delete", "More")]
    with pytest.raises(NotVisible):
        edit_note(by=owner, note=note, text="Gone", pinned=False)


def test_notes_are_written_once_edited_and_shown_pinned_first(company: Company) -> None:
    client, url = client_for(company.people.owner), f"/accounts/{company.account.pk}/notes/"
    row = client.get(url).context["form"]["row"].value()
    for _ in range(2):
        assert client.post(url, {"text": "First", "row": row}).status_code == 303
    client.post(url, {"text": "Second"})
    [second, first] = Note.objects.all_for_system(**WHY).order_by("-created_at")
    assert (first.text, first.author) == ("First", company.people.owner)
    edit = f"/notes/{first.pk}/edit/"
    assert client.post(edit, {"text": "First!", "pinned": "on", "version": 1}).status_code == 303
    assert client.post(edit, {"text": "Late", "version": 1}).status_code == 422
    for address in (url, f"/accounts/{company.account.pk}/"):
        text = client.get(address).content.decode()
        assert 0 < text.index("First!") < text.index("Second")
    assert client.post(f"/notes/{first.pk}/delete/").status_code == 303
    assert [note.text for note in client.get(url).context["page"].rows] == ["Second"]


def test_a_second_click_makes_no_second_note(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both requests have looked before either has written."""
    client, url = client_for(company.people.owner), f"/accounts/{company.account.pk}/notes/"
    row = client.get(url).context["form"]["row"].value()
    assert client.post(url, {"text": "Once", "row": row}).status_code == 303
    monkeypatch.setattr("accounts.views.notes.notes_of", lambda *_: Note.objects.visible_to(Principal.nobody()))
    assert client.post(url, {"text": "Once", "row": row}).status_code == 422
    assert Note.objects.all_for_system(**WHY).count() == 1


def test_favourites_are_ones_own_and_only_while_one_sees_them(company: Company) -> None:
    people, account = company.people, company.account
    beta = make_account("Beta", owner=people.owner, team=people.north_one)
    for one in (beta, account):
        for _ in range(2):
            set_favourite(by=principal(people.owner), account=one, favourite=True)
    set_favourite(by=principal(people.teammate), account=account, favourite=True)
    set_favourite(by=principal(people.leader), account=beta, favourite=True)
    set_favourite(by=principal(people.owner), account=beta, favourite=False)
    assert [list(favourites_of(principal(user))) for user in (people.owner, people.teammate, people.leader)] == [
        [account], [account], [beta],
    ]  # fmt: skip
    AccountMember.objects.all_for_system(**WHY).delete()
    assert list(favourites_of(principal(people.teammate))) == []


def test_star_and_list_say_what_is_a_favourite(company: Company) -> None:
    client, page = client_for(company.people.owner), f"/accounts/{company.account.pk}/"
    make_account("Beta", owner=company.people.owner, team=None)
    for value, pressed, listed in (("1", "true", ["Alpha Works"]), ("0", "false", [])):
        assert client.post(f"{page}favourite/", {"favourite": value}).headers["Location"] == page
        assert f'aria-pressed="{pressed}"' in client.get(page).content.decode()
        rows = client.get("/accounts/", {"at_hand": "favourite"}).context["page"].rows
        assert [row.account["name"] for row in rows] == listed
        assert all(row.account["is_favourite"] for row in rows)


def test_accounts_opened_last_are_remembered_now_and_then(company: Company) -> None:
    people, seen = company.people, []
    beta = make_account("Beta", owner=people.owner, team=None)
    for account, minutes in ((company.account, 0), (beta, 1), (company.account, 9), (company.account, 11)):
        moment = NOW + timedelta(minutes=minutes)
        last = Visit.objects.all_for_system(**WHY).filter(account=account).values_list("opened_at", flat=True).first()
        record_visit(by=principal(people.owner), account=account, last=last, now=moment)
        seen.append([visit.account.name for visit in recent_visits(principal(people.owner))])
    assert seen == [
        ["Alpha Works"], ["Beta", "Alpha Works"], ["Beta", "Alpha Works"], ["Alpha Works", "Beta"],
    ]  # fmt: skip
    assert Visit.objects.all_for_system(**WHY).count() == 2
    assert list(recent_visits(principal(people.leader))) == []


def test_the_page_remembers_that_it_was_opened_by_one_statement(company: Company) -> None:
    client, counts = client_for(company.people.owner), []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/accounts/{company.account.pk}/")
        counts.append(len(queries))
    assert (counts[0] - counts[1], counts[1] - counts[2]) == (1, 0)
    rows = client.get("/accounts/", {"at_hand": "recent"}).context["page"].rows
    assert [row.account["name"] for row in rows] == ["Alpha Works"]
    assert client.get("/accounts/", {"at_hand": "x"}).status_code == 400


def test_queries_of_the_notes_do_not_grow(company: Company) -> None:
    client, counts = client_for(company.people.owner), []
    for size in (1, 3, 30):
        while Note.objects.all_for_system(**WHY).count() < size:
            write(company.people.owner, company.account)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(f"/accounts/{company.account.pk}/notes/").context["page"].rows) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 12
