"""Web addresses of imports."""

from django.urls import path

from kam.exchange import views
from kam.exchange.exports.urls import urlpatterns as exports

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/", views.import_new, name="import_new"),
    path("imports/<uuid:job_id>/", views.import_detail, name="import_detail"),
    path("imports/<uuid:job_id>/issues.csv", views.import_issues, name="import_issues"),
    *exports,
]
