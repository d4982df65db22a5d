from django.db import migrations

from kam.core.ids import uuid7
from touchpoints.catalogue import CADENCES, CHANNELS, TYPES, counted_for


def fill(apps, schema_editor):
    Channel = apps.get_model("touchpoints", "Channel")
    TouchpointType = apps.get_model("touchpoints", "TouchpointType")
    CadencePolicy = apps.get_model("touchpoints", "CadencePolicy")
    Channel.objects.bulk_create(
        Channel(id=uuid7(), key=key, name=name, mode=mode, default_direction=direction, icon=icon, position=position)
        for position, (key, name, mode, direction, icon) in enumerate(CHANNELS)
    )
    TouchpointType.objects.bulk_create(
        TouchpointType(
            id=uuid7(),
            key=key,
            name=name,
            phase=phase,
            default_initiative=initiative,
            moment_of_truth=truth,
            counts_for=counted_for(key),
            position=position,
        )
        for position, (key, name, phase, initiative, truth) in enumerate(TYPES)
    )
    CadencePolicy.objects.bulk_create(
        CadencePolicy(id=uuid7(), tier=tier, ideal_days=ideal, maximum_days=maximum)
        for tier, (ideal, maximum) in CADENCES.items()
    )


class Migration(migrations.Migration):
    dependencies = [("touchpoints", "0002_same_account")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
