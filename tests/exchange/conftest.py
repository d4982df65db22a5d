from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def files_of_their_own(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
