"""Web addresses of the audit."""

from django.urls import path

from kam.audit import views

urlpatterns = [path("settings/audit/", views.audit_list, name="audit_list")]
