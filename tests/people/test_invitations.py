"""Inviting by mail: what the link does, what it never does, and when it ends."""

from datetime import timedelta

import pytest
from django.test import Client

from kam.core import clock
from kam.core.errors import DomainError
from kam.outbox.models import OutboxMessage
from kam.people import invitations
from kam.people.enums import Role
from kam.people.invitations import accept_invitation, invite_user, link_to, send_invitation
from kam.people.models import Invitation, User
from kam.people.principal import principal_for
from kam.people.services import deactivate_user
from tests.people.mailed import link_in, sent_mail
from tests.personas import PASSWORD, SYSTEM, People, client_for, principal

pytestmark = pytest.mark.django_db
SITE = "https://kam.example/"


def invited(people: People, **changed: object) -> User:
    wanted = {"email": "New@kam.example", "name": "Nora New", "role": Role.MANAGER, "team": people.north_one}
    return invite_user(by=principal(people.admin), site=SITE, now=clock.now(), **{**wanted, **changed})


def mailed_link(people: People) -> str:
    invited(people)
    (letter,) = sent_mail()
    return link_in(letter)


def test_mail_goes_out_by_the_outbox_and_tells_who_invites(people: People) -> None:
    invited(people)
    (letter,) = sent_mail()
    assert (letter.to, letter.subject) == (["new@kam.example"], "Your invitation to kam")
    assert "Ada Admin has invited you" in letter.body
    assert f"{SITE}invitation/" in letter.body
    assert sent_mail() == []
    assert not OutboxMessage.objects.filter(payload__icontains="invitation/").exists()


