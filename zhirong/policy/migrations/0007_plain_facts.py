from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('policy', '0006_kept_texts'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='plain_facts',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='application',
            name='decided_plain_facts',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
    ]
