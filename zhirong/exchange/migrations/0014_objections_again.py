import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0013_change_before'),
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
