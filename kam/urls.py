"""Every address of the site. A route without a declared policy stops `manage.py check` (kam.E001)."""

from allauth.account import views as allauth
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
    # Our apps
    path("", include("kam.people.own.urls")),
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
