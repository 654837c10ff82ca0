from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('exchange', '0010_proposals')]

    operations = [
        migrations.RemoveField(
            model_name='deal',
            name='annulment_proposed_by',
        ),
        migrations.RemoveField(
            model_name='deal',
            name='default_proposed_by',
        ),
        migrations.RemoveField(
            model_name='deal',
            name='withdrawal_proposed_by',
        ),
    ]
