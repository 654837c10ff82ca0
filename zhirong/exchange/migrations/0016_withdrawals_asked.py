import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0015_unread_columns'),
        ('record', '0002_seals'),
    ]

    operations = [
        migrations.AddField(
            model_name='listingchange',
            name='what',
            field=models.CharField(default='change', max_length=10),
        ),
        migrations.AddField(
            model_name='listingchange',
            name='ground',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='listingchange',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.file'),
        ),
        migrations.AlterField(
            model_name='listingchange',
            name='offer',
            field=models.TextField(blank=True),
        ),
    ]
