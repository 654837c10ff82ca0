"""An empty house for a bench: Django stands as soon as this is imported, the tables when they are asked for."""

from __future__ import annotations

import os

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhirong.settings")
django.setup()


def with_tables() -> None:
    """Every table, in the data folder of this bench."""
    call_command("migrate", verbosity=0)
