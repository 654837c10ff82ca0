"""How persons are reached: what the record, which knows them by ref alone, asks when it delivers a notice."""

from __future__ import annotations

from zhirong.people.models import Person
from zhirong.record.actions import Reach

NOWHERE = Reach(language="zh-hans", addresses={})


def reach(person_ref: str) -> Reach:
    """Language and addresses of a person; a closed log-in is reached nowhere outside the house."""
    person = Person.objects.filter(ref=person_ref, is_active=True).first()
    if person is None:
        return NOWHERE
    addresses = {"e_mail": person.email, "sms": person.phone}
    return Reach(language=person.language, addresses={channel: to for channel, to in addresses.items() if to})