def test_message_id_stays_the_same_over_tries(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    invited(people)
    monkeypatch.setattr("kam.outbox.dispatch._mark_done", lambda mine: mine.update(lease_until=None, lease_token=None))
    ids = {letter.extra_headers["Message-ID"] for letter in sent_mail()}
    assert len(ids) == 1


def test_following_the_link_changes_nothing(people: People) -> None:
    link, browser = mailed_link(people), Client()
    before = [*Invitation.objects.values(), *User.objects.order_by("pk").values()]
    for _visit in range(2):
        page = browser.get(link)
        assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
        assert page.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert [*Invitation.objects.values(), *User.objects.order_by("pk").values()] == before


def test_accepting_sets_name_and_password_and_signs_in(people: People) -> None:
    link, browser = mailed_link(people), Client()
    answer = browser.post(link, {"name": " Nora  Neu ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    user = User.objects.get(email="new@kam.example")
    assert (user.name, user.check_password(PASSWORD), principal_for(user).role) == ("Nora Neu", True, Role.MANAGER)
    assert browser.get("/accounts/").status_code == 200


@pytest.mark.parametrize("password", ["short", "password1234", "new@kam.example"])
def test_weak_password_is_refused_and_the_link_still_works(people: People, password: str) -> None:
    link, browser = mailed_link(people), Client()
    assert browser.post(link, {"name": "Nora", "password": password}).status_code == 422
    assert not User.objects.get(email="new@kam.example").has_usable_password()
    assert browser.post(link, {"name": "Nora", "password": PASSWORD}).status_code == 302


def dead_links(people: People) -> dict[str, str]:
    """A link for every reason not to work."""
    now = clock.now()
    used = link_to(invited(people).invitations.get())
    accept_invitation(token=used.split("/")[-2], name="A", password=PASSWORD, now=now)
    late = invited(people, email="late@kam.example").invitations.get()
    Invitation.objects.filter(pk=late.pk).update(expires_at=now)
    gone = invited(people, email="gone@kam.example")
    withdrawn = link_to(gone.invitations.get())
    deactivate_user(by=SYSTEM, user=gone, now=now)
    again = invited(people, email="again@kam.example")
    replaced = link_to(again.invitations.get())
    send_invitation(by=SYSTEM, user=again, site=SITE, now=now)
    reset = invited(people, email="reset@kam.example")
    User.objects.filter(pk=reset.pk).update(password=people.owner.password)
    return {
        "used": used,
        "late": link_to(late),
        "withdrawn": withdrawn,
        "replaced": replaced,
        "password from elsewhere": link_to(reset.invitations.get()),
        "forged": f"{SITE}invitation/x:y/",
        "changed": used[:-2] + ("a/" if used[-2] != "a" else "b/"),
    }


def test_every_dead_link_is_answered_in_the_same_words(people: People) -> None:
    answers = set()
    for why, link in dead_links(people).items():
        path, browser = link.removeprefix(SITE.rstrip("/")), Client()
        for method in (browser.get, browser.post):
            answer = method(path, {"name": "Nora", "password": PASSWORD} if method == browser.post else None)
            assert answer.status_code == 410, why
            answers.add(answer.content)
    assert len(answers) == 1


def test_new_link_works_where_the_old_one_ended(people: People) -> None:
    user = invited(people)
    sent_mail()
    assert client_for(people.admin).post(f"/settings/people/{user.pk}/invite/").status_code == 303
    (letter,) = sent_mail()
    assert "http://testserver/invitation/" in letter.body
    assert Client().post(link_in(letter), {"name": "Nora", "password": PASSWORD}).status_code == 302


def test_withdrawn_invitation_is_not_mailed_any_more(people: People) -> None:
    user = invited(people)
    deactivate_user(by=SYSTEM, user=user, now=clock.now())
    assert sent_mail() == []
    assert OutboxMessage.objects.get().done_at is not None


def test_whoever_was_deactivated_comes_back_without_the_old_rights(people: People) -> None:
    deactivate_user(by=SYSTEM, user=people.leader, now=clock.now())
    send_invitation(by=SYSTEM, user=people.leader, site=SITE, now=clock.now())
    (letter,) = sent_mail()
    assert Client().post(link_in(letter), {"name": "Lena", "password": PASSWORD}).status_code == 302
    people.leader.refresh_from_db()
    assert principal_for(people.leader).role == Role.NOBODY


@pytest.mark.parametrize(("who", "code"), [("owner", "signed_up"), ("integration", "not_invitable")])
def test_who_needs_no_invitation_gets_none(people: People, who: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        send_invitation(by=SYSTEM, user=getattr(people, who), site=SITE, now=clock.now())
    assert (caught.value.code, Invitation.objects.count()) == (code, 0)


def test_only_administrators_invite(people: People) -> None:
    by, now = principal(people.leader), clock.now()
    wanted = {"email": "x@kam.example", "name": "X", "role": Role.MANAGER, "team": people.north_one, "site": SITE}
    for call in (
        lambda: invite_user(by=by, now=now, **wanted),
        lambda: send_invitation(by=by, user=people.deactivated, site=SITE, now=now),
    ):
        with pytest.raises(DomainError) as caught:
            call()
        assert caught.value.code == "not_allowed"


def test_link_lasts_seven_days(people: People) -> None:
    now = clock.now()
    token = link_to(send_invitation(by=SYSTEM, user=people.deactivated, site=SITE, now=now)).split("/")[-2]
    invitations.invitation_behind(token, now=now + timedelta(days=7, seconds=-1))
    with pytest.raises(invitations.LinkDead):
        invitations.invitation_behind(token, now=now + timedelta(days=7))


def test_invite_page_says_what_is_wrong(people: People) -> None:
    client, team = client_for(people.admin), str(people.north_one.pk)
    good = {"email": "x@kam.example", "name": "X", "role": "manager", "team": team}
    for wrong in ({"email": "OLGA.OWNER@kam.example"}, {"team": ""}, {"role": "system"}, {"name": " "}, {"email": "x"}):
        assert client.post("/settings/people/invite/", {**good, **wrong}).status_code == 422, wrong
    assert client.post("/settings/people/invite/", good).status_code == 303
    assert [letter.to for letter in sent_mail()] == [["x@kam.example"]]
