import json

from django.db import migrations

# The steps that say when the free period ends.
TIMES = ("begun", "edited", "resumed")


def count_anew(apps, schema_editor):
    """The bid that opened the limited period once counted as an extension (B1: it is none); the steps tell it right."""
    Lot, LotStep = apps.get_model("exchange", "Lot"), apps.get_model("exchange", "LotStep")
    for lot in Lot.objects.filter(form="free_limited", extensions__gt=0).only("pk", "extensions"):
        free_end_ns = closes_ns = extensions = 0
        steps = LotStep.objects.filter(lot=lot, refusal="").order_by("seq").values_list("kind", "closes_ns", "facts")
        for kind, after_ns, facts in steps.iterator():
            if kind in TIMES:
                free_end_ns = int(json.loads(facts)["free_end_ns"])
            elif kind == "bid" and closes_ns not in (after_ns, free_end_ns):
                extensions += 1
            closes_ns = after_ns
        if extensions != lot.extensions:
            Lot.objects.filter(pk=lot.pk).update(extensions=extensions)


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0016_withdrawals_asked'),
    ]

    operations = [
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
