from django.db import migrations

from touchpoints.catalogue import fill


class Migration(migrations.Migration):
    dependencies = [("touchpoints", "0002_same_account")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
