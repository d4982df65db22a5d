"""The real URL tree: declared throughout, and the front door leads where it should."""

import time

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path

from kam import policies, urls
from kam.core.routes import walk_routes
from kam.people.models import User


def test_every_route_of_the_site_declares_its_policy():
    routes = list(walk_routes())
    assert [route.pattern for route in routes if route.undeclared] == []
    assert {"home", "livez", "readyz", "account_login", "account_logout", "openapi"} <= {r.name for r in routes}


def test_every_third_party_policy_has_its_route():
    """The table lets nobody in by a name that is gone, or of a view that has a policy of its own."""
    tabled = {route.name for route in walk_routes() if route.policy is policies.THIRD_PARTY.get(route.name)}
    assert tabled == set(policies.THIRD_PARTY)


def test_sign_up_has_no_address():
    assert [route.pattern for route in walk_routes() if "signup" in route.pattern] == []


def test_an_undeclared_address_stops_the_check(monkeypatch):
    def forgotten(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, path("forgotten/", forgotten)])
    clear_url_caches()
    with pytest.raises(SystemCheckError, match=r"kam\.E001.*/forgotten/"):
        call_command("check")
    monkeypatch.undo()
    clear_url_caches()
    call_command("check")


def test_livez_asks_nothing_of_the_database():
    answer = Client().get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_home_leads_to_where_ones_work_begins(owner, leader, admin):
    """Where an empty company leads its administrator is told in tests/people/test_first_steps.py."""
    User.objects.filter(pk=admin.pk).update(first_steps_done=True)
    assert Client().get("/").headers["Location"] == "/login/"
    for user, first_page in ((owner, "/my-day/"), (leader, "/portfolio/"), (admin, "/portfolio/")):
        client = Client()
        client.force_login(user)
        assert client.get("/").headers["Location"] == first_page


@pytest.mark.django_db
def test_missing_addresses_answer_in_the_callers_language():
    page = Client().get("/no/such/page/")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    body = Client().get("/api/v1/no-such-thing")
    assert (body.status_code, body.headers["Content-Type"]) == (404, "application/problem+json")
    assert body.json()["request_id"] == body.headers["X-Request-ID"]


@pytest.mark.django_db
def test_csrf_failure_is_a_403_page():
    assert Client(enforce_csrf_checks=True).post("/login/", {"login": "a"}).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/accounts/", "/login/", "/password/change/", "/api/v1/accounts"])
def test_without_a_database_every_door_is_503_at_once(database_away, address):
    client = Client(raise_request_exception=False)
    client.cookies["kam_session"] = "abcdefghijklmnopqrstuvwxyz012345"
    headers = {"Authorization": f"Bearer kam_{'a' * 12}_{'b' * 64}"}
    started = time.perf_counter()
    answer = client.get(address, headers=headers if address.startswith("/api/") else {})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert time.perf_counter() - started < 2
