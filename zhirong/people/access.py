"""The one answer to: may this person do this to this thing? Verbs are data in each module's access.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, DateTimeField, Value

from zhirong.base import yaml_text
from zhirong.base.refused import Refused
from zhirong.people import rules
from zhirong.people.models import Membership, Person, RoleGrant
from zhirong.people.rules import Standing, Verb

Who = Person | Standing | AnonymousUser | None


@cache
def roles() -> dict[str, dict[str, Any]]:
    """The roles of the house with their names, how they are given and what they exclude."""
    found: dict[str, dict[str, Any]] = yaml_text.parse(Path(__file__).with_name("roles.yaml").read_text("utf-8"))
    return found


@cache
def verbs() -> dict[str, Verb]:
    """Every verb of the house by its name. A verb stands in one file only."""
    found: dict[str, Verb] = {}
    for path in sorted(Path(__file__).parent.parent.glob("*/access.yaml")):
        for name, entry in (yaml_text.parse(path.read_text("utf-8")) or {}).items():
            assert name not in found, f"verb {name} stands twice"
            found[name] = _checked(rules.read_verb(name, entry))
    return found


def _checked(verb: Verb) -> Verb:
    named = verb.roles | verb.also
    unknown = named - roles().keys() - {rules.VISITOR, rules.PERSON}
    assert not unknown, f"{verb.name} names unknown roles {unknown}"
    assert rules.VISITOR not in named or not verb.is_bound, f"{verb.name}: a visitor belongs to nothing"
    # The administrator reads no bids and moves no money: no verb of those rooms may name that role.
    barred = {role for role in named & roles().keys() if verb.name.split(".")[0] in roles()[role].get("never", ())}
    assert not barred, f"{verb.name} may not name {barred}"
    return verb


def standing_of(who: Who) -> Standing | None:
    """What a person is now, in one query; a page asks once and passes it to every `may`. None is a visitor."""
    if who is None or isinstance(who, Standing):
        return who
    if not isinstance(who, Person) or not who.is_active:
        return None
    # Asked anew each time: a role or membership that ended a moment ago must not live on in a cache.
    held = RoleGrant.objects.filter(person_id=who.pk, confirmed_at__isnull=False, ended_at__isnull=True)
    belongs = Membership.objects.filter(person_id=who.pk, confirmed_at__isnull=False, ended_at__isnull=True)
    none = Value(None, BigIntegerField()), Value(False), Value(None, DateTimeField())
    known = belongs.values_list("party_id", "is_administrator", "party__verified_at", Value(""))
    found = list(known.union(held.values_list(*none, "role"), all=True))
    rows = [row for row in found if not row[3]]
    return Standing(
        person_id=who.pk,
        ref=who.ref,
        roles=frozenset(role for *_, role in found if role),
        parties=frozenset(party for party, *_ in rows),
        administered=frozenset(party for party, is_administrator, *_ in rows if is_administrator),
        verified=frozenset(party for party, _, verified_at, _ in rows if verified_at),
    )


def require(who: Who, verb: str, thing: object = None) -> None:
    """Nothing if the person may do this to this thing, else Refused with the rule that stands against it."""
    rules.judge(standing_of(who), verbs()[verb], thing, roles=roles())


def may(who: Who, verb: str, thing: object = None) -> bool:
    """Whether `require` would pass: for pages that show only what can be done."""
    try:
        require(who, verb, thing)
    except Refused:
        return False
    return True


def could(who: Who, verb: str) -> bool:
    """Whether the person's roles fit the verb for some thing: for menus only, never before a deed."""
    standing = standing_of(who)
    wanted = verbs()[verb].roles | verbs()[verb].also
    return bool(wanted & ({rules.VISITOR} | ({rules.PERSON} | standing.roles if standing else set())))


def has_role(who: Who, role: str) -> bool:
    """Whether the person has this role now."""
    assert role in roles(), role
    standing = standing_of(who)
    return standing is not None and role in standing.roles
