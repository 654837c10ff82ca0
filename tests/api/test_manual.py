"""The manual of the interface is run: every command of docs/manual/api.md, in its order, by the words of curl."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.exchange import given_deals as given
from tests.house.source import ROOT
from tests.people import given_people as people
from zhirong.base import numbers
from zhirong.exchange import finder
from zhirong.exchange.models import Listing
from zhirong.people.models import Party
from zhirong.record import sequencer

pytestmark = pytest.mark.django_db(transaction=True)
MANUAL = (ROOT / "docs" / "manual" / "api.md").read_text("utf-8")
COMMANDS = [one.replace("\\\n", " ").strip() for one in re.findall(r"```sh\n(.*?)```", MANUAL, re.S)]
KEPT = re.compile(r"(\w+)=\$\((.*?)\s*\| python3 -c '.*load\(sys\.stdin\)(.*?)\)'\)", re.S)
STEP = re.compile(r'\["(\w+)"\]|\[(\d+)\]')


class Shell:
    """Does what sh and curl would do, in this process: no curl is needed to test."""

    def __init__(self, files: dict[str, bytes], **known: str) -> None:
        self.files, self.known, self.client = files, known, Client()

    def run(self, command: str) -> HttpResponse:
        """One command; what it keeps in a variable the next ones know."""
        kept = KEPT.fullmatch(command)
        answer = self.curl(kept[2] if kept else command)
        if kept:
            self.known[kept[1]] = str(found(json.loads(answer.content), kept[3]))
        return answer

    def curl(self, command: str) -> HttpResponse:
        for name, value in self.known.items():
            command = re.sub(rf"\${name}\b", lambda _, value=value: value, command)
        words = iter(shlex.split(command)[1:])
        method, headers, body, form, url = "", {}, "", {}, ""
        for word in words:
            if word == "-X":
                method = next(words)
            elif word == "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(words)
            elif word == "-F":
                name, _, value = next(words).partition("=")
                form[name] = self.part(value)
            elif word != "-s":
                url = word
        if form:
            return self.client.post(url, form, headers=headers)
        kind = headers.pop("Content-Type", "application/json")
        return self.client.generic(method or ("POST" if body else "GET"), url, body, kind, headers=headers)

    def part(self, value: str) -> Any:
        return SimpleUploadedFile(value[1:], self.files[value[1:]]) if value.startswith("@") else value


def found(told: Any, path: str) -> Any:
    for name, place in STEP.findall(path):
        told = told[name] if name else told[int(place)]
    return told


@pytest.fixture
def party() -> Party:
    """A holder's verified party; the log-in is the manual's."""
    side = given.a_side("holder")
    person = people.a_person("holder", password=people.PASSWORD, member_of=side.party)
    person.login = "holder"
    person.save()
    return side.party


@pytest.fixture
def index(tmp_path: Path) -> Iterator[None]:
    finder.open_here(tmp_path / "index")
    yield
    finder.stop()


def test_every_command_of_the_manual_does_what_it_says(party: Party, index: None) -> None:
    serial = "201819999999"
    number = serial + numbers.check_character(serial)
    sheet = f"号码,名称,权利人,申请日\n{number},一种储能电池的液冷均温结构,{party.name},2018-03-05\n"
    shell = Shell({"rights.csv": sheet.encode()}, HOUSE="", PARTY=party.ref)
    for command in COMMANDS:
        answer = shell.run(command)
        assert answer.status_code == 200, (command, answer.content.decode())
        assert '"faults": [{' not in answer.content.decode(), answer.content.decode()
        sequencer.number_now()
        finder.follow()
    assert Listing.objects.get().state == "submitted"
    assert len(COMMANDS) >= 12


def test_the_manual_names_no_address_that_is_not_there() -> None:
    files = (ROOT / "zhirong" / "api" / "description").iterdir()
    described = "".join(file.read_text("utf-8") for file in files)
    for named in set(re.findall(r"\$HOUSE(/api/[a-z/-]*[a-z])", MANUAL)):
        assert f'"{named}' in described, named
