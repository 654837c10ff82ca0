"""Public universities and research institutes apart from other public institutions, and who noted a party's nature."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_browsers")]
    operations = [
        migrations.AddField(
            model_name="party",
            name="is_public_research",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="party",
            name="nature_noted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_public_research", False),
                    models.Q(("country", "CN"), ("is_state_owned", False), ("kind", "legal")),
                    _connector="OR",
                ),
                name="people_public_research",
            ),
        ),
    ]
