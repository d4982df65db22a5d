"""Which accounts and contacts may mean the same, and who is told."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from accounts.duplicates import finding, sql
from accounts.duplicates.finding import find_pairs, plan_search
from accounts.duplicates.pairs import account_pairs, ask_again, contact_pairs, dismiss
from accounts.models import Account, AccountPair, Contact, ContactPair, ExternalId
from accounts.services.accounts import edit_account
from kam.core import clock
from kam.core.errors import NotVisible
from kam.exchange.running import IMPORT_REQUESTED
from kam.outbox import dispatch
from kam.outbox.models import OutboxMessage
from kam.outbox.planner import BEGINNING
from kam.outbox.publish import publish
from tests.factories import SYSTEM, make_account, make_contact
from tests.personas import Company, principal

pytestmark = pytest.mark.django_db


def found(*accounts: Account) -> list[tuple[set[str], list[str]]]:
    find_pairs([account.pk for account in accounts])
    pairs = account_pairs(SYSTEM).order_by("-score", "id")
    return [({pair.account.name, pair.other.name}, pair.reasons) for pair in pairs]


def test_names_that_differ_in_legal_form_or_a_slip_are_alike() -> None:
    one = make_account(name="Käthe Müller GmbH & Co. KG")
    make_account(name="Kathe Muller")
    make_account(name="Kathe Mueller AG")
    make_account(name="Something else GmbH & Co. KG")
    assert found(one) == [
        ({"Käthe Müller GmbH & Co. KG", "Kathe Muller"}, ["same_name"]),
        ({"Käthe Müller GmbH & Co. KG", "Kathe Mueller AG"}, ["similar_name"]),
    ]


def test_website_external_id_email_and_phone_are_evidence() -> None:
    one = make_account(name="Alpha", website="https://www.Alpha.example/about", external_ref=("crm", "C-1"))
    make_account(name="Beta", website="alpha.example")
    make_account(name="Gamma", external_ref=("erp", "C-1"))
    make_contact(one, email="Kim@alpha.example", phone="+49 (30) 123-4567")
    make_contact(make_account(name="Delta"), email="kim@alpha.example")
    make_contact(make_account(name="Epsilon"), phone="004930 1234567")
    make_contact(make_account(name="Zeta"), phone="+49301234567")
    assert sorted((sorted(names), reasons) for names, reasons in found(one)) == [
        (["Alpha", "Beta"], ["same_website"]),
        (["Alpha", "Delta"], ["same_email"]),
        (["Alpha", "Gamma"], ["same_external_id"]),
        (["Alpha", "Zeta"], ["same_phone"]),
    ]


def test_what_many_share_is_no_evidence() -> None:
    accounts = [make_account(name=name * 5, website="shop.example") for name in "abcdefgh"]
    assert found(*accounts) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Firma 20", "Firma 59"),
        ("Filiale 12 Nord", "Filliale 13 Nord"),
        ("Kiosk", "Kiosk 7"),
        ("Elvika Insurance Bern", "Elvika Insurance Basel"),
        ("Volksbank Raiffeisen Kleve", "Volksbank Raiffeisen Trier"),
    ],
)
def test_other_number_or_other_word_makes_another_name(one: str, other: str) -> None:
    make_account(name=other)
    assert found(make_account(name=one)) == []


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Firma 20", "Firma 20 GmbH", "same_name"),
        ("Filiale 12 Nord", "Filliale 12 Nord", "similar_name"),
        ("Elvika Insurance Bern", "Elvika Insurence Bern", "similar_name"),
        ("Zurla Clinics", "Zurla Clinics Basel", "similar_name"),
        ("North Wind Traders", "Northwind Traders", "similar_name"),
        ("Marine Logistics", "Logistics Marine", "same_name"),
    ],
)
def test_slip_added_word_or_other_order_makes_a_pair(one: str, other: str, reason: str) -> None:
    make_account(name=other)
    assert found(make_account(name=one)) == [({one, other}, [reason])]


def test_how_many_share_is_counted_among_what_the_reader_sees(company: Company) -> None:
    people = company.people
    mine = [make_account(name=name * 5, website="shop.example", owner=people.owner) for name in "abc"]
    others = [make_account(name=name * 5, website="shop.example", owner=people.outsider) for name in "defgh"]
    find_pairs([account.pk for account in [*mine, *others]])
    listed = {who: account_pairs(principal(getattr(people, who))).count() for who in ("owner", "outsider", "admin")}
    assert listed == {"owner": 3, "outsider": 10, "admin": 0}


def test_likelier_pair_of_an_account_in_a_crowd_is_listed() -> None:
    crowd = [make_account(name=name * 5, website="shop.example") for name in "abcdefg"]
    twin = make_account(name="aaaaa GmbH", website="shop.example")
    assert found(*crowd, twin) == [({"aaaaa", "aaaaa GmbH"}, ["same_name", "same_website"])]


def test_dismissed_pairs_stay_part_of_the_crowd() -> None:
    crowd = [make_account(name=name * 5, website="shop.example") for name in "abcdefg"]
    found(*crowd)
    for pair in AccountPair.objects.visible_to(SYSTEM).filter(account=crowd[0]):
        dismiss(by=SYSTEM, kind="account", pair_ids=[pair.pk], now=clock.now())
    assert account_pairs(SYSTEM).count() == 0


def test_switchboard_of_very_many_is_not_stored() -> None:
    make_account(name="first", website="shop.example")
    at_most = [make_account(name=uuid4().hex, website="shop.example") for _ in range(sql.LOOKED_AT)]
    find_pairs([at_most[0].pk])
    assert AccountPair.objects.visible_to(SYSTEM).count() == sql.LOOKED_AT
    one_more = make_account(name="last", website="shop.example")
    find_pairs([at_most[0].pk, one_more.pk])
    assert AccountPair.objects.visible_to(SYSTEM).count() == 0


def test_name_like_very_many_is_paired_by_equality_alone() -> None:
    names = [f"Filiale Nordwest Hafenstrasse {number}" for number in range(sql.LOOKED_AT + 1)]
    Account.objects.bulk_create(Account(name=name, name_sort=name.lower()) for name in names)
    slip = make_account(name="Filiale Nordwets Hafenstrasse 7")
    equal = make_account(name="Filiale Nordwest Hafenstrasse 7 GmbH")
    assert found(slip, equal) == [({names[7], equal.name}, ["same_name"])]


def test_pairs_follow_what_accounts_are_called_now() -> None:
    one, other = make_account(name="Northwind Traders"), make_account(name="Northwind Traders Ltd")
    assert len(found(one)) == 1
    edit_account(by=SYSTEM, now=clock.now(), account=one, changes={"name": "Southsea"})
    assert found(one) == []
    assert AccountPair.objects.visible_to(SYSTEM).count() == 0
    edit_account(by=SYSTEM, now=clock.now(), account=one, changes={"name": "Northwind Traders"})
    assert len(found(other)) == 1


def test_dismissed_pair_stays_dismissed_until_asked_for_again() -> None:
    one = make_account(name="Northwind Traders")
    make_account(name="Northwind Traders Ltd")
    found(one)
    pair = account_pairs(SYSTEM).get()
    dismiss(by=SYSTEM, kind="account", pair_ids=[pair.pk], now=clock.now())
    assert found(one) == []
    pair.refresh_from_db()
    assert ask_again(by=SYSTEM, kind="account", dismissed_at=pair.dismissed_at) == 1
    assert len(found(one)) == 1


def test_people_of_one_account_are_compared_with_each_other_only() -> None:
    account = make_account()
    kim = make_contact(account, first_name="Kim", last_name="Roe", email="kim@x.example")
    twin = make_contact(account, first_name="Kimberly", last_name="Roe-Smith", email="KIM@x.example")
    make_contact(account, first_name="Ann", last_name="Other")
    make_contact(make_account(name="elsewhere"), first_name="Kim", last_name="Roe")
    find_pairs([account.pk])
    pair = ContactPair.objects.visible_to(SYSTEM).get()
    assert ({pair.contact_id, pair.other_id}, pair.reasons) == ({kim.pk, twin.pk}, ["same_email"])


def test_pair_with_an_invisible_account_tells_nothing(company: Company) -> None:
    mine = make_account(name="Canary Foreign", owner=company.people.owner, team=company.people.north_one)
    find_pairs([mine.pk])
    assert account_pairs(principal(company.people.admin)).count() == 1
    pair = account_pairs(SYSTEM).get()
    for person in (company.people.owner, company.people.outsider, company.people.leader):
        assert account_pairs(principal(person)).count() == 0
        with pytest.raises(NotVisible):
            dismiss(by=principal(person), kind="account", pair_ids=[pair.pk], now=clock.now())
    assert contact_pairs(principal(company.people.newcomer)).count() == 0


def test_portions_of_a_large_search_come_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise an import would wait in the queue behind all of them."""
    monkeypatch.setattr(finding, "AT_ONCE", 1)
    for number in range(3):
        make_account(name=f"Company {number}")
    now = clock.now()
    plan_search(now - timedelta(days=1), now)
    messages = OutboxMessage.objects.filter(topic=finding.FIND_DUE).order_by("id")
    at = [message.available_at for message in messages]
    assert at[0] <= clock.now()
    assert at[1:] == [now + finding.PAUSE, now + 2 * finding.PAUSE]
    plan_search(now, clock.now())
    assert messages.count() == 3  # those wait already
    messages.update(attempts=1)  # what is in hand may have read the rows before they changed
    plan_search(now, clock.now())
    assert messages.count() == 6


