import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0012_proof_of_buyer'),
        ('record', '0002_seals'),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.file'),
        ),
        migrations.AddField(
            model_name='objection',
            name='stops',
            field=models.BooleanField(default=True),
        ),
    ]
