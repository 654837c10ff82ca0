"""People's tests: keys in a folder of their own, and passwords hashed fast unless a test asks for the real thing."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def own_keys_and_fast_hashes(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
