"""What the frame of every page gets."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from kam.people import context
from kam.people.middleware import PrincipalMiddleware
from tests.personas import People

pytestmark = pytest.mark.django_db
FLAGS = ("is_staff", "is_leader", "is_admin")


def frame(user) -> dict:
    request = RequestFactory().get("/")
    request.user = user
    PrincipalMiddleware(lambda request: None)(request)
    return context.page_frame(request)


def test_flags_follow_the_role(people: People) -> None:
    expected = {
        people.owner: (True, False, False),
        people.leader: (True, True, False),
        people.admin: (True, True, True),
        people.integration: (False, False, False),
        people.newcomer: (False, False, False),
        people.deactivated: (False, False, False),
    }
    assert {user: tuple(frame(user)[flag] for flag in FLAGS) for user in expected} == expected
    assert frame(AnonymousUser())["principal"].user_id is None


def test_principal_is_read_only_where_it_is_looked_at(people: People, django_assert_num_queries) -> None:
    request = RequestFactory().get("/")
    request.user = people.leader
    with django_assert_num_queries(0):
        PrincipalMiddleware(lambda request: None)(request)
    with django_assert_num_queries(1):
        assert (request.principal.user_id, request.principal.role) == (people.leader.pk, "leader")


def test_frame_works_where_the_middleware_never_ran() -> None:
    assert context.page_frame(RequestFactory().get("/"))["is_staff"] is False


def test_banners_come_from_whoever_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [lambda request: None, lambda request: f"Down at {request.path}"]
    monkeypatch.setattr(context, "banner_sources", sources)
    assert frame(AnonymousUser())["banners"] == ["Down at /"]
