"""/accounts and /contacts: shapes, lists, versions, ids of others, health and timeline."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.changes import account_changes
from accounts.models import Account, ExternalId
from kam.people.principal import principal_for
from tests import factories
from tests.api.rows import V1, WHY, alike, customer, furnished, pages, refused, send
from tests.personas import Company, People, api_client, make_token

pytestmark = pytest.mark.django_db
MISSING = "01890000-0000-7000-8000-000000000000"
ACCOUNT_FIELDS = {
    "id", "name", "owner", "team", "parent", "segment", "tier", "lifecycle", "customer_since", "renewal_on",
    "industry", "country", "website", "employees", "company_revenue", "account_revenue", "currency", "acquired_via",
    "silence_from_on", "tags", "health", "health_band", "last_touch_at", "stale_at", "is_stale", "version",
    "created_at", "changed_at",
}  # fmt: skip


def test_account_created_is_account_read(company: Company, api: Client) -> None:
    people = company.people
    body = {
        "name": "Beta & Söhne", "owner": str(people.owner.pk), "team": str(people.north_one.pk),
        "parent": str(company.account.pk), "tier": "A", "lifecycle": "active", "customer_since": "2024-02-29",
        "renewal_on": "2027-01-31", "industry": "Steel", "country": "Italy", "website": "https://beta.example",
        "employees": 250, "company_revenue": "12345678901.20", "account_revenue": "99.90", "currency": "CHF",
        "silence_from_on": "2026-11-22", "acquired_via": "fair", "tags": ["Alps", "Key"],
        "external_ref": {"source": "crm", "external_id": "A-17"},
    }  # fmt: skip
    answer = send(api, "POST", "/accounts", body)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    created = answer.json()
    assert set(created) == ACCOUNT_FIELDS
    assert {name: created[name] for name in body if name != "external_ref"} == {
        name: value for name, value in body.items() if name != "external_ref"
    }
    assert (created["segment"], created["version"], created["health_band"]) == (None, 1, "unknown")
    read = api.get(f"{V1}/accounts/{created['id']}")
    assert (read.headers["ETag"], read.json()) == ('"1"', created)
    [listed] = api.get(f"{V1}/accounts", {"search": "söhne"}).json()["results"]
    assert listed == created
    assert ExternalId.objects.all_for_system(**WHY).filter(source="crm", external_id="A-17").count() == 1


def test_tags_written_are_all_it_bears_and_stand_in_its_history(company: Company, api: Client) -> None:
    path, by = f"/accounts/{company.account.pk}", principal_for(company.people.owner)
    versions = {"If_Match": '"1"'}
    assert send(api, "PATCH", path, {"tags": ["old", "Stays"]}, **versions).json()["tags"] == ["old", "Stays"]
    answer = send(api, "PATCH", path, {"tags": ["STAYS", "Été"]}, **versions)
    assert (answer.json()["tags"], answer.headers["ETag"]) == (["Été", "Stays"], '"1"')
    assert send(api, "PATCH", path, {"industry": "Steel"}, **versions).json()["tags"] == ["Été", "Stays"]
    [listed] = api.get(f"{V1}/accounts", {"tag": "ete"}).json()["results"]
    assert (listed["id"], listed["tags"]) == (str(company.account.pk), ["Été", "Stays"])
    assert send(api, "PATCH", path, {"tags": []}, If_Match='"2"').json()["tags"] == []
    told = [entry.became for entry in account_changes(by, company.account).entries if entry.what == "Tags"]
    assert told == ["− Été, − Stays", "+ Été, − old", "+ old, + Stays"]


def test_tags_are_written_under_an_id_of_another_system_too(company: Company, api: Client) -> None:
    path = "/accounts/by-external/crm/A-17"
    assert send(api, "PUT", path, {"name": "Beta", "tags": ["a"]}).json()["tags"] == ["a"]
    assert send(api, "PUT", path, {"tags": ["b"]}).json()["tags"] == ["b"]
    assert send(api, "PUT", path, {"name": "Gamma"}).json()["tags"] == ["b"]


@pytest.mark.parametrize(
    ("tags", "status"), [([f"t{n}" for n in range(21)], 400), (["x" * 41], 400), (["a,b"], 422), (["\u0301"], 422)]
)
def test_tags_that_break_a_rule_change_nothing(company: Company, api: Client, tags: list[str], status: int) -> None:
    path = f"/accounts/{company.account.pk}"
    answer = send(api, "PATCH", path, {"tags": tags, "industry": "Steel"}, If_Match='"1"')
    assert answer.status_code == status, answer.content
    assert [api.get(V1 + path).json()[name] for name in ("tags", "industry", "version")] == [[], "", 1]
    assert send(api, "POST", "/accounts", {"name": "Never", "tags": tags}).status_code == status
    assert not Account.objects.all_for_system(**WHY).filter(name="Never").exists()


def test_stale_version_leaves_the_tags_alone(company: Company, api: Client) -> None:
    path = f"/accounts/{company.account.pk}"
    assert send(api, "PATCH", path, {"tags": ["a"]}, If_Match='"7"').status_code == 412
    assert api.get(V1 + path).json()["tags"] == []


def test_external_id_names_one_account(company: Company, api: Client) -> None:
    body = {"name": "Twin", "external_ref": {"source": "crm", "external_id": "A-17"}}
    assert send(api, "POST", "/accounts", body).status_code == 201
    assert send(api, "POST", "/accounts", body).status_code == 409
    assert Account.objects.all_for_system(**WHY).filter(name="Twin").count() == 1


def test_change_needs_the_version_read(company: Company, api: Client) -> None:
    path = f"/accounts/{company.account.pk}"
    assert send(api, "PATCH", path, {"industry": "Steel"}).status_code == 428
    answer = send(api, "PATCH", path, {"industry": "Steel"}, If_Match='"1"')
    assert (answer.status_code, answer.headers["ETag"], answer.json()["industry"]) == (200, '"2"', "Steel")
    late = send(api, "PATCH", path, {"industry": "Wood"}, If_Match='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert api.get(V1 + path).json() == answer.json()
    same = send(api, "PATCH", path, {"industry": "Steel"}, If_Match='"2"')
    assert (same.status_code, same.headers["ETag"]) == (200, '"2"')


@pytest.mark.parametrize("name", ["id", "health", "stale_at", "version", "is_stale", "created_at"])
def test_what_follows_from_touchpoints_cannot_be_written(company: Company, api: Client, name: str) -> None:
    path = f"/accounts/{company.account.pk}"
    assert refused(send(api, "PATCH", path, {name: None}, If_Match='"1"')) == [(f"/{name}", "read_only")]
    assert refused(send(api, "POST", "/accounts", {"name": "x", name: None})) == [(f"/{name}", "read_only")]


@pytest.mark.parametrize("field", ["owner", "team", "parent", "segment"])
def test_ids_of_others_do_not_exist(company: Company, api: Client, field: str) -> None:
    people = company.people
    foreign = {"owner": people.outsider.pk, "team": people.south_one.pk, "parent": company.foreign_account.pk}
    words = []
    for key in (MISSING, str(foreign.get(field, MISSING))):
        answer = send(api, "POST", "/accounts", {"name": "x", field: key})
        assert refused(answer) == [(f"/{field}", "does_not_exist")]
        words.append(alike(answer))
    assert words[0] == words[1]
    assert words[0]["errors"][0]["detail"] == "does not exist"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "ALPHÄ"}, ["Alpha"]),
        ({"tier": "A"}, ["Beta"]),
        ({"lifecycle": "prospect"}, ["Gamma"]),
        ({"stale": "true"}, ["Alpha"]),
        ({"stale": "false"}, ["Beta", "Gamma"]),
        ({"health_band": "unknown"}, ["Alpha", "Beta", "Gamma"]),
        ({"ordering": "-name"}, ["Gamma", "Beta", "Alpha"]),
        ({"ordering": "-account_revenue"}, ["Beta", "Alpha", "Gamma"]),
        ({"ordering": "stale_at"}, ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_list_is_narrowed_and_ordered(people: People, api: Client, query: dict, names: list[str]) -> None:
    three(people)
    found = [row["name"] for page in pages(api, "/accounts", limit=2, **query) for row in page]
    assert found == names


def three(people: People) -> None:
    alpha = customer(people, "Alpha", account_revenue="5.00")
    customer(people, "Beta", tier="A", account_revenue="7.00")
    factories.make_account(by=factories.SYSTEM, owner=people.owner, name="Gamma", lifecycle="prospect")
    stale = {"Alpha": datetime(2020, 1, 1, tzinfo=UTC), "Beta": datetime(2199, 1, 1, tzinfo=UTC), "Gamma": None}
    for name, moment in stale.items():
        Account.objects.all_for_system(**WHY).filter(name=name).update(stale_at=moment)
    assert alpha.owner_id == people.owner.pk


def test_filters_by_owner_and_team(company: Company) -> None:
    people = company.people
    api = api_client(make_token(people.admin))
    for name, mine, other in (
        ("owner", people.owner.pk, people.outsider.pk),
        ("team", people.north_one.pk, people.south_one.pk),
    ):
        for key, account in ((mine, company.account), (other, company.foreign_account)):
            [row] = api.get(f"{V1}/accounts", {name: str(key)}).json()["results"]
            assert row["id"] == str(account.pk)


@pytest.mark.parametrize("ordering", ["name", "-name", "health", "-health", "stale_at", "-stale_at",
                                      "last_touch_at", "-last_touch_at", "account_revenue", "-account_revenue",
                                      "changed_at"])  # fmt: skip
def test_every_page_walk_meets_every_account_once_nulls_included(people: People, api: Client, ordering: str) -> None:
    accounts = [customer(people, f"Same {number % 2}") for number in range(7)]
    rows = Account.objects.all_for_system(**WHY)
    for number, account in enumerate(accounts[:4]):
        moment = datetime(2026, 1, 1 + number // 2, tzinfo=UTC)
        rows.filter(pk=account.pk).update(
            health=number // 2, health_band="amber", stale_at=moment, last_touch_at=moment, account_revenue=number // 2
        )
    walked = list(pages(api, "/accounts", ordering=ordering, limit=2))
    assert [len(page) for page in walked] == [2, 2, 2, 1]
    found = [row for page in walked for row in page]
    assert sorted(row["id"] for row in found) == sorted(str(account.pk) for account in accounts)
    values = [row[ordering.removeprefix("-")] for row in found]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=ordering.startswith("-"))


@pytest.mark.parametrize("path", ["/accounts", "/contacts", "/touchpoints", "/check-ins", "/stale-flags", "/channels"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "201"), ("limit", "0"), ("ordering", "secret"), ("serach", "x"), ("name__regex", "(a+)+$"),
     ("created_at__year", "0"), ("cursor", "x"), ("with_count", "1")],
)  # fmt: skip
def test_parameter_nobody_knows_is_refused(api: Client, path: str, name: str, value: str) -> None:
    assert [pointer for pointer, _ in refused(api.get(V1 + path, {name: value}))] == [f"/{name}"]


@pytest.mark.parametrize("kind", ["accounts", "contacts", "touchpoints", "check-ins", "stale-flags", "channels",
                                  "touchpoint-types", "teams", "users"])  # fmt: skip
def test_missing_objects_answer_in_one_way(api: Client, kind: str) -> None:
    answer = api.get(f"{V1}/{kind}/{MISSING}")
    assert answer.status_code == 404
    assert alike(answer) == {
        "type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found",
        "detail": "There is nothing at this address, or you may not see it.",
    }  # fmt: skip


def test_health_names_its_signals_and_their_records(people: People, api: Client) -> None:
    account, _, touchpoint = furnished(people, 1)
    factories.make_touchpoint(account, by=factories.SYSTEM, days_ago=3, type="check_in", direction="two_way",
                              sentiment_end=1)  # fmt: skip
    body = api.get(f"{V1}/accounts/{account.pk}/health").json()
    assert set(body) == {"score", "band", "capped_by", "weight_present", "as_of", "signals"}
    stored = Account.objects.all_for_system(**WHY).get(pk=account.pk)
    assert (body["score"], body["band"]) == (stored.health, stored.health_band)
    signals = {signal["key"]: signal for signal in body["signals"]}
    assert {"recency", "sentiment"} <= set(signals)
    for signal in signals.values():
        assert set(signal) == {"key", "label", "weight", "reading", "points", "evidence"}
        for evidence in signal["evidence"]:
            assert set(evidence) == {"occurred_at", "label", "value", "share", "ref"}
            assert set(evidence["ref"]) == {"kind", "id"}
    assert signals["sentiment"]["evidence"]
    assert body["score"] == pytest.approx(sum(s["points"] or 0 for s in signals.values()), abs=1)


def test_timeline_is_paged_newest_first(people: People, api: Client) -> None:
    account = customer(people, "Alpha")
    made = [factories.make_touchpoint(account, days_ago=number, subject=f"T{number}") for number in range(1, 6)]
    path, found, before = f"{V1}/accounts/{account.pk}/timeline", [], {}
    while True:
        body = api.get(path, {"limit": 2, **before}).json()
        assert set(body) == {"results", "next"}
        found += [entry for entry in body["results"] if entry["kind"] == "touchpoint"]
        if not body["next"]:
            break
        assert re.fullmatch(r"[\w-]+", body["next"], re.ASCII)  # goes into an address as it is
        before = {"before": body["next"]}
    assert [entry["id"] for entry in found] == [str(touchpoint.pk) for touchpoint in made]
    assert set(found[0]) == {"kind", "id", "occurred_at", "data"}
    for query in ({"limit": "201"}, {"before": "x"}, {"cursor": "x"}):
        assert api.get(path, query).status_code == 400


# Contacts


def test_contact_created_is_contact_read(company: Company, api: Client) -> None:
    body = {
        "account": str(company.account.pk), "first_name": "Zoë", "last_name": "O'Neil", "job_title": "CFO",
        "email": "zoe@alpha.example", "phone": "+39 02 1234", "relation": "customer",
        "buying_roles": ["budget_holder", "champion"],
        "influence": 5, "communication_style": "brief", "source": "crm", "external_id": "P-1",
    }  # fmt: skip
    answer = send(api, "POST", "/contacts", body)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    created = answer.json()
    assert created == {**body, **{name: created[name] for name in ("id", "version", "created_at", "changed_at")}}
    assert api.get(f"{V1}/contacts/{created['id']}").json() == created
    for query in ({"search": "ZOE"}, {"search": "zoe@alpha.example"}, {"account": body["account"]}):
        assert api.get(f"{V1}/contacts", query).json()["results"] == [created]
    assert api.get(f"{V1}/contacts", {"account": str(company.foreign_account.pk)}).json()["results"] == []


def test_contact_change_needs_the_version_and_keeps_its_account(company: Company, api: Client) -> None:
    contact = factories.make_contact(company.account)
    path = f"/contacts/{contact.pk}"
    assert send(api, "PATCH", path, {"phone": "1"}).status_code == 428
    assert send(api, "PATCH", path, {"phone": "1"}, If_Match='"1"').json()["version"] == 2
    assert send(api, "PATCH", path, {"phone": "2"}, If_Match='"1"').status_code == 412
    body = {"account": str(company.account.pk)}
    assert refused(send(api, "PATCH", path, body, If_Match='"2"')) == [("/account", "read_only")]


def test_contact_of_a_foreign_account_does_not_exist(company: Company, api: Client) -> None:
    bodies = [{"account": key, "last_name": "x"} for key in (MISSING, str(company.foreign_account.pk))]
    answers = [send(api, "POST", "/contacts", body) for body in bodies]
    assert [refused(answer) for answer in answers] == [[("/account", "does_not_exist")]] * 2
    assert alike(answers[0]) == alike(answers[1])


def test_invisible_parent_is_not_named_and_not_lost(company: Company, api: Client) -> None:
    """Whoever reads null and sends it back has not asked to end what they cannot see."""
    account, foreign = company.account, company.foreign_account
    Account.objects.all_for_system(**WHY).filter(pk=account.pk).update(parent=foreign)
    path = f"/accounts/{account.pk}"
    [listed] = api.get(f"{V1}/accounts").json()["results"]
    read = api.get(V1 + path)
    changed = send(api, "PATCH", path, {"parent": None, "industry": "Steel"}, If_Match=read.headers["ETag"])
    assert (listed["parent"], read.json()["parent"], changed.json()["parent"]) == (None, None, None)
    assert str(foreign.pk) not in changed.content.decode()
    assert Account.objects.all_for_system(**WHY).get(pk=account.pk).parent_id == foreign.pk
    boss = api_client(make_token(company.people.admin))
    [own] = [row for row in boss.get(f"{V1}/accounts").json()["results"] if row["id"] == str(account.pk)]
    assert own["parent"] == boss.get(V1 + path).json()["parent"] == str(foreign.pk)


def test_health_leaves_records_out_without_the_scope_to_read_them(people: People) -> None:
    """Labels of evidence are subjects of touchpoints."""
    account, _, _ = furnished(people, 1)
    factories.make_touchpoint(account, by=factories.SYSTEM, days_ago=3, type="check_in", direction="two_way",
                              sentiment_end=1, subject="Merger, secret")  # fmt: skip
    path = f"{V1}/accounts/{account.pk}/health"
    both = api_client(make_token(people.owner, scopes=["health:read", "touchpoints:read"])).get(path)
    alone = api_client(make_token(people.owner, scopes=["health:read"])).get(path)
    assert ("Merger" in both.content.decode(), "Merger" in alone.content.decode()) == (True, False)
    full = both.json() | {"signals": [{k: s[k] for k in s if k != "evidence"} for s in both.json()["signals"]]}
    assert alone.json() == full


def test_negative_revenue_is_no_revenue(company: Company, api: Client) -> None:
    answer = send(api, "POST", "/accounts", {"name": "N", "account_revenue": "-0.01", "company_revenue": "-1"})
    assert refused(answer) == [("/company_revenue", "min_value"), ("/account_revenue", "min_value")]
