"""Web addresses of exports."""

from django.urls import path

from kam.exchange.exports import views

urlpatterns = [
    path("exports/", views.export_list, name="export_list"),
    path("exports/new/", views.export_new, name="export_new"),
    path("exports/<uuid:job_id>/", views.export_detail, name="export_detail"),
    path("exports/<uuid:job_id>/file/", views.export_file, name="export_file"),
]
