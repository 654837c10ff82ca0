"""Money that came under a code and has served its purpose is no longer set aside for it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark_served(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """What was met before earmarks were kept: only deposits and prices that still wait keep theirs."""
    deals = apps.get_model("exchange", "Deal").objects.filter(state="payment")
    intents = apps.get_model("exchange", "Intent").objects.filter(deposit_state="due")
    waiting = {number.replace("-", "") for number in deals.values_list("number", flat=True)}
    waiting |= set(intents.values_list("payment_code", flat=True))
    met = apps.get_model("ledger", "Expectation").objects.filter(state="met")
    met.exclude(code__in=waiting).update(state="served")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0007_listing_change"), ("ledger", "0004_dues")]

    operations = [migrations.RunPython(mark_served, migrations.RunPython.noop)]
