"""The forms of accounts and contacts: what they offer, what they refuse, what they keep."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.days import reporting_day
from accounts.models import Account, Contact
from accounts.services.accounts import EDITABLE as ACCOUNT_FIELDS
from accounts.services.contacts import EDITABLE as CONTACT_FIELDS
from kam.core import clock
from kam.people.models import User
from tests.personas import Company, client_for, make_account


def data(**fields: Any) -> dict[str, Any]:
    return {"name": "Beta Ltd", "lifecycle": "active", "currency": "EUR", **fields}


def read(account: Account) -> Account:
    return Account.objects.all_for_system(reason="tests").get(pk=account.pk)


def edit(user: User, account: Account, **fields: Any) -> Any:
    return client_for(user).post(f"/accounts/{account.pk}/edit/", data(version=account.version, **fields))


def test_a_new_account_is_its_creators(company: Company) -> None:
    people = company.people
    response = client_for(people.owner).post("/accounts/new/", data())
    account = Account.objects.all_for_system(reason="tests").get(name="Beta Ltd")
    assert response.status_code == 303
    assert response.headers["Location"] == f"/accounts/{account.pk}/"
    assert (account.owner, account.team) == (people.owner, people.north_one)


def test_choices_are_those_one_may_make(company: Company) -> None:
    people = company.people
    make_account("Canary sibling", owner=people.outsider, team=people.south_one)
    form = client_for(people.owner).get("/accounts/new/").context["form"]
    assert [str(user) for user in form.fields["owner"].queryset] == ["Olga Owner"]
    assert [str(team) for team in form.fields["team"].queryset] == ["North One"]
    assert [str(parent) for parent in form.fields["parent"].queryset] == ["Alpha Works"]


@pytest.mark.parametrize("field", ["owner", "team", "parent"])
def test_what_is_not_offered_is_refused(company: Company, field: str) -> None:
    people = company.people
    foreign = {"owner": people.outsider, "team": people.south_one, "parent": company.foreign_account}[field]
    response = client_for(people.owner).post("/accounts/new/", data(**{field: str(foreign.pk)}))
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_present_owner_stays_when_a_teammate_edits(company: Company) -> None:
    people = company.people
    response = edit(
        people.teammate, company.account, owner=str(people.owner.pk), team=str(people.north_one.pk), name="Renamed"
    )
    assert response.status_code == 303
    assert (read(company.account).name, read(company.account).owner) == ("Renamed", people.owner)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"lifecycle": "prospect", "customer_since": "2020-01-01"}, "customer_since"),
        ({"currency": "euro"}, "currency"),
        ({"currency": "ABC"}, "currency"),
        ({"account_revenue": "much"}, "account_revenue"),
        ({"employees": "-1"}, "employees"),
        ({"employees": "9999999999"}, "employees"),
        ({"customer_since": "0001-01-01"}, "customer_since"),
        ({"renewal_on": "9999-12-31"}, "renewal_on"),
        ({"website": "x" * 201}, "website"),
        ({"tier": "Z"}, "tier"),
        ({"account_revenue": "-1"}, "account_revenue"),
        ({"company_revenue": "-0.01"}, "company_revenue"),
    ],
)
def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    company: Company, fields: dict[str, str], field: str
) -> None:
    response = client_for(company.people.owner).post("/accounts/new/", data(industry="Shipping") | fields)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert 'value="Shipping"' in response.content.decode()
    assert Account.objects.all_for_system(reason="tests").count() == 2


def test_a_conflict_names_who_was_faster_and_both_values(company: Company) -> None:
    people, account = company.people, company.account
    keep = {"owner": str(people.owner.pk), "team": str(people.north_one.pk)}
    assert edit(people.teammate, account, name="First", tier="B", **keep).status_code == 303
    response = edit(people.owner, account, name="Second", **keep)
    assert response.status_code == 422
    assert f"{people.teammate.name} changed this just now, while you were editing." in response.text
    assert [(one.theirs, one.mine) for one in response.context["overtaken"].differences] == [
        ("First", "Second"),
    ]
    assert 'value="Second"' in response.text
    assert read(account).name == "First"
    over = edit(people.owner, account, name="Second", over=str(read(account).version), **keep)
    assert over.status_code == 303
    assert (read(account).name, read(account).tier) == ("Second", "B")


def test_an_own_edit_in_another_tab_is_called_so(company: Company) -> None:
    owner, account = company.people.owner, company.account
    keep = {"owner": str(owner.pk), "team": str(company.people.north_one.pk)}
    assert edit(owner, account, industry="Steel", **keep).status_code == 303
    response = edit(owner, account, name="Mine", **keep)
    assert "You, in another tab, changed this just now" in response.text
    assert [one.label for one in response.context["overtaken"].differences] == ["Name"]


def test_a_second_conflict_is_one_again(company: Company) -> None:
    people, account = company.people, company.account
    keep = {"owner": str(people.owner.pk), "team": str(people.north_one.pk)}
    for name in ("First", "Second"):
        edit(people.teammate, read(account), name=name, **keep)
    assert edit(people.owner, account, name="Mine", over="2", **keep).status_code == 422
    assert read(account).name == "Second"


def test_a_form_sent_twice_makes_one_row(company: Company) -> None:
    client, account = client_for(company.people.owner), company.account
    for address, fields, model in (
        ("/accounts/new/", data(), Account),
        (f"/accounts/{account.pk}/contacts/new/", {"first_name": "Ana", "relation": "customer"}, Contact),
    ):
        row = client.get(address).context["form"]["row"].value()
        before = model.objects.all_for_system(reason="tests").count()
        answers = [client.post(address, fields | {"row": row}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert answers[0].headers["Location"] == answers[1].headers["Location"]
        assert model.objects.all_for_system(reason="tests").count() == before + 1


def test_the_key_of_somebody_elses_form_is_none(company: Company) -> None:
    people = company.people
    row = client_for(people.outsider).get("/accounts/new/").context["form"]["row"].value()
    assert client_for(people.outsider).post("/accounts/new/", data(row=row)).status_code == 303
    assert client_for(people.owner).post("/accounts/new/", data(name="Mine", row=row)).status_code == 303
    assert Account.objects.all_for_system(reason="tests").get(name="Mine").owner == people.owner


def test_a_name_that_is_taken_is_asked_about_once(company: Company) -> None:
    client, taken = client_for(company.people.owner), data(name=" ÁLPHA  works ")
    asked = client.post("/accounts/new/", taken)
    assert asked.status_code == 422
    assert f'href="/accounts/{company.account.pk}/"' in asked.text
    assert client.post("/accounts/new/", taken | {"anyway": "1"}).status_code == 303
    foreign = company.foreign_account
    assert client.post("/accounts/new/", data(name=foreign.name)).status_code == 303


def test_a_new_account_is_filled_in_as_a_customer_of_mine(company: Company) -> None:
    people = company.people
    client = client_for(people.owner)
    form = client.get("/accounts/new/").context["form"]
    today = reporting_day(clock.now())
    assert (form["owner"].value(), form["team"].value()) == (people.owner.pk, people.north_one.pk)
    assert form["customer_since"].value() == today
    assert form.fields["tier"].choices[0] == ("", "No tier")
    client.post("/accounts/new/", data(name="Prospect", lifecycle="prospect", customer_since=today.isoformat()))
    assert Account.objects.all_for_system(reason="tests").get(name="Prospect").customer_since is None


def test_contacts_are_created_and_edited(company: Company) -> None:
    client, account = client_for(company.people.owner), company.account
    fields = {"first_name": "Ana", "last_name": "Ito", "relation": "customer", "buying_roles": ["sponsor", "champion"]}
    assert client.post(f"/accounts/{account.pk}/contacts/new/", fields).status_code == 303
    contact = Contact.objects.all_for_system(reason="tests").get()
    assert (contact.account_id, contact.buying_roles) == (account.pk, ["sponsor", "champion"])
    url = f"/contacts/{contact.pk}/edit/"
    assert client.post(url, fields | {"influence": "5", "version": "1"}).status_code == 303
    contact.refresh_from_db()
    assert (contact.influence, contact.version) == (5, 2)
    late = client.post(url, fields | {"first_name": "Late", "version": "1"})
    assert late.status_code == 422
    assert "while you were editing" in late.content.decode()
    assert 'value="Late"' in late.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("account_revenue", "1.234", "Write at most 2 digits after the point."),
        ("account_revenue", "9" * 20, "This number has too many digits."),
        ("account_revenue", "much", "Write a number in digits."),
        ("employees", "-1", "At least 0."),
        ("employees", "9999999999", "At most 2147483647."),
    ],
)
def test_a_number_that_does_not_fit_is_told_in_our_words(company: Company, field: str, value: str, said: str) -> None:
    response = client_for(company.people.owner).post("/accounts/new/", data(**{field: value}))
    assert response.context["form"].errors == {field: [said]}


def test_a_contact_needs_a_name(company: Company) -> None:
    url = f"/accounts/{company.account.pk}/contacts/new/"
    assert client_for(company.people.owner).get(url).text.count("first or last name needed") == 2
    response = client_for(company.people.owner).post(url, {"relation": "customer"})
    assert response.status_code == 422
    assert "A contact needs a name" in response.content.decode()


def test_a_foreign_contact_answers_404(company: Company) -> None:
    foreign = Contact(account=company.foreign_account, first_name="Canary", name_sort="canary")
    foreign.save()
    client = client_for(company.people.owner)
    assert client.get(f"/contacts/{foreign.pk}/edit/").status_code == 404
    assert client.post(f"/contacts/{foreign.pk}/edit/", {"first_name": "Mine"}).status_code == 404
    assert client.post(f"/accounts/{company.foreign_account.pk}/edit/", data()).status_code == 404
    assert client.post(f"/accounts/{company.foreign_account.pk}/contacts/new/", {"first_name": "x"}).status_code == 404


def test_integrations_and_newcomers_do_not_edit(company: Company) -> None:
    for user in (company.people.integration, company.people.newcomer):
        assert client_for(user).get("/accounts/new/").status_code == 403


@pytest.mark.parametrize("address", ["/accounts/new/", "/accounts/{account}/edit/"])
def test_every_field_of_an_account_is_on_its_form(company: Company, address: str) -> None:
    """A field that the template leaves out would come back empty and be saved so."""
    shown = client_for(company.people.owner).get(address.format(account=company.account.pk)).content.decode()
    assert [name for name in ACCOUNT_FIELDS if f'name="{name}"' not in shown] == []


def test_every_field_of_a_contact_is_on_its_form(company: Company) -> None:
    shown = client_for(company.people.owner).get(f"/accounts/{company.account.pk}/contacts/new/").content.decode()
    assert [name for name in CONTACT_FIELDS if f'name="{name}"' not in shown] == []


def test_a_parent_one_does_not_see_survives_an_edit(company: Company) -> None:
    account, foreign = company.account, company.foreign_account
    Account.objects.all_for_system(reason="tests").filter(pk=account.pk).update(parent=foreign)
    page = client_for(company.people.owner).get(f"/accounts/{account.pk}/edit/").content.decode()
    answer = edit(company.people.owner, account, name="Renamed", parent="")
    assert (answer.status_code, str(foreign.pk) in page, foreign.name in page) == (303, False, False)
    assert (read(account).name, read(account).parent_id) == ("Renamed", foreign.pk)
    assert edit(company.people.admin, read(account), name="Renamed", parent="").status_code == 303
    assert read(account).parent_id is None


def test_form_does_not_grow_with_the_number_of_accounts(company: Company, django_assert_num_queries: Any) -> None:
    """Twenty thousand options were 1.4 MB and 12 s; the present parent and a search do."""
    people, client = company.people, client_for(company.people.owner)
    child = make_account("Child", owner=people.owner, team=people.north_one, parent=company.account)
    path = f"/accounts/{child.pk}/edit/"
    with CaptureQueriesContext(connection) as few:
        before = client.get(path).content.decode()
    rows = [Account(name=f"Many {n}", name_sort=f"many {n}", owner=people.owner) for n in range(3_000)]
    Account.objects.bulk_create(rows)
    with django_assert_num_queries(len(few)) as many:
        after = client.get(path).content.decode()
    assert len(after) == len(before)
    assert all("LIMIT" in query["sql"] for query in many if '"accounts_account"."name_sort"' in query["sql"])
    options = after.partition('<select name="parent"')[2].partition("</select>")[0]
    assert (options.count("<option"), "Alpha Works" in options) == (2, True)
    assert client.get("/accounts/search/", {"search": "many"}).content.count(b'"value"') == 20


@pytest.mark.parametrize(
    ("words", "parent", "says"),
    [
        ("alpha", "Alpha Works", ""),
        ("BETA", "Beta", ""),  # the exact name wins over those that hold it
        ("et", None, "Several accounts match"),
        ("canary", None, "No account that you see is called so"),
    ],
)
def test_parent_is_searched_by_name_without_scripts(
    company: Company, words: str, parent: str | None, says: str
) -> None:
    people = company.people
    for name in ("Beta", "Beta Alpine"):
        make_account(name, owner=people.owner, team=people.north_one)
    answer = client_for(people.owner).post("/accounts/new/", data(name="New", parent_search=words))
    made = Account.objects.all_for_system(reason="tests").filter(name="New").select_related("parent").first()
    assert (made and made.parent and made.parent.name) == parent
    assert says in answer.content.decode()
    if words == "et":
        options = [str(text) for _, text in answer.context["form"].fields["parent"].widget.choices]
        assert options == ["none", "Beta", "Beta Alpine"]


def test_own_account_or_nonsense_is_no_parent(company: Company) -> None:
    for wrong in (str(company.account.pk), "nonsense"):
        answer = edit(company.people.owner, company.account, parent=wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["parent"])
