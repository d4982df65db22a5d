"""The history of an account in words: what changed, who did it, page by page."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.changes import account_changes
from accounts.enums import MemberRole
from accounts.services.accounts import edit_account
from accounts.services.contacts import create_contact, edit_contact
from accounts.services.members import remove_member, set_member
from kam.audit.context import recorded
from kam.core.errors import BadInput
from tests.personas import Company, client_for, principal

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def changed(company: Company) -> Company:
    people, account = company.people, company.account
    by = principal(people.owner)
    with recorded(via="web", by=by):
        edit_account(by=by, now=NOW, account=account, changes={"tier": "B"})
        edit_account(by=by, now=NOW, account=account, changes={"tier": "A", "parent": None, "owner": people.owner})
        contact = create_contact(by=by, account=account, first_name="Ana", last_name="Ito")
        for changes in ({"job_title": "CFO"}, {"relation": "partner", "buying_roles": ["sponsor"]}):
            contact = edit_contact(by=by, contact=contact, changes=changes)
    with recorded(via="web", by=principal(people.leader)):
        leader = principal(people.leader)
        for role in (MemberRole.TECHNICAL, MemberRole.FINANCE):
            set_member(by=leader, account=account, user=people.outsider, role=role, now=NOW)
        remove_member(by=leader, account=account, user=people.outsider)
    return company


def told(
    company: Company, who: str = "owner", **kwargs: str
) -> list[tuple[str, str, list[tuple[str, str, str]] | None]]:
    changes = account_changes(principal(getattr(company.people, who)), company.account, **kwargs)
    return [
        (e.who, e.what + (" gone" if e.became else ""), e.changes and [(c.label, c.before, c.after) for c in e.changes])
        for e in changes.entries
    ]


def test_changes_are_told_in_words(changed: Company) -> None:
    found = told(changed)
    assert ("Olga Owner", "The account", [("Tier", "Tier B", "Tier A")]) in found
    edited = [("Relation", "Customer", "Partner"), ("Buying roles", "–", "Sponsor")]
    assert ("Olga Owner", "Ana Ito", edited) in found
    assert ("Lena Leader", "Otto Outsider on the account team gone", None) in found
    assert len(found) == 6
    assert told(changed, "sibling_leader") == []


def test_pages_hold_every_change_once(changed: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = told(changed)
    monkeypatch.setattr("accounts.changes.PER_PAGE", 1)
    seen, older = [], None
    while True:
        page = account_changes(principal(changed.people.owner), changed.account, before=older)
        seen += page.entries
        older = page.older
        if older is None:
            break
    assert len(seen) == len(everything) == 6
    for wrong in ("x", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00~0~1", "2026-13-01T00:00:00Z~0~1", "~~"):
        with pytest.raises(BadInput):
            account_changes(principal(changed.people.owner), changed.account, before=wrong)


def test_page_takes_the_same_queries_for_few_and_many(changed: Company) -> None:
    client, by, counts = client_for(changed.people.owner), principal(changed.people.owner), []
    url = f"/accounts/{changed.account.pk}/history/"
    for size in (1, 3, 30):
        with recorded(via="web", by=by):
            for number in range(size):
                edit_account(by=by, now=NOW, account=changed.account, changes={"industry": f"{size} {number}"})
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url)
        counts.append(len(queries))
        assert "Olga Owner" in page.content.decode()
    assert counts[0] == counts[1] == counts[2] <= 12
