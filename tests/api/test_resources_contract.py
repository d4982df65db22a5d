"""docs/openapi.yaml is the contract as the code makes it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
RENEW = "python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The document as the code makes it, valid and without a warning."""
    path = tmp_path_factory.mktemp("contract") / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(path))
    return path.read_text()


def test_committed_document_is_what_the_code_answers(made: str) -> None:
    if COMMITTED.read_text() != made:
        pytest.fail(f"The API and docs/openapi.yaml differ. If the API is right: {RENEW}", pytrace=False)


def test_document_is_openapi_3_1(made: str) -> None:
    assert made.startswith("openapi: 3.1.0\n")
