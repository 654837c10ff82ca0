"""What a listing said before an approved change, for the page that shows both."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0012_proof_of_buyer")]
    operations = [
        migrations.AddField(
            model_name="listingchange", name="was", field=models.TextField(blank=True, default="")
        ),
    ]
