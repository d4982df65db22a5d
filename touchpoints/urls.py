"""Web addresses of touchpoints."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
