import pytest
from django.db import connections


@pytest.fixture(autouse=True)
def unhashed_static_files(settings):
    """Pages render without a collected manifest."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}


@pytest.fixture
def database_away(db):
    """No PostgreSQL listens where the settings point."""
    wrapper = connections["default"]
    wrapper.close()
    port, wrapper.settings_dict["PORT"] = wrapper.settings_dict["PORT"], "1"
    yield
    wrapper.settings_dict["PORT"] = port
    wrapper.close()
