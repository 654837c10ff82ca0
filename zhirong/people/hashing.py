"""How passwords are hashed: Argon2id by OWASP's least figures (Password Storage Cheat Sheet: 19 MiB, 2 rounds, 1 lane).

Django's own figures take 100 MiB for each log-in: four at once took the house from 350 to 731 MB.
"""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """A hash made with other figures is read by those that stand in it."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
