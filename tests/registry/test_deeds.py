"""Entries, fees, weights, consents, transfers and claims on the tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.registry.given_rights import (
    HOLDER,
    a_file,
    a_party,
    a_person,
    a_right,
    an_operator,
    kinds_told,
    read,
    refused,
    standing_of,
)
from zhirong.record.models import File, Leaf, Notice
from zhirong.registry import queries
from zhirong.registry.actions import entries, putting, titles, weights
from zhirong.registry.actions.weights import Favoured
from zhirong.registry.engine.facts import Act, Ending, EventKind, LicenceKind, Scope, Weight
from zhirong.registry.engine.states import State
from zhirong.registry.models import Claim, Consent, Encumbrance, Holding, RegisterEvent, Right
from zhirong.registry.rules import Deal

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = date(2026, 3, 2)
BANK = "某商业银行"


def blocking(right: Right, act: Act = Act.SELL, day: date = DAY, **deal: object) -> list[str]:
    return [reason.code for reason in queries.is_free(right, act, day, deal=Deal(**deal)).blocking]


def test_a_claimed_right_in_force_is_free():
    right = a_right(parties=(a_party(),))
    assert standing_of(right, DAY).state is State.IN_FORCE
    assert all(queries.is_free(right, act, DAY).allowed for act in Act)


def test_an_entry_of_termination_ends_the_right_and_the_same_entry_twice_is_one():
    right, who = a_right(), an_operator()
    said = {"day": date(2026, 2, 1), "source": "gazette", "ending": Ending.SURRENDERED}
    first = entries.enter_event(who, right, EventKind.TERMINATION, **said)
    assert entries.enter_event(who, right, EventKind.TERMINATION, **said) == first
    assert standing_of(right, DAY).state is State.SURRENDERED
    assert kinds_told().count("registry.event_entered") == 1
    restored = {"day": date(2026, 2, 20), "source": "gazette"}
    entries.enter_event(who, right, EventKind.RESTORATION, **restored)
    assert standing_of(right, DAY).state is State.IN_FORCE


def test_an_entry_of_grant_dates_the_right_itself():
    right = a_right(granted_on=None, fees_paid_through_year=0, fees_as_of=None)
    entries.enter_event(an_operator(), right, EventKind.GRANT, day=date(2026, 2, 3), source="gazette")
    right.refresh_from_db()
    assert (right.granted_on, right.version) == (date(2026, 2, 3), 2)
    assert standing_of(right, DAY).state is State.IN_FORCE


def test_entries_with_verbs_of_their_own_or_without_an_ending_are_refused():
    right, who = a_right(), an_operator()
    for kind in (EventKind.TRANSFER, EventKind.PLEDGE_PRESERVATION, EventKind.LICENCE, EventKind.OPEN_LICENCE):
        with refused("registry.entry_has_own_verb"):
            entries.enter_event(who, right, kind, day=DAY, source="gazette")
    with refused("registry.entry_does_not_fit"):
        entries.enter_event(who, right, EventKind.TERMINATION, day=DAY, source="gazette")
    with refused("registry.entry_does_not_fit"):
        entries.enter_event(who, right, EventKind.TERM_COMPENSATION, day=DAY, source="gazette")
    assert RegisterEvent.objects.count() == 0


def test_a_holder_is_renamed_and_the_old_name_stays_dated():
    party = a_party()
    right = a_right(parties=(party,))
    old = right.holdings.get()
    new = entries.rename_holder(an_operator(), right, old, name="深圳甲机器人有限公司", day=DAY)
    assert [one.name for one in queries.holdings_on(right, date(2026, 3, 1))] == [HOLDER]
    assert [one.name for one in queries.holdings_on(right, DAY)] == ["深圳甲机器人有限公司"]
    assert new.party == party


def test_the_operator_confirms_what_the_office_register_says():
    right = a_right(parties=(a_party(),), fees_paid_through_year=0, fees_as_of=None)
    assert [r.code for r in queries.is_free(right, Act.SELL, date(2026, 4, 1)).to_disclose] == ["fees_unconfirmed"]
    entries.confirm_fees(an_operator(), right, paid_through_year=6, as_of=date(2026, 3, 10))
    right.refresh_from_db()
    assert right.version == 2
    assert [r.code for r in queries.is_free(right, Act.SELL, date(2026, 4, 1)).reasons] == ["fees_paid"]


def test_a_pledge_blocks_until_it_is_released():
    right, who = a_right(parties=(a_party(),)), an_operator()
    pledge = weights.encumber(
        who, right, Weight.PLEDGE, favoured=Favoured(BANK), since=date(2026, 1, 9), until=date(2026, 2, 1), number="Y1"
    )
    again = weights.encumber(
        who, right, Weight.PLEDGE, favoured=Favoured(BANK), since=date(2026, 1, 9), until=date(2026, 2, 1), number="Y1"
    )
    assert again == pledge
    # The debt's end on 1 February does not free it: a pledge lasts until it is cancelled (P11).
    assert blocking(right) == ["pledgee_not_consented"]
    weights.release(who, pledge, day=DAY)
    weights.release(who, pledge, day=date(2026, 3, 9))
    assert blocking(right) == []
    assert blocking(right, day=date(2026, 3, 1)) == ["pledgee_not_consented"]
    told = kinds_told()
    assert (told.count("registry.encumbered"), told.count("registry.released")) == (1, 1)
    assert RegisterEvent.objects.filter(kind="pledge_preservation").count() == 2


def test_a_pledge_made_here_passes_the_gate_first():
    right, who = a_right(parties=(a_party(),)), an_operator()
    said = {"favoured": Favoured(BANK), "since": DAY, "deal": Deal(debt_ends_on=date(2099, 1, 1))}
    with refused("registry.not_free", codes=["debt_outlives_term"]):
        weights.encumber(who, right, Weight.PLEDGE, **said)
    assert (Encumbrance.objects.count(), RegisterEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("weight", "code"),
    [(Weight.SEIZURE, "seized"), (Weight.SUSPENSION, "suspended")],
)
def test_seizure_and_suspension_block(weight, code):
    right = a_right(parties=(a_party(),))
    weights.encumber(an_operator(), right, weight, favoured=Favoured("某法院"), since=date(2026, 1, 9))
    assert blocking(right) == [code]


def test_licences_keep_their_kind_place_and_field():
    right = a_right(parties=(a_party(),))
    weights.encumber(
        an_operator(),
        right,
        Weight.LICENCE,
        favoured=Favoured("某厂"),
        since=date(2026, 1, 9),
        licence=LicenceKind.EXCLUSIVE,
        territory="CN-44",
    )
    here = Scope(DAY, territory="CN-44")
    assert blocking(right, Act.LICENSE_PLAIN, scope=here) == ["licence_conflicts"]
    assert blocking(right, Act.LICENSE_PLAIN, scope=Scope(DAY, territory="CN-31")) == []
    assert blocking(right, Act.OPEN_LICENCE) == ["exclusive_bars_open_licence"]
    assert blocking(right, Act.SELL) == []


def test_an_open_licence_and_an_invalidation_are_seen():
    right, who = a_right(parties=(a_party(),)), an_operator()
    weights.encumber(who, right, Weight.OPEN_LICENCE, favoured=Favoured("任何人"), since=date(2026, 1, 9))
    weights.encumber(who, right, Weight.INVALIDATION, favoured=Favoured("某人"), since=date(2026, 1, 9))
    assert blocking(right, Act.LICENSE_SOLE) == ["open_licence_bars_exclusive"]
    assert blocking(right, Act.PLEDGE) == ["invalidation_asked_not_declared"]


def test_the_consents_of_pledgee_and_co_owner_open_the_way():
    first, second, bank = a_party(), a_party("某某大学"), a_party(BANK)
    right, who = a_right(parties=(first, second)), an_operator()
    weights.encumber(who, right, Weight.PLEDGE, favoured=Favoured(BANK, bank), since=date(2026, 1, 9))
    assert blocking(right, by=(first.ref,)) == ["co_owner_not_consented", "pledgee_not_consented"]
    paper = weights.consent(a_person("bank", of=bank), right, Act.SELL, by=Favoured(BANK, bank))
    weights.consent(a_person("holder", of=second), right, Act.SELL, by=Favoured(second.name, second))
    day = paper.given_on
    assert blocking(right, day=day, by=(first.ref,)) == []
    assert blocking(right, Act.LICENSE_PLAIN, day=day, by=(first.ref,)) == ["pledgee_not_consented"]


def test_nobody_consents_for_another_and_strangers_have_nothing_to_consent():
    first, second, stranger = a_party(), a_party("某某大学"), a_party("路人")
    right = a_right(parties=(first, second))
    with refused("people.not_allowed"):
        weights.consent(a_person("holder", of=first), right, Act.SELL, by=Favoured(second.name, second))
    with refused("registry.nothing_to_consent"):
        weights.consent(a_person("holder", of=stranger), right, Act.SELL, by=Favoured(stranger.name, stranger))
    assert Consent.objects.count() == 0


def test_who_holds_a_right_alone_and_a_court_have_nothing_to_consent():
    owner, court = a_party(), a_party("某法院")
    right, operator = a_right(parties=(owner,)), an_operator()
    weights.encumber(operator, right, Weight.SEIZURE, favoured=Favoured(court.name, court), since=date(2026, 1, 9))
    for party in (owner, court):
        with refused("registry.nothing_to_consent"):
            weights.consent(a_person("holder", of=party), right, Act.SELL, by=Favoured(party.name, party))
    assert Consent.objects.count() == 0


def test_a_foreign_name_given_with_ones_own_party_is_no_consent():
    first, second, bank, stranger = a_party(), a_party("某某大学"), a_party(BANK), a_party("路人")
    right, operator = a_right(parties=(first, second)), an_operator()
    weights.encumber(operator, right, Weight.PLEDGE, favoured=Favoured(BANK, bank), since=date(2026, 1, 9))
    weights.encumber(operator, right, Weight.PLEDGE, favoured=Favoured("外埠银行"), since=date(2026, 1, 9))
    for name in (BANK, "外埠银行", second.name):
        with refused("registry.nothing_to_consent"):
            weights.consent(a_person("holder", of=stranger), right, Act.SELL, by=Favoured(name, stranger))
    assert Consent.objects.count() == 0
    assert "registry.consented" not in kinds_told()
    codes = ["co_owner_not_consented", "pledgee_not_consented", "pledgee_not_consented"]
    assert blocking(right, by=(first.ref,)) == codes


def test_a_party_consents_under_the_name_that_the_register_has_of_it():
    bank = a_party("改名后的银行")
    right = a_right(parties=(a_party(),))
    weights.encumber(an_operator(), right, Weight.PLEDGE, favoured=Favoured(BANK, bank), since=date(2026, 1, 9))
    paper = weights.consent(a_person("bank", of=bank), right, Act.SELL, by=Favoured("随便什么名字", bank))
    assert (paper.by_name, paper.party) == (BANK, bank)
    assert blocking(right, day=paper.given_on) == []


def test_a_party_that_is_not_verified_consents_to_nothing():
    bank = a_party(BANK, is_verified=False)
    right = a_right(parties=(a_party(),))
    weights.encumber(an_operator(), right, Weight.PLEDGE, favoured=Favoured(BANK, bank), since=date(2026, 1, 9))
    with refused("people.not_verified"):
        weights.consent(a_person("bank", of=bank), right, Act.SELL, by=Favoured(BANK, bank))
    assert Consent.objects.count() == 0


def test_the_operator_notes_the_paper_of_somebody_without_a_party():
    right, operator = a_right(parties=(a_party(),)), an_operator()
    weights.encumber(operator, right, Weight.PLEDGE, favoured=Favoured(BANK), since=date(2026, 1, 9))
    with refused("registry.nothing_to_consent"):
        weights.consent(operator, right, Act.SELL, by=Favoured("另一银行"))
    with refused("people.not_allowed"):
        weights.consent(a_person("bank"), right, Act.SELL, by=Favoured(BANK))
    paper = weights.consent(operator, right, Act.SELL, by=Favoured(BANK))
    assert blocking(right, day=paper.given_on) == []


def test_a_paper_of_a_stranger_that_bears_the_banks_name_opens_nothing():
    bank, stranger, operator = a_party(BANK), a_party("路人"), an_operator()
    right = a_right(parties=(a_party(),))
    weights.encumber(operator, right, Weight.PLEDGE, favoured=Favoured(BANK, bank), since=date(2026, 1, 9))
    said = {"by_name": BANK, "party": stranger, "act": "sell", "given_on": date(2026, 1, 10)}
    Consent.objects.create(right=right, entered_by=operator, entered_at=right.put_at, **said)
    assert blocking(right) == ["pledgee_not_consented"]


def test_a_transfer_moves_the_title_on_its_day_and_is_done_once():
    seller, buyer = a_party(), a_party("乙公司")
    right, who = a_right(parties=(seller,)), an_operator()
    entry = titles.transfer(who, right, buyer, on=DAY, key="s1", deal=Deal(by=(seller.ref,)))
    assert titles.transfer(who, right, buyer, on=DAY, key="s1") == entry
    assert [one.party for one in queries.holdings_on(right, date(2026, 3, 1))] == [seller]
    assert [(one.party, one.share_ppm) for one in queries.holdings_on(right, DAY)] == [(buyer, 1_000_000)]
    assert kinds_told().count("registry.transferred") == 1
    assert Holding.objects.filter(right=right).count() == 2


def test_a_share_is_transferred_and_shares_still_sum_to_the_whole():
    seller, other, buyer = a_party(), a_party("某某大学"), a_party("乙公司")
    right = a_right(parties=(seller, other))
    deal = Deal(by=(seller.ref, other.ref))
    titles.transfer(an_operator(), right, buyer, on=DAY, key="s1", share_ppm=200_000, seller=seller, deal=deal)
    held = {one.party: one.share_ppm for one in queries.holdings_on(right, DAY)}
    assert held == {seller: 300_000, other: 500_000, buyer: 200_000}


def test_a_co_owner_who_buys_the_other_share_holds_the_whole():
    first, second = a_party(), a_party("某某大学")
    right = a_right(parties=(first, second))
    deal = Deal(by=(first.ref, second.ref))
    titles.transfer(an_operator(), right, second, on=DAY, key="s1", share_ppm=500_000, seller=first, deal=deal)
    assert {one.party: one.share_ppm for one in queries.holdings_on(right, DAY)} == {second: 1_000_000}


def test_a_right_that_is_not_free_or_a_share_that_is_not_held_is_not_transferred():
    seller, buyer = a_party(), a_party("乙公司", country="US")
    right, who = a_right(parties=(seller,)), an_operator()
    with refused("registry.not_free", codes=["export_document_missing"]):
        titles.transfer(who, right, buyer, on=DAY, key="s1", deal=Deal(is_abroad=True))
    with refused("registry.share_not_held", held_ppm=0):
        titles.transfer(who, right, buyer, on=DAY, key="s1", seller=buyer)
    with refused("people.not_allowed"):
        titles.transfer(a_person("holder", of=seller), right, buyer, on=DAY, key="s1")
    assert [one.party for one in queries.holdings_on(right, DAY)] == [seller]
    assert "registry.transferred" not in kinds_told()


def test_a_claim_is_decided_by_the_operator_and_told_to_whoever_asked():
    party = a_party("深圳甲智能公司")
    right, who = a_right(), a_person("holder", of=party)
    assert blocking(right) == ["holder_unclaimed"]
    claim = titles.claim_right(who, right.holdings.get(), party, evidence=a_file())
    assert titles.claim_right(who, right.holdings.get(), party, evidence=a_file()) == claim
    operator, other = an_operator(), an_operator()
    read(other, claim.evidence)
    with refused("file.not_read", name="file.pdf"):
        titles.decide_claim(operator, claim, is_accepted=True, reason="营业执照变更证明")
    assert right.holdings.get().party is None
    read(operator, claim.evidence)
    titles.decide_claim(operator, claim, is_accepted=True, reason="营业执照变更证明")
    assert blocking(right) == []
    assert right.holdings.get().party == party
    assert [notice.person_ref for notice in Notice.objects.all()] == [who.ref]
    with refused("registry.claim_decided", state={"zh": "已认领", "en": "accepted"}):
        titles.decide_claim(an_operator(), claim, is_accepted=False, reason="x")


def test_a_refused_claim_gives_nothing():
    party = a_party("冒名公司")
    right = a_right()
    claim = titles.claim_right(a_person("holder", of=party), right.holdings.get(), party, evidence=a_file())
    with refused("registry.reason_missing"):
        titles.refuse_claim(an_operator(), claim, reason=" ")
    titles.refuse_claim(an_operator(), claim, reason="名称不符")
    assert right.holdings.get().party is None
    assert Claim.objects.get().state == "refused"


def test_a_holder_that_is_known_cannot_be_claimed():
    party, other = a_party(), a_party("别人")
    right = a_right(parties=(party,))
    with refused("registry.holder_known_already"):
        titles.claim_right(a_person("holder", of=other), right.holdings.get(), other, evidence=a_file())
    assert Claim.objects.count() == 0


def test_every_deed_of_the_operator_is_refused_to_others_and_leaves_no_leaf():
    right = a_right(parties=(a_party(),))
    before = Leaf.objects.count()
    for who in (a_person("holder"), a_person("checker"), a_person("administrator")):
        with refused("people.not_allowed"):
            entries.enter_event(who, right, EventKind.DECLASSIFICATION, day=DAY, source="x")
        with refused("people.not_allowed"):
            weights.encumber(who, right, Weight.SEIZURE, favoured=Favoured("x"), since=DAY)
        with refused("people.not_allowed"):
            entries.confirm_fees(who, right, paid_through_year=6, as_of=DAY)
    assert Leaf.objects.count() == before


def test_the_facts_of_a_right_take_six_queries(django_assert_num_queries):
    right = a_right(parties=(a_party(), a_party("某某大学")))
    with django_assert_num_queries(6):
        queries.facts_of(right, DAY)


def test_a_burden_keeps_the_paper_that_began_it_and_the_one_that_lifted_it() -> None:
    right, who = a_right(), an_operator()
    began, lifted, words = a_file(b"%PDF-1.7 began"), a_file(b"%PDF-1.7 lifted"), a_file(b"words")
    one = weights.encumber(who, right, Weight.SEIZURE, favoured=Favoured("某法院"), since=DAY, file=began)
    File.objects.filter(pk=words.pk).update(media_type="text/plain")
    with refused("file.no_evidence"):
        weights.release(who, one, day=DAY, file=File.objects.get(pk=words.pk))
    weights.release(who, one, day=DAY, file=lifted)
    found = Encumbrance.objects.get()
    assert (found.file, found.end_file, found.ended_on) == (began, lifted, DAY)


def test_a_day_to_come_is_not_entered_as_past() -> None:
    right, who, later = a_right(), an_operator(), putting.today() + timedelta(days=1)
    with refused("registry.day_to_come"):
        entries.enter_event(who, right, EventKind.DECLASSIFICATION, day=later, source="gazette")
    with refused("registry.day_to_come"):
        entries.rename_holder(who, right, right.holdings.get(), name="新名称", day=later)
    with refused("registry.day_to_come"):
        weights.encumber(who, right, Weight.PLEDGE, favoured=Favoured("某银行"), since=later)
    licence = weights.encumber(who, right, Weight.LICENCE, favoured=Favoured("某厂"), since=later)
    with refused("registry.day_to_come"):
        weights.release(who, licence, day=later)
    assert [one.kind for one in Encumbrance.objects.all()] == ["licence"]
