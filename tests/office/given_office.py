"""Builders for the office's pages: the house's people, a browser for each."""

from __future__ import annotations

from django.test import Client

from zhirong.people.models import Person


def signed_in(person: Person) -> Client:
    """A browser of this person; a fault of ours is raised."""
    client = Client()
    client.force_login(person)
    return client
