"""Of the public institutions noted before, those that are universities or institutes by name and code stay freed.

The others need an appraisal and an approval from now on (V11) until an operator notes what they are. Who noted a
nature is read from the record.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from django.db import migrations

# The end of the name, a campus in brackets aside; the code of a public institution begins with 12 (GB 32100).
RESEARCH: Final = re.compile(r"(大学|学院|研究院|研究所|科学院)([（(][^（）()]*[）)])?$")


def free(apps: Any, schema_editor: Any) -> None:
    party = apps.get_model("people", "Party")
    public = {"is_public_institution": True, "is_state_owned": False, "kind": "legal", "country": "CN"}
    names = party.objects.filter(**public, code__startswith="12").values_list("pk", "name")
    freed = [pk for pk, name in names if RESEARCH.search(name)]
    for start in range(0, len(freed), 500):
        party.objects.filter(pk__in=freed[start : start + 500]).update(is_public_research=True)


def name_who_noted(apps: Any, schema_editor: Any) -> None:
    party, person = apps.get_model("people", "Party"), apps.get_model("people", "Person")
    noted = apps.get_model("record", "Leaf").objects.filter(kind="people.nature_noted").order_by("pk")
    last = {topic.removeprefix("party:"): json.loads(body)["who"] for topic, body in noted.values_list("topic", "body")}
    people = dict(person.objects.filter(ref__in=set(last.values())).values_list("ref", "pk"))
    for ref, who in last.items():
        party.objects.filter(ref=ref).update(nature_noted_by=people.get(who))


class Migration(migrations.Migration):
    dependencies = [("people", "0005_public_research"), ("record", "0002_seals")]
    operations = [
        migrations.RunPython(free, migrations.RunPython.noop),
        migrations.RunPython(name_who_noted, migrations.RunPython.noop),
    ]