def test_an_import_overtakes_portions_that_are_late() -> None:
    """They may be: the worker was away, or a portion took longer than the pause between two."""
    late = clock.now() - timedelta(hours=1)
    for _ in range(2):
        publish(finding.FIND_DUE, {"ids": []}, available_at=late)
    publish(IMPORT_REQUESTED, {"job": "1"}, available_at=late + timedelta(minutes=50))
    claimed = [dispatch.claim("db", token=uuid4()) for _ in range(3)]
    assert [message and message.topic for message in claimed] == [IMPORT_REQUESTED, finding.FIND_DUE, finding.FIND_DUE]


def test_search_looks_at_everything_first_and_then_at_what_changed() -> None:
    old, renamed = make_account(name="Old"), make_account(name="Renamed")
    past = clock.now() - timedelta(days=9)
    Account.objects.visible_to(SYSTEM).update(created_at=past, changed_at=past)
    plan_search(BEGINNING, clock.now())
    assert OutboxMessage.objects.filter(topic="accounts.find_duplicates_due").count() >= 1
    OutboxMessage.objects.all().delete()
    edit_account(by=SYSTEM, now=clock.now(), account=renamed, changes={"website": "renamed.example"})
    edit_account(by=SYSTEM, now=clock.now(), account=old, changes={"tier": "A"})
    OutboxMessage.objects.all().delete()
    plan_search(clock.now() - timedelta(days=1), clock.now())
    assert [message.payload for message in OutboxMessage.objects.all()] == [{"ids": [str(renamed.pk)]}]
    assert ExternalId.objects.visible_to(SYSTEM).count() == 0


def test_lookups_take_the_indexes_made_for_them() -> None:
    """Also where another index knows the same words: a trigram index finds an equal address a hundred times slower."""
    asked = make_account(name="Northwind Traders Ltd")
    Account.objects.bulk_create(Account(name=name, name_sort=name) for name in (uuid4().hex[:16] for _ in range(2_000)))
    Contact.objects.bulk_create(
        Contact(account=asked, first_name="A", last_name="B", name_sort=name, email=f"{name}@x.example", phone=number)
        for name, number in ((uuid4().hex, str(uuid4().int)[:12]) for _ in range(1_000))
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('account_core_trigram')")
        cursor.execute("ANALYZE accounts_account, accounts_contact")
        cursor.execute("SET LOCAL random_page_cost = 40")  # as in a large company it would rather read the whole table
        cursor.execute(sql.BY_BITMAP)
        cursor.execute(f"EXPLAIN {sql.ACCOUNT_PAIRS}", {"ids": [asked.pk]})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    taken = {name for name in re.findall(r"(?:on|using) (\w+)", plan) if not name.startswith("accounts_")}
    assert taken >= {"account_core_trigram", "account_core", "account_domain", "contact_email", "contact_digits"}
    assert "contact_email_trigram" not in taken
