"""Web addresses of imports."""

from django.urls import path

from kam.exchange import views, views_mapping
from kam.exchange.exports.urls import urlpatterns as exports

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/", views.import_new, name="import_new"),
    path("imports/<uuid:job_id>/", views.import_detail, name="import_detail"),
    path("imports/<uuid:job_id>/issues.csv", views.import_issues, name="import_issues"),
    *exports,
    path("imports/<uuid:job_id>/rejected.csv", views.import_rejected, name="import_rejected"),
    path("imports/<uuid:job_id>/cancel/", views.import_cancel, name="import_cancel"),
    path("imports/<uuid:job_id>/columns/", views_mapping.import_map, name="import_map"),
    path("imports/<uuid:job_id>/reading/", views_mapping.import_reading, name="import_reading"),
    path("imports/<uuid:job_id>/discard/", views_mapping.import_discard, name="import_discard"),
    path("imports/mappings/<uuid:mapping_id>/remove/", views_mapping.mapping_remove, name="mapping_remove"),
]
