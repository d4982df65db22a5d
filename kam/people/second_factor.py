"""How django-allauth keeps second factors here: their secrets are never in the clear in the database."""

import base64
import hashlib
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

PURPOSE = b"kam.people.second_factor:"


class EncryptingAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps and of recovery codes are encrypted under SECRET_KEY.

    A dump alone opens no second factor. After a change of SECRET_KEY the former one has to stay in
    SECRET_KEY_FALLBACKS, or people set up their second factor anew.
    """

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Under a key that is gone, a secret nobody knows: an empty one would let anybody compute the codes."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(PURPOSE + key.encode()).digest())
