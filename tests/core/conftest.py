import pytest


@pytest.fixture(autouse=True)
def unhashed_static_files(settings):
    """Pages render without a collected manifest."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
