"""The browsers in which somebody is logged in: noted at the log-in, ended one by one where one was lost."""

from __future__ import annotations

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from zhirong.people import access
from zhirong.people.models import Browser, Person
from zhirong.record import actions as record

# A session ends by the machine's own clock, which no demo moves: the database is asked for it.
ALIVE = Exists(Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=Now()))


def note(person: Person, session_key: str, *, agent: str) -> Browser:
    """In the log-in's transaction; what ended long ago is forgotten with it."""
    Browser.objects.filter(~ALIVE, person=person).delete()
    return Browser.objects.create(person=person, session_key=session_key, agent=agent[:40], began_at=record.now())


def open_browsers(who: Person) -> QuerySet[Browser]:
    """Where somebody is logged in now, the newest first."""
    return Browser.objects.filter(ALIVE, person=who).order_by("-pk")


def keep_open(person: Person) -> None:
    """In the transaction that hashed the same password anew: a session knows the hash under which it began."""
    keys = Browser.objects.filter(ALIVE, person=person).values("session_key")
    for one in Session.objects.filter(session_key__in=keys):
        session = SessionStore(session_key=one.session_key)
        if session.get(HASH_SESSION_KEY):
            session[HASH_SESSION_KEY] = person.get_session_auth_hash()
            session.save(must_create=False)


@transaction.atomic
def end_browser(who: Person, browser_id: int) -> None:
    """That browser is logged out with its next request; ending it again changes nothing."""
    one = Browser.objects.select_for_update().filter(pk=browser_id).first()
    if one is None:
        return
    access.require(who, "people.end_browser", one)
    Session.objects.filter(session_key=one.session_key).delete()
    one.delete()
    record.tell("people.browser_ended", who.topic, who=who)
