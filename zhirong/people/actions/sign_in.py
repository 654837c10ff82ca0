"""Signing up, in and out, and changing the password."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Final, NoReturn

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import transaction

from zhirong.base import text
from zhirong.base.refused import Refused
from zhirong.people import access, figures, rules, stored_hashes
from zhirong.people.actions import browsers
from zhirong.people.models import Browser, Person, RoleGrant
from zhirong.record import actions as record

BACKEND = "django.contrib.auth.backends.ModelBackend"
LANGUAGES = ("zh-hans", "en")
# What a log-in is refused for, as it is told to somebody who changes the password.
OF_A_CHANGE = {"people.wrong_log_in": "people.wrong_old_password", "people.locked": "people.change_locked"}


def sign_up(
    *, login: str, name: str, password: str, email: str = "", phone: str = "", language: str = "zh-hans"
) -> Person:
    """A new log-in with the roles that come with it; whom the person acts for is a matter of parties."""
    said = {"login": login, "name": name, "password": password, "email": email, "phone": phone, "language": language}
    return sign_up_with(make_password, **said)


def sign_up_with(
    encode: Callable[[str], str], *, login: str, name: str, password: str, email: str, phone: str, language: str
) -> Person:
    """The same with a hash of one's own making: a demo hashes the one password of all its people once."""
    login, name = rules.read_login(login), read_name(name)
    check_new_password(password, about=(login, name, email, phone))
    # Hashed before the transaction: Argon2 takes tens of milliseconds, and the write lock may not wait for it.
    encoded = encode(password)
    with transaction.atomic():
        person = _make_person(login=login, name=name, encoded=encoded)
        person.email, person.phone, person.language = email.strip()[:254], phone.strip()[:32], read_language(language)
        person.save(update_fields=["email", "phone", "language"])
        given = [role for role, entry in access.roles().items() if entry["given"] == "sign_up"]
        RoleGrant.objects.bulk_create(
            RoleGrant(person=person, role=role, granted_at=person.made_at, confirmed_at=person.made_at)
            for role in given
        )
        record.tell("people.signed_up", person.topic, who=person, roles=given)
    return person


def first_administrator(*, login: str, name: str, password: str) -> Person:
    """The founder of an empty house; refused as soon as anybody has ever been its administrator."""
    login, name = rules.read_login(login), read_name(name)
    check_new_password(password, about=(login, name))
    encoded = make_password(password)
    with transaction.atomic():
        if RoleGrant.objects.filter(role="administrator").exists():
            raise Refused("people.house_is_founded")
        person = _make_person(login=login, name=name, encoded=encoded)
        RoleGrant.objects.create(
            person=person, role="administrator", granted_at=person.made_at, confirmed_at=person.made_at
        )
        record.tell("people.house_founded", person.topic, who=person, person=person.ref)
    return person


def _make_person(*, login: str, name: str, encoded: str) -> Person:
    """The row, within the caller's transaction; on SQLite its write lock makes the look-up and the row one step."""
    if Person.objects.filter(login=login).exists():
        raise Refused("people.login_taken", login=login)
    now = record.now()
    person, is_new = Person.objects.get_or_create(
        login=login, defaults={"name": name, "password": encoded, "made_at": now}
    )
    if not is_new:
        raise Refused("people.login_taken", login=login)
    return person


def log_in(session: SessionBase, *, login: str, password: str, agent: str | None = None) -> Person:
    """The person whose log-in and password these are, now signed in under a fresh session key.

    `agent` is how a browser calls itself; a program has none and no session that lasts.
    """
    person = Person.objects.filter(login=login.strip().lower()).first()
    if person is None:
        _refuse_unknown(login, password)
    proven = prove(person, password)
    if not person.is_active:
        raise Refused("people.closed")
    renewed = make_password(password) if stored_hashes.is_old(proven) else ""
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        person.last_login = record.now()
        person.save(update_fields=["last_login"])
        if renewed and person.password == proven:
            _renew(person, renewed)
        _bind(session, person)
        if agent is not None:
            browsers.note(person, session.session_key or "", agent=agent)
        record.tell("people.logged_in", person.topic, who=person)
    return person


def _renew(person: Person, encoded: str) -> None:
    """The same password under today's figures: no change of it, so every browser stays logged in."""
    person.password = encoded
    person.save(update_fields=["password"])
    browsers.keep_open(person)
    transaction.on_commit(stored_hashes.stored.forget)


class Unknown:
    """Tries at log-ins that nobody has: counted and locked as real ones, so that an answer does not tell them apart.

    In memory and for each process, the oldest forgotten first: nothing is guarded here but who is known.
    """

    most: Final = 10_000

    def __init__(self) -> None:
        self._tries: OrderedDict[str, rules.Tries] = OrderedDict()
        self._gate = threading.Lock()

    def spend(self, login: str) -> rules.Tries:
        with self._gate:
            before = self._tries.pop(login, rules.Tries(figures.at("tries", record.now()), None))
            # Put back also where a lock refuses the try.
            self._tries[login] = before
            self._tries[login] = tries = _spent(before)
            if len(self._tries) > self.most:
                self._tries.popitem(last=False)
        return tries


