"""Currencies that nobody set or read: money has that of its account."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_waiting_lines")]
    operations = [
        migrations.RemoveField(model_name=name, name="currency") for name in ("bankline", "due", "expectation")
    ]
