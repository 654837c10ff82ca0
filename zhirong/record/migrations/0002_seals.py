"""The signed note, the choice of channels, and the seals: what stands on the record does not change.

A leaf may only get its number, once. Events, subtrees and checkpoints are written once and stay.
A later migration that makes one of these tables anew on SQLite must seal it again (tests/record/test_seals.py).
"""

from django.db import migrations, models

SEALED = ("record_leaf", "record_event", "record_subtree", "record_checkpoint")
LEAF = ("id", "at", "kind", "topic", "body", "hash")


def seal(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    if not is_sqlite:
        schema_editor.execute(
            "CREATE FUNCTION record_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'what stands on the record does not change' USING ERRCODE = 'restrict_violation'; END $$"
        )
    differs = "IS NOT" if is_sqlite else "IS DISTINCT FROM"
    edited = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in LEAF)
    for table in SEALED:
        rule = f"OLD.number IS NOT NULL OR NEW.number IS NULL OR {edited}" if table == "record_leaf" else "1 = 1"
        for deed, when in (("UPDATE", f"WHEN ({rule})"), ("DELETE", "")):
            name = f"{table}_seal_{deed.lower()}"
            if is_sqlite:
                then = "BEGIN SELECT RAISE(ABORT, 'what stands on the record does not change'); END"
                schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {deed} ON {table} {when} {then}")
            else:
                then = f"FOR EACH ROW {when} EXECUTE FUNCTION record_sealed()"
                schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {deed} ON {table} {then}")


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="checkpoint", name="signature"),
        migrations.AddField(
            model_name="checkpoint", name="note", field=models.TextField(default=""), preserve_default=False
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_ref", models.CharField(max_length=16)),
                ("channel", models.CharField(max_length=16)),
                ("is_wanted", models.BooleanField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="choice",
            constraint=models.UniqueConstraint(fields=("person_ref", "channel"), name="record_choice_once"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
