"""Web addresses of accounts."""

from django.urls import path

from accounts.views import (
    account,
    accounts,
    census,
    day,
    editing,
    exports,
    health_weights,
    members,
    notes,
    portfolio,
    reassigning,
    search,
    sensitive,
    who_sees,
)

urlpatterns = [
    path("settings/health/", health_weights.health_weights, name="health_weights"),
    path("my-day/", day.my_day, name="my_day"),
    path("portfolio/", portfolio.portfolio_page, name="portfolio"),
    path("portfolio/export.csv", exports.portfolio_export, name="portfolio_export"),
    path("census/", census.census_page, name="census"),
    path("accounts/", accounts.account_list, name="account_list"),
    path("accounts/export.csv", exports.account_export, name="account_export"),
    path("accounts/search/", search.account_search, name="account_search"),
    path("accounts/new/", editing.account_new, name="account_new"),
    path("accounts/reassign/", reassigning.account_reassign, name="account_reassign"),
    path("accounts/<uuid:account_id>/", account.account_detail, name="account_detail"),
    path("accounts/<uuid:account_id>/edit/", editing.account_edit, name="account_edit"),
    path("accounts/<uuid:account_id>/health/", account.account_health, name="account_health"),
    path("accounts/<uuid:account_id>/favourite/", notes.account_favourite, name="account_favourite"),
    path("accounts/<uuid:account_id>/notes/", notes.account_notes, name="account_notes"),
    path("notes/<uuid:note_id>/edit/", notes.note_edit, name="note_edit"),
    path("notes/<uuid:note_id>/delete/", notes.note_delete, name="note_delete"),
    path("accounts/<uuid:account_id>/team/", members.account_team, name="account_team"),
    path("accounts/<uuid:account_id>/team/<uuid:user_id>/remove/", members.member_remove, name="member_remove"),
    path("accounts/<uuid:account_id>/contacts/new/", editing.contact_new, name="contact_new"),
    path("settings/who-sees/", who_sees.visibility_why, name="visibility_why"),
    path("contacts/<uuid:contact_id>/edit/", editing.contact_edit, name="contact_edit"),
    path("contacts/<uuid:contact_id>/private/", sensitive.contact_private, name="contact_private"),
    path("contacts/<uuid:contact_id>/private/edit/", sensitive.contact_private_edit, name="contact_private_edit"),
    path("accounts/<uuid:account_id>/reads/", sensitive.account_reads, name="account_reads"),
]
