"""The policy lets in exactly whom it names, and start-up stops over what it forgets."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import set_urlconf

from kam.core.checks import every_route_declares_its_policy
from kam.core.policy import policy
from kam.core.routes import walk_routes
from tests.core import policy_urls

MIDDLEWARE = [
    "django_htmx.middleware.HtmxMiddleware",
    "tests.core.test_policy.principal_from_header",
    "kam.core.policy.PolicyMiddleware",
]


def principal_from_header(get_response):
    """Stands for kam.people's middleware: the role comes from a header, none is anonymous."""

    def middleware(request):
        role = request.headers.get("X-Role")
        request.principal = SimpleNamespace(user_id=1 if role else None, role=role or "nobody")
        return get_response(request)

    return middleware


@pytest.fixture(autouse=True)
def small_site(settings):
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ROOT_URLCONF = "tests.core.policy_urls"
    settings.THIRD_PARTY_POLICIES = "tests.core.policy_urls.TABLE"
    yield
    set_urlconf(None)


def call(method: str, path: str, role: str | None = None, **headers: str):
    return Client(headers={**({"X-Role": role} if role else {}), **headers}).generic(method, path)


@pytest.mark.parametrize(
    ("method", "path", "role", "status"),
    [
        ("GET", "/open/", None, 200),
        ("HEAD", "/open/", None, 200),
        ("POST", "/open/", "admin", 405),
        ("GET", "/page/", "nobody", 200),
        ("GET", "/page/", "integration", 200),
        ("POST", "/page/", "nobody", 403),
        ("POST", "/page/", "integration", 403),
        ("POST", "/page/", "manager", 200),
        ("PUT", "/page/", "admin", 405),
        ("PUT", "/form/", "leader", 405),
        ("GET", "/third/", "manager", 403),
        ("HEAD", "/third/", "manager", 403),
        ("GET", "/third/", "leader", 200),
        ("GET", "/third/", "admin", 200),
        ("GET", "/admins/", "leader", 403),
        ("GET", "/admins/", "admin", 200),
        ("GET", "/admins/", "system", 403),
        ("GET", "/nobody/", "admin", 404),
        ("OPTIONS", "/admins/", None, 204),
        ("TRACE", "/page/", "admin", 405),
        ("BREW", "/page/", "admin", 405),
    ],
)
def test_answer_by_role_and_method(method, path, role, status):
    assert call(method, path, role).status_code == status


def test_405_and_options_name_what_is_allowed():
    assert call("PUT", "/page/", "admin").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert call("OPTIONS", "/admins/").headers["Allow"] == "GET, HEAD, OPTIONS"


def test_anonymous_is_sent_to_sign_in_and_back():
    answer = call("GET", "/page/?q=a%26b")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=%2Fpage%2F%3Fq%3Da%2526b")


def test_anonymous_form_is_sent_to_sign_in_and_back_to_where_it_is_shown():
    assert call("POST", "/page/?a=1").headers["Location"] == "/login/?next=%2Fpage%2F%3Fa%3D1"


def test_anonymous_htmx_is_sent_with_the_page_it_was_on():
    answer = call("GET", "/page/", **{"HX-Request": "true", "HX-Current-URL": "http://testserver/my-day/?a=1"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/login/?next=%2Fmy-day%2F%3Fa%3D1")


def test_anonymous_htmx_from_elsewhere_gets_no_way_back():
    answer = call("GET", "/page/", **{"HX-Request": "true", "HX-Current-URL": "https://evil.example/"})
    assert answer.headers["HX-Redirect"] == "/login/"


def test_unknown_method_in_a_policy_is_a_mistake_at_import():
    with pytest.raises(TypeError):
        policy(FETCH=None)


def test_walk_names_every_route_with_methods_and_policy():
    found = {route.name: (route.pattern, route.methods, dict(route.policy), route.is_api) for route in walk_routes()}
    assert found["api:thing-list"] == ("/api/things/", ("GET",), {"GET": "things:read"}, True)
    assert found["api:thing-shout"] == ("/api/things/<str:pk>/shout/", ("POST",), {"POST": "things:write"}, True)
    assert found["page"][:2] == ("/page/", ("GET", "POST"))
    assert found["form"][1] == ("GET", "POST")
    assert len(found) == 9


def test_check_names_each_forgotten_route_and_method():
    assert [e.id for e in every_route_declares_its_policy()] == ["kam.E001"]
    faults = {e.msg for e in every_route_declares_its_policy(urlconf=policy_urls.faulty)}
    assert faults == {
        "/nobody/ (undeclared) declares no policy for *.",
        "/half/ (half) declares no policy for POST.",
        "/api/things/ (thing-list) declares no policy for POST.",
        "/api/things/<str:pk>/shout/ (thing-shout) declares no policy for POST.",
    }
