"""Finding an account by what another system calls it stays a matter of indexes."""

import pytest
from django.db import connection

from accounts.criteria import is_called
from accounts.models import Account, ExternalId
from tests.personas import SYSTEM, Company

pytestmark = pytest.mark.django_db


def test_an_external_id_is_found_by_its_index_whatever_the_source(company: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_externalid (account_id, source, external_id)"
            " SELECT %s, 'crm ' || n %% 3, 'A-' || n FROM generate_series(1, 20000) n",
            [company.account.pk],
        )
        cursor.execute("ANALYZE accounts_externalid")
    plan = ExternalId.objects.visible_to(SYSTEM).filter(external_id="A-17").explain()
    assert "external_id_alone" in plan and "Seq Scan on accounts_externalid" not in plan, plan
    found = Account.objects.visible_to(SYSTEM).filter(is_called(" A-17 ", principal=SYSTEM))
    assert found.get() == company.account
