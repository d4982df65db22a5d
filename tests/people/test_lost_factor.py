"""A lost second factor is removed by an administrator; people hear of factors that come and go."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.test import Client

from kam.core import clock
from kam.core.errors import BadInput, Conflict, DomainError
from kam.people.lost_factor import remove_second_factors
from kam.people.models import FactorRemoval, User
from tests.people.mailed import sent_mail
from tests.personas import PASSWORD, People, client_for, principal

pytestmark = pytest.mark.django_db
TYPE = Authenticator.Type


def factor(user: User, kind: str = TYPE.TOTP) -> Authenticator:
    return Authenticator.objects.create(user=user, type=kind, data={})


def path(user: User, sub: str = "second-factor/") -> str:
    return f"/settings/people/{user.pk}/{sub}"


def test_an_administrator_removes_it_with_a_reason_and_all_sessions_end(people: People) -> None:
    user, admin = people.owner, client_for(people.admin)
    browser = Client()
    browser.post("/login/", {"login": user.email, "password": PASSWORD})
    assert browser.get("/settings/profile/").status_code == 200
    factor(user)
    RecoveryCodes.activate(user)
    kept = factor(people.teammate)
    assert 'name="reason"' in admin.get(path(user, "")).content.decode()
    answer = admin.post(path(user), {"reason": "Phone  lost"})
    assert (answer.status_code, answer.headers["Location"]) == (303, path(user, ""))
    assert list(Authenticator.objects.all()) == [kept]
    assert browser.get("/settings/profile/").status_code == 302
    row = FactorRemoval.objects.get()
    assert (row.user, row.removed_by, row.reason) == (user, people.admin, "Phone lost")
    [letter] = sent_mail()
    assert (letter.to, letter.subject) == ([user.email], "A second factor was removed from your account")
    assert "An administrator has removed" in letter.body
    [line] = admin.get("/settings/audit/", {"kind": "people.factorremoval"}).context["page"].rows
    assert (line.who, line.what, line.reason, line.url) == ("Ada Admin", str(user), "Phone lost", path(user, ""))
    assert "removed, because: Phone lost" in admin.get("/settings/audit/").content.decode()
    assert 'name="reason"' not in admin.get(path(user, "")).content.decode()
    signed_in = client_for(people.teammate).post("/login/", {"login": user.email, "password": PASSWORD})
    assert signed_in.status_code == 302


@pytest.mark.parametrize("has_one", [True, False])
def test_without_reason_or_factor_the_page_comes_back_and_says_why(people: People, has_one: bool) -> None:
    if has_one:
        factor(people.owner)
    answer = client_for(people.admin).post(path(people.owner), {"reason": "" if has_one else "lost"})
    assert answer.status_code == 422
    assert answer.context["factor_form"].errors
    assert (Authenticator.objects.count(), FactorRemoval.objects.count()) == (int(has_one), 0)
    error = BadInput if has_one else Conflict
    with pytest.raises(error):
        reason = " " if has_one else "lost"
        remove_second_factors(by=principal(people.admin), user=people.owner, reason=reason, now=clock.now())


def test_nobody_but_an_administrator_removes_one(people: People) -> None:
    factor(people.owner)
    for who in (people.leader, people.owner):
        with pytest.raises(DomainError):
            remove_second_factors(by=principal(who), user=people.owner, reason="lost", now=clock.now())
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize(
    ("signal", "kind", "words"),
    [
        (authenticator_added, TYPE.TOTP, "An authenticator app now belongs"),
        (authenticator_removed, TYPE.TOTP, "The authenticator app was removed"),
        (authenticator_added, TYPE.WEBAUTHN, "A new passkey now belongs"),
        (authenticator_removed, TYPE.WEBAUTHN, "A passkey was removed"),
        (authenticator_added, TYPE.RECOVERY_CODES, None),
    ],
)
def test_a_factor_that_comes_or_goes_is_told_by_mail(people: People, signal: object, kind: str, words: str) -> None:
    signal.send(sender=Authenticator, request=None, user=people.owner, authenticator=factor(people.owner, kind))  # type: ignore[attr-defined]
    letters = [letter for letter in sent_mail() if letter.to == [people.owner.email]]
    assert [words in letter.body for letter in letters] == ([True] if words else [])


def test_whoever_left_gets_no_mail(people: People) -> None:
    authenticator_added.send(sender=Authenticator, request=None, user=people.owner, authenticator=factor(people.owner))
    User.objects.filter(pk=people.owner.pk).update(is_active=False)
    assert sent_mail() == []
