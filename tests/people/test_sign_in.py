from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.sessions.backends.base import SessionBase
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from tests.people import given_people as given
from tests.people.given_people import PASSWORD, deeds, refused
from zhirong.base.refused import Refused
from zhirong.people import access, rules, stored_hashes
from zhirong.people.actions import browsers, sign_in
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import Leaf, Notice

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def a_session() -> SessionBase:
    engine = import_module(django_settings.SESSION_ENGINE)
    session: SessionBase = engine.SessionStore()
    session.create()
    return session


def test_signing_up_gives_a_log_in_with_its_first_roles(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = django_settings_hashers()
    person = sign_in.sign_up(login=" Li.Lei ", name="李雷", password=PASSWORD, email="li@example.com")
    assert person.login == "li.lei"
    assert person.password.startswith("argon2$argon2id$")
    standing = access.standing_of(person)
    assert standing
    assert standing.roles == {"holder", "buyer"}
    assert deeds() == ["people.signed_up"]


def django_settings_hashers() -> list[str]:
    return list(import_module("zhirong.settings").PASSWORD_HASHERS)


def test_the_record_holds_no_name_and_no_address() -> None:
    sign_in.sign_up(login="lilei", name="李雷", password=PASSWORD, email="li@example.com", phone="13812345678")
    body = Leaf.objects.get().body
    for secret in ("李雷", "lilei", "li@example.com", "13812345678"):
        assert secret not in body


def test_a_log_in_belongs_to_one_person() -> None:
    sign_in.sign_up(login="lilei", name="李雷", password=PASSWORD)
    with refused("people.login_taken", login="lilei"):
        sign_in.sign_up(login="LiLei", name="韩梅梅", password=PASSWORD)
    assert Person.objects.count() == 1
    assert deeds() == ["people.signed_up"]


@pytest.mark.parametrize("login", ["", "ab", "-abc", "a b c", "李雷雷", "a" * 65, "аdmin"])
def test_a_log_in_has_its_form(login: str) -> None:
    with refused("people.bad_login"):
        sign_in.sign_up(login=login, name="x", password=PASSWORD)


@pytest.mark.parametrize(
    ("password", "code"),
    {
        "short-7": "people.password_length",
        "x" * 129: "people.password_length",
        "password123": "people.password_easy",
        "1qaz2wsx": "people.password_easy",
        "aaaaaaaaaa": "people.password_easy",
        "lilei2026": "people.password_easy",
    }.items(),
)
def test_an_easy_password_is_refused(password: str, code: str) -> None:
    with refused(code):
        sign_in.sign_up(login="lilei2026", name="李雷", password=password)
    assert Person.objects.count() == 0


def answers_of(login: str) -> list[tuple[str, str]]:
    """What seven tries in a row are told, less the instant at which a lock opens."""
    told = []
    for _ in range(7):
        with pytest.raises(Refused) as said:
            sign_in.log_in(a_session(), login=login, password="wrong-one-here")
        facts = {name: value for name, value in said.value.facts.items() if name != "opens_at"}
        told.append((said.value.code, str(facts)))
    return told


def test_a_log_in_that_nobody_has_is_answered_and_locked_as_a_real_one() -> None:
    person = given.a_person(password=PASSWORD)
    known, stranger = answers_of(person.login), answers_of("nobody.here")
    assert known == stranger
    assert [code for code, _ in stranger] == ["people.wrong_log_in"] * 4 + ["people.locked"] * 3
    assert not Person.objects.filter(login="nobody.here").exists()
    assert {code for code, _ in answers_of("无此人")} == {"people.wrong_log_in"}


def test_what_is_remembered_of_strangers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    strangers = sign_in.Unknown()
    monkeypatch.setattr(sign_in.Unknown, "most", 2)
    assert [strangers.spend(login).left for login in ("a", "b", "a", "c", "b", "a")] == [4, 4, 3, 4, 4, 4]


def test_signing_in_changes_the_session_key() -> None:
    person, session = given.a_person(password=PASSWORD), a_session()
    before = session.session_key
    assert sign_in.log_in(session, login=person.login.upper(), password=PASSWORD) == person
    assert session.session_key != before
    assert session[SESSION_KEY] == str(person.pk)
    assert deeds() == ["people.logged_in"]


def test_nothing_of_another_persons_session_stays() -> None:
    first, second, session = given.a_person(password=PASSWORD), given.a_person(password=PASSWORD), a_session()
    sign_in.log_in(session, login=first.login, password=PASSWORD)
    session["draft"] = "first's"
    sign_in.log_in(session, login=second.login, password=PASSWORD)
    assert "draft" not in session
    assert session[SESSION_KEY] == str(second.pk)


def test_a_wrong_password_is_refused_in_one_sentence_until_the_log_in_is_locked() -> None:
    person, session = given.a_person(password=PASSWORD), a_session()
    for _ in range(4):
        with refused("people.wrong_log_in", tries=5, minutes=15):
            sign_in.log_in(session, login=person.login, password="wrong-one-here")
    with refused("people.locked"):
        sign_in.log_in(session, login=person.login, password="wrong-one-here")
    assert SESSION_KEY not in session
    assert deeds() == ["people.log_in_failed"] * 4 + ["people.locked"]
    assert Notice.objects.get().person_ref == person.ref


def test_a_lock_survives_a_restart_and_the_right_password() -> None:
    person, session = given.a_person(password=PASSWORD), a_session()
    for _ in range(5):
        with pytest.raises(Exception, match="people"):
            sign_in.log_in(session, login=person.login, password="wrong-one-here")
    # All that is known of the lock stands in the row: a new process reads the same.
    row = Person.objects.get(pk=person.pk)
    assert row.tries_left == 0
    assert row.locked_until
    assert timedelta(minutes=14) < row.locked_until - record.now() <= timedelta(minutes=15)
    told = len(deeds())
    with refused("people.locked", opens_at=row.locked_until):
        sign_in.log_in(session, login=person.login, password=PASSWORD)
    assert len(deeds()) == told


def test_after_the_lock_all_tries_are_back() -> None:
    person, session = given.a_person(password=PASSWORD), a_session()
    Person.objects.filter(pk=person.pk).update(tries_left=0, locked_until=record.now() - timedelta(seconds=1))
    with refused("people.wrong_log_in", tries=5, minutes=15):
        sign_in.log_in(session, login=person.login, password="wrong-one-here")
    assert sign_in.log_in(session, login=person.login, password=PASSWORD) == person
    row = Person.objects.get(pk=person.pk)
    assert (row.tries_left, row.locked_until) == (5, None)


def test_a_try_is_spent_before_the_password_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    person, seen = given.a_person(password=PASSWORD), []

    def look(password: str, encoded: str) -> bool:
        seen.append(Person.objects.get(pk=person.pk).tries_left)
        return False

    monkeypatch.setattr(stored_hashes, "check_password", look)
    with refused("people.wrong_log_in", tries=5, minutes=15):
        sign_in.prove(person, PASSWORD)
    assert seen == [4]


def test_an_unknown_log_in_is_refused_like_a_wrong_password() -> None:
    with refused("people.wrong_log_in", tries=5, minutes=15):
        sign_in.log_in(a_session(), login="nobody", password=PASSWORD)
    assert deeds() == []


def test_a_closed_log_in_does_not_open() -> None:
    person, session = given.a_person(password=PASSWORD), a_session()
    Person.objects.update(is_active=False)
    with refused("people.closed"):
        sign_in.log_in(session, login=person.login, password=PASSWORD)
    assert SESSION_KEY not in session


def test_signing_out_empties_the_session() -> None:
    person, session = given.a_person(password=PASSWORD), a_session()
    sign_in.log_in(session, login=person.login, password=PASSWORD)
    sign_in.log_out(session, person)
    assert SESSION_KEY not in session
    assert deeds()[-1] == "people.logged_out"


def test_a_new_password_ends_the_other_sessions() -> None:
    person, here, elsewhere = given.a_person(password=PASSWORD), a_session(), a_session()
    for session in (here, elsewhere):
        sign_in.log_in(session, login=person.login, password=PASSWORD)
    sign_in.change_password(person, here, old=PASSWORD, new="another-good-lamp-8")
    current = Person.objects.get(pk=person.pk).get_session_auth_hash()
    assert here[HASH_SESSION_KEY] == current
    assert elsewhere[HASH_SESSION_KEY] != current
    with refused("people.wrong_log_in"):
        sign_in.prove(person, PASSWORD)


def test_the_old_password_is_needed_for_a_new_one() -> None:
    person = given.a_person(password=PASSWORD)
    for _ in range(4):
        with refused("people.wrong_old_password", tries=5, minutes=15):
            sign_in.change_password(person, None, old="wrong-one-here", new="another-good-lamp-8")
    for _ in range(2):
        with refused("people.change_locked"):
            sign_in.change_password(person, None, old="wrong-one-here", new="another-good-lamp-8")
    assert Person.objects.get(pk=person.pk).check_password(PASSWORD)


def test_the_password_until_now_is_no_new_one() -> None:
    person = given.a_person(password=PASSWORD)
    before = Person.objects.get(pk=person.pk).password
    with refused("people.password_same"):
        sign_in.change_password(person, None, old=PASSWORD, new=PASSWORD)
    assert Person.objects.get(pk=person.pk).password == before
    assert "people.password_changed" not in deeds()


def test_a_house_is_founded_once() -> None:
    founder = sign_in.first_administrator(login="founder", name="管理员", password=PASSWORD)
    assert access.has_role(founder, "administrator")
    with refused("people.house_is_founded"):
        sign_in.first_administrator(login="second", name="管理员", password=PASSWORD)
    assert deeds() == ["people.house_founded"]


def test_parallel_guesses_share_one_count() -> None:
    now, lock = record.now(), timedelta(minutes=15)
    tries = rules.Tries(5, None)
    for _ in range(5):
        tries = rules.spend_try(tries, now, allowed=5, lock=lock)
    assert tries == rules.Tries(0, now + lock)
    with refused("people.locked", opens_at=now + lock):
        rules.spend_try(tries, now + lock - timedelta(microseconds=1), allowed=5, lock=lock)
    assert rules.spend_try(tries, now + lock, allowed=5, lock=lock) == rules.Tries(4, None)


def test_a_log_in_takes_little_memory_and_an_older_hash_is_still_read(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = django_settings_hashers()
    assert make_password("quiet-harbour-lamp-7").split("$")[2:4] == ["v=19", "m=19456,t=2,p=1"]
    older = Argon2PasswordHasher().encode("quiet-harbour-lamp-7", "a salt of its own")
    assert "m=102400" in older
    assert check_password("quiet-harbour-lamp-7", older)
    assert not check_password("quiet-harbour-lamp-8", older)


@pytest.fixture
def older(settings: Settings) -> Iterator[Argon2PasswordHasher]:
    """A house that hashes as it does in truth, and how a house of before did, with less memory than that had."""
    settings.PASSWORD_HASHERS = django_settings_hashers()
    stored_hashes.stored.forget()
    hasher = Argon2PasswordHasher()
    hasher.time_cost, hasher.memory_cost, hasher.parallelism = 3, 64, 1
    yield hasher
    stored_hashes.stored.forget()


def a_person_of_before(hasher: Argon2PasswordHasher) -> Person:
    person = given.a_person(password=PASSWORD)
    Person.objects.filter(pk=person.pk).update(password=hasher.encode(PASSWORD, hasher.salt()))
    return Person.objects.get(pk=person.pk)


def test_a_right_password_renews_the_hash_of_before_and_ends_no_browser(older: Argon2PasswordHasher) -> None:
    person, here, elsewhere = a_person_of_before(older), a_session(), a_session()
    before = person.password
    # A browser of the time before the renewal.
    sign_in._bind(elsewhere, person)
    browsers.note(person, elsewhere.session_key or "", agent="Firefox · Linux")
    elsewhere.save()
    sign_in.log_in(here, login=person.login, password=PASSWORD, agent="Firefox · Linux")
    renewed = Person.objects.get(pk=person.pk)
    assert stored_hashes.figures_of(before) == (3, 64, 1)
    assert stored_hashes.figures_of(renewed.password) == stored_hashes.TODAY
    assert here[HASH_SESSION_KEY] == renewed.get_session_auth_hash()
    kept = type(elsewhere)(session_key=elsewhere.session_key)
    assert kept[HASH_SESSION_KEY] == renewed.get_session_auth_hash()
    assert deeds() == ["people.logged_in"]
    sign_in.log_in(a_session(), login=person.login, password=PASSWORD)
    assert Person.objects.get(pk=person.pk).password == renewed.password


def test_a_wrong_password_renews_nothing(older: Argon2PasswordHasher) -> None:
    person = a_person_of_before(older)
    with refused("people.wrong_log_in"):
        sign_in.log_in(a_session(), login=person.login, password="wrong-one-here")
    assert Person.objects.get(pk=person.pk).password == person.password


def spent(monkeypatch: pytest.MonkeyPatch, login: str, password: str) -> list[tuple[int, int, int]]:
    """The figures of every hash that a wrong try was worth, whether it was read or made."""
    told: list[tuple[int, int, int]] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def made(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        told.append((self.time_cost, self.memory_cost, self.parallelism))
        return encode(self, password, salt)

    def read(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        told.append(stored_hashes.figures_of(encoded) or (0, 0, 0))
        return verify(self, password, encoded)

    with monkeypatch.context() as watched, refused("people.wrong_log_in"):
        watched.setattr(Argon2PasswordHasher, "encode", made)
        watched.setattr(Argon2PasswordHasher, "verify", read)
        sign_in.log_in(a_session(), login=login, password=password)
    return sorted(told)


def test_a_wrong_try_costs_the_same_for_nobodys_log_in_and_for_one_of_any_age(
    older: Argon2PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_before = a_person_of_before(older)
    of_today = given.a_person(password=PASSWORD)
    # The builder hashes as cheaply as it can.
    Person.objects.filter(pk=of_today.pk).update(password=make_password(PASSWORD))
    for password in ("wrong-one-here", "x" * 300):
        for login in ("nobody.here", of_before.login, of_today.login):
            assert spent(monkeypatch, login, password) == sorted([stored_hashes.TODAY, (3, 64, 1)])
    sign_in.log_in(a_session(), login=of_before.login, password=PASSWORD)
    stored_hashes.stored.forget()
    for login in ("nobody.here", of_before.login, of_today.login):
        assert spent(monkeypatch, login, "wrong-one-here") == [stored_hashes.TODAY]


def test_what_is_stored_is_not_asked_for_with_each_try(
    older: Argon2PasswordHasher, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_person_of_before(older)
    with django_assert_num_queries(1):
        for _ in range(3):
            stored_hashes.spend("wrong-one-here")
