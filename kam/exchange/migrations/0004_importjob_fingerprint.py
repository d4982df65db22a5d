from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0003_exports"),
    ]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="fingerprint",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
    ]
