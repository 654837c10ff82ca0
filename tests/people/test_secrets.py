import stat
from pathlib import Path

import pytest

from tests.people import given_people as given
from tests.people.given_people import deeds, refused
from zhirong.people import keys
from zhirong.people.actions import parties, secrets
from zhirong.people.models import Secret
from zhirong.record.models import Leaf

pytestmark = [pytest.mark.both, pytest.mark.django_db]

ACCOUNT = "6222021234567890123"


def test_a_reading_gives_the_value_and_leaves_a_deed_with_its_reason() -> None:
    party, checker = given.a_party(), given.a_person("checker")
    member = given.a_person("holder", member_of=party)
    secrets.keep_secret(member, party.pk, kind="bank_account", value="6222 0212 3456 7890 123")
    assert parties.masked_secrets(member, party) == {"bank_account": "***************0123"}
    assert deeds() == ["people.secret_kept"]
    plain = secrets.read_secret(checker, party.pk, kind="bank_account", reason="payout", about="deal:12")
    assert plain == ACCOUNT
    leaf = Leaf.objects.get(kind="people.secret_read")
    assert '"reason":"payout"' in leaf.body
    assert f'"who":"{checker.ref}"' in leaf.body
    assert ACCOUNT not in leaf.body


def test_no_reading_without_right_reason_or_secret_and_none_leaves_a_deed() -> None:
    party = given.a_party()
    member = given.a_person("holder", member_of=party)
    secrets.keep_secret(member, party.pk, kind="bank_account", value=ACCOUNT)
    told = deeds()
    for who in (
        given.a_person("administrator"),
        given.a_person("holder", member_of=given.a_party()),
        given.a_person("auditor"),
    ):
        with refused("people.not_allowed"):
            secrets.read_secret(who, party.pk, kind="bank_account", reason="payout")
    operator = given.a_person("operator")
    with refused("people.no_such_reason"):
        secrets.read_secret(operator, party.pk, kind="bank_account", reason="curiosity")
    with refused("people.not_a_topic"):
        secrets.read_secret(operator, party.pk, kind="bank_account", reason="payout", about="for Mr Li")
    with refused("people.no_secret"):
        secrets.read_secret(operator, party.pk, kind="resident_id", reason="payout")
    with refused("people.no_such_secret"):
        secrets.read_secret(operator, party.pk, kind="shoe_size", reason="payout")
    assert deeds() == told


def test_keeping_the_same_value_again_changes_nothing() -> None:
    party = given.a_party()
    member = given.a_person(member_of=party)
    first = secrets.keep_secret(member, party.pk, kind="bank_account", value=ACCOUNT)
    again = secrets.keep_secret(member, party.pk, kind="bank_account", value=ACCOUNT)
    assert bytes(first.cipher) == bytes(again.cipher)
    other = secrets.keep_secret(member, party.pk, kind="bank_account", value="6222021234567890124")
    assert other.pk == first.pk
    assert deeds() == ["people.secret_kept", "people.secret_kept", "people.account_changed"]


def test_a_cipher_moved_to_another_party_does_not_open() -> None:
    one, two = given.a_party(), given.a_party()
    secrets.keep_secret(given.a_person(member_of=one), one.pk, kind="bank_account", value=ACCOUNT)
    Secret.objects.update(party=two)
    with refused("people.secret_damaged"):
        secrets.read_secret(given.a_person("operator"), two.pk, kind="bank_account", reason="payout")


def test_a_changed_cipher_or_a_lost_key_is_told() -> None:
    party, operator = given.a_party(), given.a_person("operator")
    kept = secrets.keep_secret(given.a_person(member_of=party), party.pk, kind="bank_account", value=ACCOUNT)
    cipher = bytearray(kept.cipher)
    cipher[-1] ^= 1
    Secret.objects.update(cipher=bytes(cipher))
    with refused("people.secret_damaged"):
        secrets.read_secret(operator, party.pk, kind="bank_account", reason="payout")
    Secret.objects.update(cipher=bytes(kept.cipher), key_id="gone")
    with refused("people.key_missing", key_id="gone"):
        secrets.read_secret(operator, party.pk, kind="bank_account", reason="payout")


def test_a_verified_partys_resident_id_is_fixed() -> None:
    party = given.a_party(is_verified=True)
    with refused("people.verified_id_fixed"):
        secrets.keep_secret(given.a_person(member_of=party), party.pk, kind="resident_id", value=given.a_resident_id())


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    ring = keys.keyring()
    path = tmp_path / "keys" / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert len(ring.keys[ring.current]) == 32


def test_a_refused_resident_id_appears_nowhere() -> None:
    with refused("identity.wrong_resident_id_check"):
        parties.make_natural_party(given.a_person(), name="x", resident_id="110105194912310021")
    assert deeds() == []
