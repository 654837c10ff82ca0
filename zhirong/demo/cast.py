"""The demo's people: each signs up, gets roles from two administrators, and has a firm verified by the operator."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from stdnum.cn import ric, uscc

from zhirong.base import yaml_text
from zhirong.people.actions import parties, roles, secrets, sign_in, verification
from zhirong.people.models import Party, Person
from zhirong.record import actions as record

# A firm of Guangdong and a public institution, as the first digits of a credit code say (GB 32100).
CODE_START = {False: "91440300MA8", True: "12440000MA8"}
# Nobody lives in a district of this code, so the resident id belongs to nobody.
RESIDENT_START = "44990019900101"
EVIDENCE = "%PDF-1.4\n% 演示用证明材料，不是任何机构的真实文件\n%%EOF\n"


@cache
def told() -> dict[str, Any]:
    """The cast as its file tells it."""
    found: dict[str, Any] = yaml_text.parse(Path(__file__).with_name("cast.yaml").read_text("utf-8"))
    return found


@dataclass
class Cast:
    """Who is who, by log-in."""

    people: dict[str, Person] = field(default_factory=dict)
    firms: dict[str, Party] = field(default_factory=dict)

    def __getitem__(self, login: str) -> Person:
        return self.people[login]


def enter() -> Cast:
    """The people and firms of the cast, made by the same actions as anybody's."""
    password, cast = told()["password"], Cast()
    # One password, which every page of the demo names, is hashed once and not for each person anew.
    encode = cache(make_password)
    first, *others = told()["people"]
    admin = sign_in.first_administrator(login=first["login"], name=first["name"], password=password)
    cast.people[first["login"]] = admin
    for one in others:
        email = f"{one['login']}@demo.example"
        said = {"login": one["login"], "name": one["name"], "password": password, "email": email}
        person = sign_in.sign_up_with(encode, **said, phone="", language="zh-hans")
        cast.people[one["login"]] = person
        for role in one.get("roles", []):
            _give(cast, person, role)
    for one in others:
        if "firm" in one:
            cast.firms[one["login"]] = _firm(cast, one)
    for one in others:
        if "joins" in one:
            cast.firms[one["login"]] = _joined(cast, one)
    return cast


def _joined(cast: Cast, one: dict[str, Any]) -> Party:
    """A colleague asks to act for a firm of the cast, and whoever entered that firm says yes."""
    host = cast.firms[one["joins"]]
    asked = parties.ask_to_join(cast[one["login"]], code=host.code or host.ref)
    parties.confirm_member(cast[one["joins"]], asked.pk)
    return host


def _give(cast: Cast, person: Person, role: str) -> None:
    grant = roles.grant_role(cast["guanli"], person.pk, role)
    if grant.confirmed_at is None:
        second = cast.people.get("fuhe-guanli")
        if role == "administrator" or second is None:
            roles.accept_first_role(person, grant.pk)
        else:
            roles.confirm_role(second, grant.pk)


def _firm(cast: Cast, one: dict[str, Any]) -> Party:
    firm, person = one["firm"], cast[one["login"]]
    party = _made(person, firm)
    paper = record.keep_file(person, "演示证明材料.pdf", EVIDENCE.encode(), is_secret=True)
    asked = verification.submit_verification(person, party.pk, evidence=[paper])
    verification.read_evidence(cast["jingban"], asked.pk, paper.pk)
    verification.accept_verification(cast["jingban"], asked.pk)
    if firm.get("state"):
        _noted(cast, party, is_state_owned=True)
    if firm.get("public"):
        _noted(cast, party, is_public_institution=True, is_public_research=True)
    secrets.keep_secret(person, party.pk, kind=secrets.ACCOUNT, value=f"62280001{int(firm['number']):06d}")
    party.refresh_from_db()
    return party


def _noted(cast: Cast, party: Party, **nature: bool) -> None:
    """By the second operator: whoever notes what a seller is does not announce what that frees from papers (V11)."""
    none = dict.fromkeys(("is_state_owned", "is_public_institution", "is_public_research"), False)
    parties.note_nature(cast["jingban2"], party.pk, **(none | nature))


def _made(person: Person, firm: dict[str, Any]) -> Party:
    """An organisation under a credit code, a natural person under a resident id, or a firm from abroad."""
    name, address = firm["name"], "深圳市福田区（演示）"
    if country := firm.get("country"):
        return parties.make_foreign_party(person, kind="legal", name=name, country=country, address="Konstanz (demo)")
    if firm.get("natural"):
        start = f"{RESIDENT_START}{int(firm['number']):03d}"
        number = start + str(ric.calc_check_digit(start + "0"))
        return parties.make_natural_party(person, name=name, resident_id=number, address=address)
    start = CODE_START[firm.get("public", False)] + f"{int(firm['number']):06d}"
    code = start + str(uscc.calc_check_digit(start))
    return parties.make_organisation(person, name=name, code=code, address=address)


def shown() -> list[dict[str, Any]]:
    """The cast for the log-in page, in both languages."""
    return [
        {
            "login": one["login"],
            **{
                language: {
                    # In both languages as every other page has it.
                    "name": one["name"],
                    "party": one.get("firm", {}).get("name", ""),
                    "role": one[language].partition("：" if language == "zh" else ": ")[0],
                    "can": one[language].partition("：" if language == "zh" else ": ")[2],
                }
                for language in ("zh", "en")
            },
        }
        for one in told()["people"]
    ]
