import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def looked_at_before(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """What an operator entered was looked at; what a holder entered waits until an operator has found it."""
    payments = apps.get_model("registry", "FeePayment").objects
    grants = apps.get_model("people", "RoleGrant").objects
    operators = grants.filter(role="operator", confirmed_at__isnull=False).values("person_id")
    payments.filter(entered_by__in=operators).update(
        state="confirmed", decided_by=models.F("entered_by"), decided_at=models.F("entered_at")
    )


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_one_resident_id'),
        ('registry', '0004_holder_contested'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='feepayment',
            name='state',
            field=models.CharField(default='waiting', max_length=12),
        ),
        migrations.AddField(
            model_name='feepayment',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='feepayment',
            name='decided_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='feepayment',
            name='reason',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
        migrations.RunPython(looked_at_before, migrations.RunPython.noop, elidable=False),
    ]
