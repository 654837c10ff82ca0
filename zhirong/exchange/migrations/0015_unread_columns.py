"""What no deed and no page ever read: every deal is a transfer."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exchange", "0014_objections_again")]
    operations = [
        migrations.RemoveField(model_name="listing", name="deal_kind"),
    ]
