from __future__ import annotations

from datetime import date

import pytest

from tests.registry.given_rights import a_file, a_number, a_party, a_person, a_right
from zhirong.record.models import Event
from zhirong.registry import documents
from zhirong.registry.actions import imports
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def test_a_right_is_handed_to_the_search_with_its_state_and_holders():
    right = a_right(parties=(a_party(),), title_en="A gripper", inventors=("赵一", "钱二"))
    (found,) = documents.every_document(DAY)
    assert (found.id, found.kind, found.title, found.more) == (right.topic, "right", "一种柔性夹爪", ("A gripper",))
    assert (found.numbers, found.ipc, found.inventors) == ((a_number(1),), ("B25J 9/16",), ("赵一", "钱二"))
    assert (found.state, found.state_names) == ("in_force", ("有效", "in force"))
    assert found.dates == {
        "applied": date(2021, 3, 5),
        "published": date(2021, 8, 1),
        "granted": date(2023, 6, 2),
    }
    assert found.facets == {"right_kind": ("invention",)}


def test_rights_of_an_import_are_found_only_when_it_shows(monkeypatch):
    party = a_party()
    data = f"申请号,名称,权利人,申请日\n{a_number(1)},甲,某厂,2021-03-05\n{a_number(2)},乙,某厂,2021-03-05".encode()
    who = a_person("holder", of=party)
    batch = imports.stage_import(who, "rights", data, file=a_file(data), holder=party)
    with monkeypatch.context() as waiting:
        waiting.setattr(imports, "_show", lambda who, batch, changes: batch)
        imports.commit_import(who, batch)
    assert list(documents.every_document(DAY)) == []
    imports.commit_import(who, batch)
    assert len(list(documents.every_document(DAY))) == 2
    shown = Event.objects.get(kind="registry.import_shown")
    touched = documents.rights_touched(shown.kind, shown.topic, shown.body)
    assert touched == list(Right.objects.order_by("pk").values_list("pk", flat=True))


def test_a_deed_on_a_right_touches_that_right_and_others_touch_none():
    right = a_right()
    put = Event.objects.get(kind="registry.right_put")
    assert documents.rights_touched(put.kind, put.topic, put.body) == [right.pk]
    assert documents.rights_touched("exchange.bid", "lot:7", "{}") == []
