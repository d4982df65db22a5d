"""Search everywhere: what is found, in which order, by whom, and at which cost."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.bulk.changes import Deed, begin_bulk
from accounts.enums import BulkKind
from accounts.list_state import ListState
from accounts.models import ExternalId, Favourite
from accounts.search.find import groups
from accounts.search.registry import Hit
from accounts.services.saved_views import Audience, save_view
from accounts.services.tags import ensure_tags
from kam.core import clock, personal
from kam.core.matching import Sought
from kam.people.models import User
from tests.factories import make_account, make_contact, make_touchpoint
from tests.personas import Company, api_client, client_for, make_token, principal

pytestmark = pytest.mark.django_db


def found(user: User, text: str, **asked: Any) -> dict[str, list[str]]:
    """Kind → titles."""
    return {g.key: [hit.title for hit in g.hits] for g in groups(principal(user), Sought(text), **asked)}


def hits(user: User, text: str, kind: str) -> list[Hit]:
    return [hit for group in groups(principal(user), Sought(text)) if group.key == kind for hit in group.hits]


@pytest.fixture
def api(company: Company) -> Client:
    return api_client(make_token(company.people.owner))


def test_names_are_found_by_beginning_word_part_and_slip(company: Company) -> None:
    make_account(principal(company.people.owner), name="Élan Logistics")
    for typed in ("élan log", "elan", "logis", "ogisti", "logistcs", "logistics elan", "ELAN", "el", "l"):
        assert found(company.people.owner, typed).get("account") == ["Élan Logistics"], typed
    for typed in ("elon musk", "zz", "bakers"):
        assert "account" not in found(company.people.owner, typed), typed


def test_exact_comes_before_beginning_before_word_before_alike(company: Company) -> None:
    by = principal(company.people.owner)
    for name in ("Marine", "Marine Bank", "Bank Marin", "Marines", "Submarine", "New Marine"):
        make_account(by, name=name)
    assert found(company.people.owner, "marine")["account"] == [
        "Marine",
        "Marine Bank",
        "Marines",
        "New Marine",
        "Submarine",
    ]


def test_own_and_favourite_accounts_come_first_among_equals(company: Company) -> None:
    people = company.people
    leader = principal(people.leader)
    make_account(principal(people.owner), name="Acme One")
    starred = make_account(principal(people.owner), name="Acme Two")
    make_account(leader, name="Acme Zulu", owner=people.leader)
    make_account(principal(people.owner), name="Acme")
    Favourite(account=starred, user=people.leader).save()
    assert found(people.leader, "acm")["account"] == ["Acme Two", "Acme Zulu", "Acme", "Acme One"]
    assert found(people.leader, "acme")["account"][0] == "Acme"


def test_an_external_id_given_whole_finds_its_account(company: Company) -> None:
    ExternalId(account=company.account, source="crm", external_id="X-99").save(force_insert=True)
    assert found(company.people.owner, " X-99 ")["account"] == ["Alpha Works"]
    assert "account" not in found(company.people.owner, "X-9")


def test_people_are_found_by_either_name_and_by_address(company: Company) -> None:
    make_contact(company.account, first_name="Kenji", last_name="Mōri", email="K.Mori@Works.example", job_title="COO")
    for typed in ("kenji", "mori", "kenji mori", "mori kenji", "kenij mori", "k.mori@works.example", "works.ex"):
        assert found(company.people.owner, typed).get("contact") == ["Kenji Mōri"], typed
    assert [h.subtitle for h in hits(company.people.owner, "works.ex", "contact")] == [
        "Alpha Works · K.Mori@Works.example"
    ]
    assert [h.subtitle for h in hits(company.people.owner, "mori", "contact")] == ["Alpha Works · COO"]


def test_a_field_for_few_is_not_searched(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    make_contact(company.account, first_name="Kenji", last_name="Mori", email="hidden@works.example")
    levels = {**personal._levels["accounts.contact"], "email": personal.Level.SENSITIVE}
    monkeypatch.setitem(personal._levels, "accounts.contact", levels)
    assert "contact" not in found(company.people.owner, "hidden@works.example")
    assert found(company.people.owner, "kenji")["contact"] == ["Kenji Mori"]


def test_touchpoints_are_found_by_subject_the_newest_first(company: Company) -> None:
    for age, subject in ((9, "Yearly réview"), (3, "Review of prices"), (5, "Preview"), (1, "")):
        make_touchpoint(company.account, days_ago=age, subject=subject)
    assert found(company.people.owner, "review")["touchpoint"] == ["Review of prices", "Yearly réview", "Preview"]
    assert found(company.people.owner, "reveiw")["touchpoint"][:2] == ["Review of prices", "Yearly réview"]
    [hit] = hits(company.people.owner, "yearly", "touchpoint")
    assert (hit.subtitle, hit.account_id) == ("Alpha Works · Sales call", company.account.pk)


def test_every_word_matches_and_a_slip_in_one_is_forgiven_beside_a_short_one(company: Company) -> None:
    for name in ("Nulsi Group 1", "Nulsi Group 2"):
        make_account(principal(company.people.owner), name=name)
    assert found(company.people.owner, "nulsy")["account"] == ["Nulsi Group 1", "Nulsi Group 2"]
    for typed in ("nulsy 2", "2 nulsy", "nulsi 2", "nulsy gro 2", "nulsy gr 2"):
        assert found(company.people.owner, typed).get("account") == ["Nulsi Group 2"], typed
    for typed in ("nulsy 3", "nulsy ro", "nulsy ou 2"):
        assert "account" not in found(company.people.owner, typed), typed


def test_what_is_merely_alike_is_found_only_where_nothing_has_the_words(company: Company) -> None:
    owner = company.people.owner
    for name in ("Logistics Sohn", "Logistcs"):
        make_account(principal(owner), name=name)
    make_touchpoint(company.account, subject="Expert round")
    assert found(owner, "logistcs")["account"] == ["Logistcs"]
    assert found(owner, "logistcs sohn")["account"] == ["Logistics Sohn"]
    assert found(owner, "exports") == {"page": ["Exports"]}
    assert found(owner, "exprt")["touchpoint"] == ["Expert round"]


def test_an_action_that_is_called_so_stands_first(company: Company) -> None:
    make_account(principal(company.people.owner), name="Logistics")
    assert list(found(company.people.owner, "log"))[:2] == ["action", "account"]
    assert list(found(company.people.owner, "lo"))[0] == "account"


def test_views_tags_and_pages_without_a_place_in_the_navigation_are_found(company: Company) -> None:
    people = company.people
    state = ListState({"tier": "A"}, "-health")
    own = save_view(
        by=principal(people.owner), name="Zebra renewals", state=state, audience=Audience(), now=clock.now()
    )
    [tag] = ensure_tags(by=principal(people.owner), names=["Zebra fair"], now=clock.now())
    begin_bulk(
        by=principal(people.owner), deed=Deed(BulkKind.TAG, tag=tag), account_ids=[company.account.pk], now=clock.now()
    )
    assert found(people.owner, "zebra")["page"] == ["Zebra fair", "Zebra renewals"]
    [tagged, view] = hits(people.owner, "zebra", "page")
    client = client_for(people.owner)
    assert [row.account["name"] for row in client.get(tagged.url).context["page"].rows] == ["Alpha Works"]
    assert client.get(view.url).headers["Location"] == f"/accounts/?view={own.pk}&tier=A&ordering=-health"
    assert found(people.outsider, "zebra") == {}
    assert client_for(people.outsider).get(view.url).status_code == 404
    assert found(people.owner, "dupli")["page"] == ["Duplicates"]
    assert "page" not in found(people.integration, "dupli")


def test_invisible_rows_are_not_found_under_any_kind(company: Company) -> None:
    make_contact(company.foreign_account, first_name="Carla", last_name="Canary", email="canary@x.example")
    make_touchpoint(company.foreign_account, subject="Canary call")
    ExternalId(account=company.foreign_account, source="crm", external_id="canary").save(force_insert=True)
    for typed in ("canary", "canari", "c", "canary foreign", "canary@x.example"):
        assert set(found(company.people.owner, typed)) <= {"page", "action"}, typed
        assert "Canary Foreign GmbH" in found(company.people.outsider, typed.replace("@x.example", ""))["account"]


@pytest.mark.parametrize(
    ("persona", "typed", "pages"),
    [
        ("admin", "audit", ["Audit"]),
        ("admin", "setings", ["Settings"]),
        ("owner", "audit", []),
        ("owner", "census", []),
        ("leader", "census", ["Census"]),
        ("owner", "passkeys", ["Sign-in"]),
    ],
)
def test_pages_are_those_that_may_be_opened(company: Company, persona: str, typed: str, pages: list[str]) -> None:
    user = getattr(company.people, persona)
    assert found(user, typed).get("page", []) == pages
    for hit in hits(user, typed, "page"):
        assert client_for(user).get(hit.url).status_code == 200


@pytest.mark.parametrize("persona", ["owner", "leader", "admin", "integration", "newcomer"])
def test_actions_are_those_that_may_be_begun(company: Company, persona: str) -> None:
    user = getattr(company.people, persona)
    begun = [hit for group in groups(principal(user), Sought("")) if group.key == "action" for hit in group.hits]
    assert len(begun) == {"owner": 3, "leader": 3, "admin": 4}.get(persona, 0)
    assert {client_for(user).get(hit.url).status_code for hit in begun} <= {200}


def test_before_anything_is_asked_stands_what_is_at_hand(company: Company) -> None:
    owner = company.people.owner
    other = make_account(principal(owner), name="Other")
    for account in (company.account, other):
        Favourite(account=account, user=owner).save()
    client_for(owner).get(f"/accounts/{company.account.pk}/")
    assert found(owner, " ") == {
        "recent": ["Alpha Works"],
        "favourite": ["Other"],
        "action": ["Log a touchpoint", "New account", "Import a file"],
    }


def test_a_group_has_five_and_a_way_to_the_rest(company: Company) -> None:
    for number in range(7):
        make_contact(company.account, first_name="Kim", last_name=f"Number {number}")
    [group] = [g for g in groups(principal(company.people.owner), Sought("kim")) if g.key == "contact"]
    assert (len(group.hits), group.more) == (5, "/search/?q=kim&kind=contact")
    assert len(found(company.people.owner, "kim", kind="contact")["contact"]) == 7


def test_page_and_piece_hold_the_same_links(company: Company) -> None:
    client = client_for(company.people.owner)
    page = client.get("/search/", {"q": "alph"}).content.decode()
    piece = client.get("/search/", {"q": "alph"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in page and "<html" not in piece
    assert piece.strip() in page
    assert f'href="/accounts/{company.account.pk}/"' in piece and "<mark>Alph</mark>a Works" in piece


@pytest.mark.parametrize("query", ["kind=nonsense&q=x", "q=" + "x" * 201])
def test_what_nobody_could_ask_is_refused_in_words(company: Company, query: str) -> None:
    answer = client_for(company.people.owner).get(f"/search/?{query}")
    assert answer.status_code == 400 and re.search(r"no such kind|at most 200", answer.content.decode())


@pytest.mark.parametrize("persona", ["owner", "leader", "admin"])
def test_a_search_takes_at_most_twelve_queries_however_many_rows(company: Company, persona: str) -> None:
    client = client_for(getattr(company.people, persona))

    def queries(typed: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/search/", {"q": typed}, headers={"HX-Request": "true"}).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)

    counts = []
    for number in range(3):
        account = make_account(principal(company.people.owner), name=f"Kimono {number}")
        make_contact(account, first_name="Kim", last_name=f"Number {number}")
        make_touchpoint(account, subject=f"Kimono {number}")
        counts.append(queries("kimo"))
    assert len(set(counts)) == 1 and counts[0] <= 12
    assert queries("") <= 12


def test_the_api_answers_the_best_of_all_kinds_first(company: Company, api: Client) -> None:
    contact = make_contact(company.account, first_name="Alpha", last_name="Zed")
    touchpoint = make_touchpoint(company.account, subject="About alphabets")
    answer = api.get("/api/v1/search", {"q": "alpha"}).json()
    assert [(r["kind"], r["id"], r["account"]) for r in answer["results"]] == [
        ("account", str(company.account.pk), str(company.account.pk)),
        ("contact", str(contact.pk), str(company.account.pk)),
        ("touchpoint", str(touchpoint.pk), str(company.account.pk)),
    ]
    first = answer["results"][0]
    assert (first["title"], first["url"]) == ("Alpha Works", f"http://testserver/accounts/{company.account.pk}/")
    scores = [row["score"] for row in answer["results"]]
    assert scores == sorted(scores, reverse=True) and min(scores) > 0 and max(scores) <= 1
    assert [row["kind"] for row in api.get("/api/v1/search", {"q": "alpha", "limit": 1}).json()["results"]] == [
        "account"
    ]
    assert [r["kind"] for r in api.get("/api/v1/search?q=alpha&kinds=contact,touchpoint").json()["results"]] == [
        "contact",
        "touchpoint",
    ]


@pytest.mark.parametrize("query", ["", "q=", "q=a&limit=0", "q=a&limit=51", "q=a&kinds=", "q=a&kinds=page", "q=a&x=1"])
def test_the_api_refuses_what_it_does_not_know(api: Client, query: str) -> None:
    assert api.get(f"/api/v1/search?{query}").status_code == 400


def test_a_token_finds_only_the_kinds_that_it_may_read(company: Company) -> None:
    make_contact(company.account, first_name="Alpha", last_name="Zed")
    narrow = api_client(make_token(company.people.owner, scopes=["contacts:read"]))
    assert [row["kind"] for row in narrow.get("/api/v1/search?q=alpha").json()["results"]] == ["contact"]
    assert narrow.get("/api/v1/search?q=alpha&kinds=account").status_code == 403
    other = api_client(make_token(company.people.owner, scopes=["users:read"]))
    assert other.get("/api/v1/search?q=alpha").json() == {"results": []}
