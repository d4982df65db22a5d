"""Where somebody is signed in, and ending it."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from kam.people.models import User
from kam.people.own import middleware
from kam.people.own.devices import device_words
from tests.personas import PASSWORD, People

pytestmark = pytest.mark.django_db
PAGE, END = "/settings/sign-in/", "/settings/sign-in/sessions/end/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"


@pytest.fixture(autouse=True)
def no_earlier_tries() -> None:
    cache.clear()


def signed_in(user: User, agent: str = FIREFOX, address: str = "203.0.113.9") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert client.post("/login/", {"login": user.email, "password": PASSWORD}).headers["Location"] == "/"
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_list_names_each_browser_with_its_address_this_one_first(people: People) -> None:
    signed_in(people.owner, IPHONE, "198.51.100.7")
    here = signed_in(people.owner)
    signed_in(people.teammate)
    found = here.get(PAGE).context["sessions"]
    assert [(s.device, s.address, s.here) for s in found] == [
        ("Firefox on Windows", "203.0.113.9", True),
        ("Safari on iPhone", "198.51.100.7", False),
    ]


def test_list_takes_the_same_queries_for_one_session_and_four(people: People, django_assert_max_num_queries) -> None:
    counts = []
    for _ in range(4):
        client = signed_in(people.owner)
        client.get(PAGE)
        with django_assert_max_num_queries(12) as asked:
            client.get(PAGE)
        counts.append(len(asked))
    assert counts[0] == counts[3]


def test_one_session_is_ended_and_the_others_stay(people: People) -> None:
    one, two, here = (signed_in(people.owner) for _ in range(3))
    row = UserSession.objects.get(session_key=one.session.session_key)
    assert here.post(END, {"session": row.pk}).headers["Location"] == PAGE
    assert (is_in(one), is_in(two), is_in(here)) == (False, True, True)


def test_all_other_sessions_are_ended_at_once(people: People) -> None:
    one, two, here, others = (*(signed_in(people.owner) for _ in range(3)), signed_in(people.teammate))
    here.post(END)
    assert (is_in(one), is_in(two), is_in(here), is_in(others)) == (False, False, True, True)
    assert len(here.get(PAGE).context["sessions"]) == 1


@pytest.mark.parametrize("session", ["0", "x", "-1", "9" * 40, "٣"])
def test_a_session_that_is_none_is_not_found(people: People, session: str) -> None:
    one, here = signed_in(people.owner), signed_in(people.owner)
    assert here.post(END, {"session": session}).status_code == 404
    assert is_in(one)


def test_nobody_ends_the_session_of_another(people: People) -> None:
    theirs, mine = signed_in(people.owner), signed_in(people.admin)
    row = UserSession.objects.get(session_key=theirs.session.session_key)
    assert mine.post(END, {"session": row.pk}).status_code == 404
    assert is_in(theirs)


def test_a_new_password_leaves_only_this_session(people: People) -> None:
    elsewhere, here = signed_in(people.owner), signed_in(people.owner)
    new = "quite another staple battery"
    here.post("/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (is_in(elsewhere), is_in(here)) == (False, True)
    assert [row.session_key for row in UserSession.objects.filter(user=people.owner)] == [here.session.session_key]


def test_last_seen_is_noted_at_most_every_five_minutes(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(people.owner)
    client.get(PAGE)
    long_ago = timezone.now() - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)
    client.get(PAGE)
    assert UserSession.objects.get().last_seen_at == long_ago
    monkeypatch.setattr(middleware, "EVERY_S", 0)
    client.get(PAGE, REMOTE_ADDR="192.0.2.44")
    row = UserSession.objects.get()
    assert (row.last_seen_at > long_ago, row.ip) == (True, "192.0.2.44")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_device_in_words(agent: str, words: str) -> None:
    assert device_words(agent) == words
