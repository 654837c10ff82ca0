"""The papers on which a burden was registered and lifted; what was entered before has none."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


def paper() -> models.ForeignKey:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.file"
    )


class Migration(migrations.Migration):
    dependencies = [("record", "0002_seals"), ("registry", "0007_a_refused_payment_again")]
    operations = [
        migrations.AddField(model_name="encumbrance", name="file", field=paper()),
        migrations.AddField(model_name="encumbrance", name="end_file", field=paper()),
    ]