unknown = Unknown()


def _refuse_unknown(login: str, password: str) -> NoReturn:
    name, fresh = login.strip().lower(), rules.Tries(figures.at("tries", record.now()), None)
    # What has not the form of a log-in is known to be nobody's, and is not worth a place.
    tries = unknown.spend(name) if rules.LOGIN.fullmatch(name) else fresh
    # As slow as a real look, so that time does not tell which log-ins exist.
    stored_hashes.spend(password)
    raise _no_match(tries)


def _no_match(tries: rules.Tries) -> Refused:
    """The same for every log-in, real or not: how many tries are left would tell which is which."""
    if tries.locked_until:
        return Refused("people.locked", opens_at=tries.locked_until)
    now = record.now()
    return Refused("people.wrong_log_in", tries=figures.at("tries", now), minutes=figures.at("lock_minutes", now))


def _bind(session: SessionBase, person: Person) -> None:
    """A session never keeps its key over a change of person or of right (OWASP ASVS 3.2.1)."""
    if session.get(SESSION_KEY) not in (None, str(person.pk)):
        session.flush()
    session.cycle_key()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()


def prove(person: Person, password: str) -> str:
    """That the password is this person's: the hash that proved it.

    Each look costs a try, which lasts in the row and so survives a restart.
    """
    tries = _spend_try(person.pk)
    encoded = Person.objects.values_list("password", flat=True).get(pk=person.pk)
    if not stored_hashes.look(password, encoded):
        _tell_failed(person, tries)
        raise _no_match(tries)
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person.pk)
        row.tries_left, row.locked_until = figures.at("tries", record.now()), None
        row.save(update_fields=["tries_left", "locked_until"])
    return encoded


@transaction.atomic
def _spend_try(person_id: int) -> rules.Tries:
    row = Person.objects.select_for_update().get(pk=person_id)
    tries = _spent(rules.Tries(row.tries_left, row.locked_until))
    row.tries_left, row.locked_until = tries.left, tries.locked_until
    row.save(update_fields=["tries_left", "locked_until"])
    return tries


def _spent(tries: rules.Tries) -> rules.Tries:
    now = record.now()
    lock = timedelta(minutes=figures.at("lock_minutes", now))
    return rules.spend_try(tries, now, allowed=figures.at("tries", now), lock=lock)


@transaction.atomic
def _tell_failed(person: Person, tries: rules.Tries) -> None:
    if tries.locked_until:
        opens_at = tries.locked_until.isoformat()
        record.tell("people.locked", person.topic, who=None, to=[person], opens_at=opens_at)
    else:
        record.tell("people.log_in_failed", person.topic, who=None, tries_left=tries.left)


@transaction.atomic
def log_out(session: SessionBase, who: Person) -> None:
    """The session is gone with everything in it."""
    Browser.objects.filter(person=who, session_key=session.session_key or "").delete()
    session.flush()
    record.tell("people.logged_out", who.topic, who=who)


def change_password(who: Person, session: SessionBase | None, *, old: str, new: str) -> None:
    """A new password; every other session of the person ends with the old one."""
    check_new_password(new, about=(who.login, who.name, who.email, who.phone))
    _prove_again(who, old)
    if new == old:
        raise Refused("people.password_same")
    encoded = make_password(new)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=who.pk)
        person.password = encoded
        person.save(update_fields=["password"])
        before = session.session_key if session is not None else None
        Browser.objects.filter(person=person).exclude(session_key=before or "").delete()
        if session is not None:
            _bind(session, person)
            Browser.objects.filter(person=person).update(session_key=session.session_key)
        record.tell("people.password_changed", person.topic, who=person, to=[person])
    who.password = encoded


def _prove_again(who: Person, password: str) -> None:
    """As `prove`; who is signed in already is not told that they are not."""
    try:
        prove(who, password)
    except Refused as refused:
        raise Refused(OF_A_CHANGE.get(refused.code, refused.code), **refused.facts) from None


@transaction.atomic
def change_contact(who: Person, *, email: str, phone: str, language: str) -> None:
    """Where and in which language the person is told things."""
    person = Person.objects.select_for_update().get(pk=who.pk)
    person.email, person.phone, person.language = email.strip()[:254], phone.strip()[:32], read_language(language)
    person.save(update_fields=["email", "phone", "language"])
    record.tell("people.contact_changed", person.topic, who=person, to=[person])


def check_new_password(password: str, *, about: tuple[str, ...]) -> None:
    """Length and likeness by our rules, then the twenty thousand most common ones that Django ships."""
    now = record.now()
    least, most = figures.at("password_least", now), figures.at("password_most", now)
    rules.judge_password(password, least=least, most=most, about=about)
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        raise Refused("people.password_easy") from None


def read_name(name: str) -> str:
    """A person's or party's name as it is kept and shown."""
    tidy = text.tidy(name)
    if not 1 <= len(tidy) <= 100:
        raise Refused("people.bad_name", most=100)
    return tidy


def read_language(language: str) -> str:
    """One of the languages of the house."""
    if language not in LANGUAGES:
        raise Refused("people.no_such_language", language=language[:16], known=list(LANGUAGES))
    return language
