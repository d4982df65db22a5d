from django.db import migrations

LINKS = {
    "touchpointcontact": [("touchpoint_id", "touchpoints_touchpoint"), ("contact_id", "accounts_contact")],
    "touchpointstaff": [("touchpoint_id", "touchpoints_touchpoint")],
}


def same_account(link: str, column: str, target: str) -> migrations.RunSQL:
    table, name = f"touchpoints_{link}", f"{link}_{column.removesuffix('_id')}_same_account"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (account_id, {column}) "
        f"REFERENCES {target} (account_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """A contact or colleague of a touchpoint belongs to its very account: the database says so."""

    dependencies = [("touchpoints", "0001_initial")]
    operations = [same_account(link, *end) for link, ends in LINKS.items() for end in ends]
