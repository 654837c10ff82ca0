from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('valuation', '0003_index_list'),
    ]

    operations = [
        migrations.AddField(
            model_name='appraisal',
            name='outside_reason',
            field=models.TextField(blank=True, default=''),
        ),
    ]
