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
    # Its second factors. Whoever comes to a sign-in's next step without the first is sent back to that one.
    "mfa_authenticate": {"GET": Who.ANYONE, "POST": Who.ANYONE},
    "mfa_login_webauthn": {"GET": Who.ANYONE, "POST": Who.ANYONE},
    "mfa_reauthenticate": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "mfa_reauthenticate_webauthn": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "mfa_activate_totp": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "mfa_deactivate_totp": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "mfa_view_recovery_codes": {"GET": Who.SIGNED_IN},
    "mfa_generate_recovery_codes": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "mfa_download_recovery_codes": {"GET": Who.SIGNED_IN},
    "mfa_add_webauthn": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "mfa_edit_webauthn": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    "mfa_remove_webauthn": {"GET": Who.SIGNED_IN, "POST": Who.SIGNED_IN},
    # drf-spectacular: the contract, without anyone's data
    "openapi": {"GET": Who.ANYONE},
}
