"""Every address of the site. A route without a declared policy stops `manage.py check` (kam.E001)."""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import include, path, re_path

from kam.core import views
from kam.outbox.views import readyz

urlpatterns = [
    path("", views.home, name="home"),
    path("livez", views.livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("settings/", views.settings_home, name="settings_home"),
    path("api/v1/", include("kam.api_urls")),
    # Signing in. Sign-up and email pages of django-allauth are left out: people are invited.
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    # The second factor and passkeys; their own page is kam/people/own/security.py.
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("reauthenticate/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("settings/sign-in/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("settings/sign-in/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("settings/sign-in/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("settings/sign-in/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("settings/sign-in/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("settings/sign-in/passkeys/new/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("settings/sign-in/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("settings/sign-in/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    # Our apps
    path("", include("kam.people.own.urls")),
    path("", include("kam.audit.urls")),
    path("", include("kam.api.tokens.urls")),
    path("", include("accounts.urls")),
    path("", include("touchpoints.urls")),
    path("", include("kam.exchange.urls")),
    path("", include("kam.people.urls")),
]

handler400 = "kam.core.views.bad_request"
handler403 = "kam.core.views.forbidden"
handler404 = "kam.core.views.not_found"
handler429 = "kam.people.views.entrance.too_many_requests"  # looked up by django-allauth
handler500 = "kam.core.views.server_error"
