from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What the tables of the apps above need of PostgreSQL."""

    initial = True
    dependencies = []
    run_before = [("accounts", "0001_initial")]
    operations = [TrigramExtension()]
