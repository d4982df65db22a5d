"""How django-allauth behaves here: nobody signs up, and a refusal never tells why."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """People are made by an administrator; the public side only signs in and resets passwords."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The user, if the password is right and they may sign in.

        A deactivated user gets the words of a wrong password. django-allauth would send them to a page
        that says the account exists, and would hand back the try it had counted.
        """
        user = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.pre_authenticate(request, **credentials)  # count the try again
            return None
        return user
