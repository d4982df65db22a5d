from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_day_visits")]

    operations = [
        # Where a visit before this column led is not known: the next one begins anew.
        migrations.RunSQL("DELETE FROM accounts_dayvisit", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="dayvisit",
            name="site",
            field=models.CharField(default="", max_length=300),
            preserve_default=False,
        ),
    ]
