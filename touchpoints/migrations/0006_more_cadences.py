from django.db import migrations

from touchpoints.catalogue import fill_more_cadences


class Migration(migrations.Migration):
    """Business reviews and executive contact get their cadences; the nightly repair plans what follows."""

    dependencies = [("touchpoints", "0005_purposes_and_decisions")]
    operations = [migrations.RunPython(fill_more_cadences, migrations.RunPython.noop)]
