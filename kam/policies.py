"""Policies of routes whose views are not ours, by URL name (kam.core.policy enforces them)."""

from kam.core.policy import WebPolicy, Who

THIRD_PARTY: dict[str, WebPolicy] = {
    # django-allauth
    "account_login": {"GET": Who.ANYONE, "POST": Who.ANYONE},
    "account_logout": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "account_inactive": {"GET": Who.ANYONE},
    "account_reauthenticate": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "account_change_password": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "account_set_password": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "account_reset_password": {"GET": Who.ANYONE, "POST": Who.ANYONE},
    "account_reset_password_done": {"GET": Who.ANYONE},
    "account_reset_password_from_key": {"GET": Who.ANYONE, "POST": Who.ANYONE},
    "account_reset_password_from_key_done": {"GET": Who.ANYONE},
    # drf-spectacular: the contract, without anyone's data
    "openapi": {"GET": Who.ANYONE},
}
