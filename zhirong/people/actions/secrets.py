"""Resident ids and bank accounts: encrypted at rest, masked on pages, each reading a deed with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from zhirong.base import identities, text
from zhirong.base.refused import Refused
from zhirong.people import access, figures, keys
from zhirong.people.models import Membership, Party, Person, RoleGrant, Secret
from zhirong.record import actions as record

ACCOUNT: Final = "bank_account"
# Who makes and checks what is paid out.
PAYERS: Final = ("operator", "checker")
# kind -> how it is read, how pages show it.
KINDS: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "resident_id": (lambda given: identities.read_resident_id(given).number, text.masked_resident_id),
    ACCOUNT: (identities.read_bank_account, text.masked_account),
}


def _about(party: Party, kind: str) -> str:
    return f"{party.ref}:{kind}"


def owner_of(kind: str, plain: str) -> Party | None:
    """Whose secret this is, found by its fingerprint; nothing is decrypted. For actions only: no page may ask it."""
    found = Secret.objects.filter(kind=kind, fingerprint=keys.keyring().fingerprint(kind, plain))
    return Party.objects.filter(pk__in=found.values("party")).first()


def put_secret(who: Person, party: Party, *, kind: str, plain: str) -> Secret:
    """The row and its deed, within the caller's transaction; the same value again changes nothing."""
    ring = keys.keyring()
    print_of = ring.fingerprint(kind, plain)
    known = Secret.objects.select_for_update().filter(party=party, kind=kind).first()
    if known is not None and bytes(known.fingerprint) == print_of:
        return known
    defaults = {
        "cipher": ring.seal(plain, about=_about(party, kind)),
        "key_id": ring.current,
        "masked": KINDS[kind][1](plain),
        "fingerprint": print_of,
        "kept_at": record.now(),
        "changed_at": record.now() if known is not None else None,
    }
    try:
        with transaction.atomic():
            secret, _ = Secret.objects.update_or_create(party=party, kind=kind, defaults=defaults)
    except IntegrityError:
        # The look for an owner came before; this is the one who brought the same resident id at the same instant.
        raise Refused("people.resident_id_known") from None
    record.tell("people.secret_kept", party.topic, who=who, party=party.ref, secret=kind)
    if kind == ACCOUNT and known is not None:
        _tell_of_change(who, party)
    return secret


def _tell_of_change(who: Person, party: Party) -> None:
    """Whoever acts for the party hears that its money would go elsewhere, and so does who pays it out."""
    members = Membership.objects.filter(party=party, confirmed_at__isnull=False, ended_at__isnull=True)
    held = RoleGrant.objects.filter(role__in=PAYERS, confirmed_at__isnull=False, ended_at__isnull=True)
    to = Person.objects.filter(Q(pk__in=members.values("person")) | Q(pk__in=held.values("person")), is_active=True)
    rests_until = account_rests_until(record.now())
    record.tell(
        "people.account_changed", party.topic, who=who, to=list(to), party=party.ref, until=rests_until.isoformat()
    )


def account_rests_until(changed_at: datetime) -> datetime:
    """Until when nothing is paid to an account that took another's place: time to see that its party meant it."""
    return changed_at + timedelta(hours=figures.at("account_change_hours", changed_at))


def account_print(party_ref: str) -> str:
    """The fingerprint of a party's bank account, under lock until the transaction ends; nothing where there is none."""
    return account_prints([party_ref]).get(party_ref, "")


def account_prints(party_refs: Iterable[str]) -> dict[str, str]:
    """The same of many parties; nothing is decrypted."""
    rows = Secret.objects.select_for_update().filter(kind=ACCOUNT, party__ref__in=set(party_refs)).order_by("pk")
    return {ref: bytes(seen).hex() for ref, seen in rows.values_list("party__ref", "fingerprint")}


def print_of(account: str) -> str:
    """The fingerprint of a bank account, as `account_prints` gives it."""
    return keys.keyring().fingerprint(ACCOUNT, account).hex()


def must_have_rested(party_ref: str) -> None:
    """Refuse a payout to an account that was changed a short while ago."""
    changed_at = Secret.objects.filter(kind=ACCOUNT, party__ref=party_ref).values_list("changed_at", flat=True).first()
    if changed_at is not None and record.now() < (until := account_rests_until(changed_at)):
        raise Refused("people.account_rests", changed_at=changed_at, until=until)


@transaction.atomic
def keep_secret(who: Person, party_id: int, *, kind: str, value: str) -> Secret:
    """A member brings the party's resident id or bank account; a verified party's id does not change any more."""
    party = Party.objects.select_for_update().get(pk=party_id)
    access.require(who, "people.keep_secret", party)
    _require_kind(kind)
    plain = KINDS[kind][0](value)
    if kind == "resident_id":
        _require_free_resident_id(party, plain)
    return put_secret(who, party, kind=kind, plain=plain)


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Refused("people.no_such_secret", secret=kind[:20], known=sorted(KINDS))


def _require_free_resident_id(party: Party, plain: str) -> None:
    owner = owner_of("resident_id", plain)
    if owner is not None and owner.pk != party.pk:
        raise Refused("people.resident_id_known")
    if owner is None and party.verified_at is not None:
        raise Refused("people.verified_id_fixed")


@transaction.atomic
def read_secret(who: Person, party_id: int, *, kind: str, reason: str, about: str = "") -> str:
    """The plain value, given only together with the deed that says who read it and why (个人信息保护法 6, 51).

    The reason is one of the list and `about` a name on the record such as `deal:12`: free text might hold what
    the record must never hold.
    """
    party = Party.objects.get(pk=party_id)
    access.require(who, "people.read_secret", party)
    _require_kind(kind)
    reasons = figures.at("reading_reasons", record.now())
    if reason not in reasons:
        raise Refused("people.no_such_reason", reason=reason[:30], known=sorted(reasons))
    if not re.fullmatch(r"(?:[a-z_]+:[0-9a-z]{1,32})?", about):
        raise Refused("people.not_a_topic", about=about[:40])
    secret = Secret.objects.filter(party=party, kind=kind).first()
    if secret is None:
        raise Refused("people.no_secret", secret=kind)
    plain = keys.keyring().unseal(bytes(secret.cipher), key_id=secret.key_id, about=_about(party, kind))
    record.tell("people.secret_read", party.topic, who=who, party=party.ref, secret=kind, reason=reason, about=about)
    return plain
