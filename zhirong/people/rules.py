"""Who may do what, how a log-in is guarded, and which roles go together: pure answers to what they are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from zhirong.base.refused import Refused

VISITOR = "visitor"
PERSON = "person"


@dataclass(frozen=True)
class Standing:
    """What a signed-in person is at this moment: roles, and the parties they act for."""

    person_id: int
    ref: str
    roles: frozenset[str]
    parties: frozenset[int]
    administered: frozenset[int]
    verified: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One deed as access.yaml declares it: which roles, for which party, and who not."""

    name: str
    zh: str
    en: str
    roles: frozenset[str]
    also: frozenset[str] = frozenset()
    acts_for: tuple[str, ...] = ()
    administers: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    verified: bool = False

    @property
    def is_bound(self) -> bool:
        """Whether the answer depends on the thing, so that none can be given without it."""
        return bool(self.acts_for or self.administers or self.own or self.not_by or self.not_for)


def _listed(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name, ())
    return (value,) if isinstance(value, str) else tuple(value)


def read_verb(name: str, entry: Mapping[str, Any]) -> Verb:
    """A verb from its lines in access.yaml; an unknown word there is a mistake of ours."""
    lists = ("roles", "also", "acts_for", "administers", "own", "not_by", "not_for")
    unknown = set(entry) - {*lists, "verified", "zh", "en"}
    assert not unknown, f"{name} has unknown words {unknown}"
    return Verb(
        name=name,
        zh=entry["zh"],
        en=entry["en"],
        roles=frozenset(_listed(entry, "roles")),
        also=frozenset(_listed(entry, "also")),
        acts_for=_listed(entry, "acts_for"),
        administers=_listed(entry, "administers"),
        own=_listed(entry, "own"),
        not_by=_listed(entry, "not_by"),
        not_for=_listed(entry, "not_for"),
        verified=bool(entry.get("verified", False)),
    )


def named(thing: object, paths: Iterable[str]) -> set[Any]:
    """The ids that a thing names under these attributes (a dot goes on into the next thing); empty ones left out.

    A set of ids names each of them: a list that pays many parties is for every one.
    """
    found: set[Any] = set()
    for path in paths:
        value: Any = thing
        for part in path.split("."):
            value = None if value is None else getattr(value, part)
        if isinstance(value, frozenset):
            found |= value
        elif value is not None:
            found.add(value)
    return found


def _not_allowed(verb: Verb, roles: Mapping[str, Mapping[str, str]]) -> Refused:
    names = [roles[role] for role in sorted(verb.roles | verb.also) if role in roles]
    may = {"zh": "、".join(name["zh"] for name in names), "en": ", ".join(name["en"] for name in names)}
    return Refused("people.not_allowed", verb={"zh": verb.zh, "en": verb.en}, roles=may)


def judge(standing: Standing | None, verb: Verb, thing: object, *, roles: Mapping[str, Mapping[str, str]]) -> None:
    """Refused unless this person may do this to this thing; `roles` gives the names for the sentence."""
    held = {VISITOR} | ({PERSON} | standing.roles if standing else set())
    if not held & (verb.roles | verb.also):
        raise _not_allowed(verb, roles)
    if not verb.is_bound:
        return
    if standing is None or thing is None:
        raise _not_allowed(verb, roles)
    if not held & verb.also:
        _judge_belonging(standing, verb, thing, roles=roles)
    if standing.person_id in named(thing, verb.not_by):
        raise Refused("people.maker_is_checker", verb={"zh": verb.zh, "en": verb.en})
    if standing.parties & named(thing, verb.not_for):
        raise Refused("people.own_party", verb={"zh": verb.zh, "en": verb.en})


def _judge_belonging(standing: Standing, verb: Verb, thing: object, *, roles: Mapping[str, Mapping[str, str]]) -> None:
    acted_for = standing.parties & named(thing, verb.acts_for)
    if verb.acts_for and not acted_for:
        raise _not_allowed(verb, roles)
    if verb.administers and not standing.administered & named(thing, verb.administers):
        raise _not_allowed(verb, roles)
    if verb.own and named(thing, verb.own) != {standing.person_id}:
        raise _not_allowed(verb, roles)
    if verb.verified and not acted_for & standing.verified:
        raise Refused("people.not_verified", verb={"zh": verb.zh, "en": verb.en})


def conflicts(roles: Mapping[str, Mapping[str, Any]], role: str) -> frozenset[str]:
    """The roles that one person may not have beside this one, whichever of the two names the other."""
    by_other = {other for other, entry in roles.items() if role in entry.get("without", ())}
    return frozenset(by_other | set(roles[role].get("without", ())))


def judge_grant(roles: Mapping[str, Mapping[str, Any]], role: str, *, held: Iterable[str]) -> frozenset[str]:
    """The sign-up roles that end when this one begins; Refused if another role stands against it."""
    if role not in roles:
        raise Refused("people.no_such_role", role=role, known=sorted(roles))
    against = conflicts(roles, role) & set(held)
    ending = frozenset(other for other in against if roles[other]["given"] == "sign_up")
    if roles[role]["given"] == "sign_up":
        ending = frozenset()
    if against - ending:
        first = sorted(against - ending)[0]
        raise Refused("people.roles_conflict", role=_name(roles, role), other=_name(roles, first))
    return ending


def _name(roles: Mapping[str, Mapping[str, Any]], role: str) -> dict[str, str]:
    return {"zh": roles[role]["zh"], "en": roles[role]["en"]}


@dataclass(frozen=True)
class Tries:
    """What is left of a log-in's tries, and until when it is locked."""

    left: int
    locked_until: datetime | None


def spend_try(tries: Tries, now: datetime, *, allowed: int, lock: timedelta) -> Tries:
    """One try taken before the password is looked at, so that parallel guesses share one count."""
    if tries.locked_until and now < tries.locked_until:
        raise Refused("people.locked", opens_at=tries.locked_until)
    left = (allowed if tries.locked_until or tries.left < 1 else min(tries.left, allowed)) - 1
    return Tries(left, now + lock if left == 0 else None)


LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}", re.ASCII)


def read_login(text: str) -> str:
    """The normal form of a log-in name: ASCII, lower case, so that no two look alike."""
    login = text.strip().lower()
    if not LOGIN.fullmatch(login):
        raise Refused("people.bad_login", login=text[:64])
    return login


def judge_password(password: str, *, least: int, most: int, about: Iterable[str]) -> None:
    """Refused if too short, too long, one sign over and over, or a word that names the person (NIST SP 800-63B)."""
    if not least <= len(password) <= most:
        raise Refused("people.password_length", least=least, most=most)
    plain = password.casefold()
    if len(set(plain)) < 3 or any(plain == word.casefold() for word in about if word):
        raise Refused("people.password_easy")
