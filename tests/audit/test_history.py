"""Row history: what leaves an event, and who it names."""

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from kam.audit.context import name_actor, recorded
from kam.audit.selectors import history_of
from kam.core import clock
from kam.core.logs import current_request_id
from kam.people.models import ApiToken, Team, User
from kam.people.principal import Principal
from kam.people.services import create_api_token, record_token_use
from tests.personas import SYSTEM, make_user, principal

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="North")


def test_insert_leaves_no_event(team: Team) -> None:
    with recorded(via="shell", by=SYSTEM):
        other = Team.objects.create(name="South")
    assert history_of(other).count() == history_of(team).count() == 0


def test_update_and_delete_leave_events_that_say_who(team: Team) -> None:
    user = make_user("Ada", team=team)
    with recorded(via="web", by=principal(user)):
        Team.objects.filter(pk=team.pk).update(name="Renamed")

    [update] = history_of(team)
    assert (update.pgh_label, update.name) == ("update", "Renamed")
    assert update.pgh_context == {
        "via": "web",
        "request_id": current_request_id(),
        "user": str(user.pk),
        "system": None,
    }


def test_delete_event_outlives_its_row(team: Team) -> None:
    key = team.pk
    with recorded(via="task", by=Principal.system("planner")):
        team.delete()
    team.pk = key
    [event] = history_of(team)
    assert (event.pgh_label, event.name) == ("delete", "North")
    assert event.pgh_context == {"via": "task", "request_id": current_request_id(), "user": None, "system": "planner"}


def test_newest_event_comes_first(team: Team) -> None:
    for name in ("One", "Two", "Three"):
        Team.objects.filter(pk=team.pk).update(name=name)
    assert [event.name for event in history_of(team)] == ["Three", "Two", "One"]
    assert [event.pgh_context for event in history_of(team)] == [None, None, None]


def test_update_that_changes_nothing_leaves_no_event(team: Team) -> None:
    Team.objects.filter(pk=team.pk).update(name="North")
    assert history_of(team).count() == 0


def test_excluded_field_alone_leaves_no_event(team: Team) -> None:
    user = make_user("Ada", team=team)
    User.objects.filter(pk=user.pk).update(last_login=clock.now())
    token, _ = create_api_token(by=SYSTEM, user=user, now=clock.now())
    record_token_use(token=token, now=clock.now())
    assert ApiToken.objects.get().last_used_at is not None
    assert history_of(user).count() == history_of(token).count() == 0


def test_password_change_leaves_an_event_without_the_hash(team: Team) -> None:
    user = make_user("Ada", team=team)
    user.set_password("another good long password")
    user.save(update_fields=["password"])
    [event] = history_of(user)
    assert not hasattr(event, "password")


def test_actor_named_later_counts_for_what_follows(team: Team) -> None:
    with recorded(via="api"):
        Team.objects.filter(pk=team.pk).update(name="Before")
        name_actor(Principal.system("late"))
        Team.objects.filter(pk=team.pk).update(name="After")
    assert [event.pgh_context.get("system") for event in history_of(team)] == ["late", None]


def test_context_ends_with_its_block_in_the_same_transaction(team: Team) -> None:
    with recorded(via="web", by=Principal.system("inside")):
        Team.objects.filter(pk=team.pk).update(name="Inside")
    Team.objects.filter(pk=team.pk).update(name="Outside")
    assert [(event.pgh_context or {}).get("system") for event in history_of(team)] == [None, "inside"]


def test_block_inside_a_block_gives_the_word_back(team: Team) -> None:
    with recorded(via="web", by=Principal.system("outer")):
        with recorded(via="import", by=Principal.system("inner")):
            Team.objects.filter(pk=team.pk).update(name="One")
        Team.objects.filter(pk=team.pk).update(name="Two")
    told = [(event.pgh_context["via"], event.pgh_context["system"]) for event in history_of(team)]
    assert told == [("web", "outer"), ("import", "inner")]


def test_block_that_raises_ends_too(team: Team) -> None:
    with pytest.raises(ZeroDivisionError), recorded(via="web", by=Principal.system("failing")):
        raise ZeroDivisionError
    Team.objects.filter(pk=team.pk).update(name="After")
    assert [event.pgh_context for event in history_of(team)] == [None]


def test_set_based_writers_work_inside_a_block_and_executemany_does_not(team: Team) -> None:
    with recorded(via="import", by=Principal.system("bulk")), connection.cursor() as cursor:
        cursor.execute(
            "WITH n AS (SELECT %s AS name) UPDATE people_team t SET name = n.name FROM n WHERE t.id = %s"
            " RETURNING t.name",
            ["Bulk", team.pk],
        )
        assert (cursor.rowcount, cursor.fetchall()) == (1, [("Bulk",)])
        cursor.execute("UPDATE people_team SET name = name || '%%'")
        with pytest.raises((DatabaseError, TypeError, IndexError)):
            cursor.executemany("UPDATE people_team SET name = %s", [["a"], ["b"]])
    assert [event.name for event in history_of(team)] == ["Bulk%", "Bulk"]
    assert {event.pgh_context["system"] for event in history_of(team)} == {"bulk"}
