from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_the_rights_that_are_shown")]

    operations = [
        migrations.RemoveIndex(model_name="right", name="registry_right_shown"),
        migrations.AddIndex(
            model_name="right",
            index=models.Index(
                fields=["put_at", "id", "kind", "batch", "granted_on", "publication_number", "number", "title"],
                name="registry_right_found",
            ),
        ),
    ]
