"""The one question. Each ground of B9, N8, N9, N17, P1, P7, O3, O4, K1 and each case of EXCHANGE E26 to E33 by name."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.given_facts import DAY, HOLDER, SECOND, a_patent
from zhirong.registry import rules
from zhirong.registry.engine.facts import (
    LICENSES,
    Act,
    Consent,
    Ending,
    Entry,
    EventKind,
    Export,
    FeeRecord,
    Holder,
    Kind,
    Licence,
    LicenceKind,
    OpenLicence,
    Pledge,
    Report,
    Scope,
    Seizure,
    Suspension,
)
from zhirong.registry.rules import Deal, Effect

BANK = "某商业银行"
PLEDGED = {"pledges": (Pledge(BANK, date(2025, 1, 1)),)}
CO_OWNED = {"holders": (HOLDER, SECOND)}


def answer(act, deal=rules.PLAIN_DEAL, **changes):
    return rules.free_to(act, a_patent(**changes), DAY, deal=deal)


def codes(freedom, effect=Effect.BLOCKED):
    return [reason.code for reason in freedom.reasons if reason.effect is effect]


@pytest.mark.parametrize("act", list(Act))
def test_a_clean_invention_is_free_for_everything(act):
    freedom = answer(act)
    assert freedom.allowed
    assert [(reason.code, reason.facts) for reason in freedom.reasons] == [("fees_paid", {"year": 8})]


def test_a_fee_that_falls_due_soon_is_disclosed():
    freedom = answer(Act.SELL, fees=FeeRecord(7, as_of=date(2026, 1, 5)))
    assert freedom.allowed
    assert freedom.reasons[0].facts == {"year": 8, "due_on": date(2026, 5, 6)}
    assert codes(freedom, Effect.DISCLOSE) == ["fee_due_soon"]


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("ending", [Ending.UNPAID, Ending.EXPIRED, Ending.SURRENDERED, Ending.APPLICATION_DEAD])
def test_nothing_can_be_done_with_a_right_that_ended(act, ending):
    entry = Entry(EventKind.TERMINATION, date(2026, 2, 1), ending)
    assert len(answer(act, entries=(entry,)).blocking) == 1


def test_e29_an_invalidated_patent_blocks_alone():
    entry = Entry(EventKind.INVALIDATION, date(2026, 2, 1), Ending.INVALID)
    freedom = answer(Act.SELL, entries=(entry,), **PLEDGED)
    assert codes(freedom) == ["ended_invalid"]
    assert freedom.reasons[0].facts == {"since": date(2026, 2, 1)}


def test_an_application_may_be_sold_with_disclosure_but_neither_pledged_nor_opened():
    application = {"granted_on": None, "fees": FeeRecord()}
    assert answer(Act.SELL, **application).allowed
    assert codes(answer(Act.SELL, **application), Effect.DISCLOSE) == ["is_an_application"]
    assert codes(answer(Act.PLEDGE, **application)) == ["application_not_granted"]
    assert codes(answer(Act.OPEN_LICENCE, **application)) == ["application_not_granted"]


@pytest.mark.parametrize("act", list(Act))
def test_an_unpaid_fee_blocks_until_it_is_paid(act):
    freedom = rules.free_to(act, a_patent(fees=FeeRecord(6, as_of=date(2025, 7, 1))), date(2025, 7, 1))
    assert codes(freedom) == ["fee_in_grace"]
    assert freedom.blocking[0].facts == {"year": 7, "grace_ends_on": date(2025, 11, 6)}


def test_fees_nobody_looked_at_are_disclosed():
    assert codes(answer(Act.SELL, fees=FeeRecord()), Effect.DISCLOSE) == ["fees_unconfirmed"]
    assert answer(Act.SELL, fees=FeeRecord()).allowed


def test_only_a_claimed_holder_can_act():
    freedom = answer(Act.SELL, holders=(Holder("某某厂"),))
    assert codes(freedom) == ["holder_unclaimed"]
    assert codes(answer(Act.SELL, holders=())) == ["holder_not_known"]


@pytest.mark.parametrize("act", list(Act))
def test_p7_1_somebody_who_is_not_the_registered_holder_is_refused(act):
    assert codes(answer(act, Deal(by=("p9",)))) == ["not_the_holder"]
    assert answer(act, Deal(by=("p1",))).allowed


@pytest.mark.parametrize("act", [Act.SELL, Act.LICENSE_EXCLUSIVE, Act.LICENSE_SOLE, Act.PLEDGE, Act.OPEN_LICENCE])
def test_e26_a_co_owner_who_has_not_consented_blocks(act):
    freedom = answer(act, Deal(by=("p1",)), **CO_OWNED)
    assert codes(freedom) == ["co_owner_not_consented"]
    assert freedom.blocking[0].facts == {"names": (SECOND.name,)}


def test_e26_a_co_owner_may_license_plainly_alone():
    freedom = answer(Act.LICENSE_PLAIN, Deal(by=("p1",)), **CO_OWNED)
    assert freedom.allowed
    assert "co_owner_may_license_plainly" in codes(freedom, Effect.ALLOWED)


def test_a_recorded_consent_of_the_co_owner_opens_the_act_it_names_and_no_other():
    paper = Consent("p2", Act.SELL, date(2026, 1, 1), date(2026, 12, 31))
    assert answer(Act.SELL, Deal(by=("p1",)), consents=(paper,), **CO_OWNED).allowed
    assert not answer(Act.PLEDGE, Deal(by=("p1",)), consents=(paper,), **CO_OWNED).allowed


def test_a_consent_ends_with_its_day():
    paper = Consent("p2", Act.SELL, date(2025, 1, 1), date(2026, 3, 1))
    assert codes(answer(Act.SELL, Deal(by=("p1",)), consents=(paper,), **CO_OWNED)) == ["co_owner_not_consented"]


def test_co_owners_who_agreed_otherwise_need_no_paper():
    assert answer(Act.SELL, Deal(by=("p1",)), co_owners_agreed_otherwise=True, **CO_OWNED).allowed


@pytest.mark.parametrize("act", list(Act))
def test_n17_suspension_and_preservation_block_everything(act):
    assert codes(answer(act, suspensions=(Suspension(date(2025, 9, 1)),))) == ["suspended"]
    assert codes(answer(act, seizures=(Seizure("某法院", date(2025, 9, 1)),))) == ["seized"]


@pytest.mark.parametrize("act", [Act.SELL, *sorted(LICENSES), Act.OPEN_LICENCE])
def test_e27_a_pledged_right_is_blocked_until_the_pledgee_consents(act):
    assert codes(answer(act, **PLEDGED)) == ["pledgee_not_consented"]
    freedom = answer(act, consents=(Consent(BANK, act, date(2026, 1, 1)),), **PLEDGED)
    assert freedom.allowed
    assert "pledgee_consented" in codes(freedom, Effect.DISCLOSE)


def test_e28_a_pledge_weighs_from_its_registration_to_its_release():
    pledge = {"pledges": (Pledge(BANK, DAY, DAY),)}
    assert not answer(Act.SELL, **pledge).allowed
    assert rules.free_to(Act.SELL, a_patent(**pledge), date(2026, 3, 1)).allowed
    assert rules.free_to(Act.SELL, a_patent(**pledge), date(2026, 3, 3)).allowed


def test_p7_9_a_pledged_right_is_not_pledged_again_even_with_consent():
    paper = Consent(BANK, Act.PLEDGE, date(2026, 1, 1))
    assert codes(answer(Act.PLEDGE, consents=(paper,), **PLEDGED)) == ["already_pledged"]


def test_p7_6_a_debt_may_not_outlive_the_patent():
    assert answer(Act.PLEDGE, Deal(debt_ends_on=date(2039, 5, 5))).allowed
    assert codes(answer(Act.PLEDGE, Deal(debt_ends_on=date(2039, 5, 6)))) == ["debt_outlives_term"]


def test_n9_a_licence_may_not_outlive_the_patent():
    deal = Deal(scope=Scope(DAY, date(2039, 5, 6)))
    assert codes(answer(Act.LICENSE_PLAIN, deal)) == ["licence_outlives_term"]


def test_p7_7_a_pledge_contract_needs_its_items():
    assert codes(answer(Act.PLEDGE, Deal(lacks_contract_items=("债务履行期限",)))) == ["contract_incomplete"]


def test_p7_10_and_11_are_cured_by_going_on_knowingly():
    attacked = {"invalidation_asked_on": (date(2026, 1, 1),)}
    twin = {"kind": Kind.UTILITY_MODEL, "has_same_day_application": True}
    assert codes(answer(Act.PLEDGE, **attacked)) == ["invalidation_asked_not_declared"]
    assert codes(answer(Act.PLEDGE, **twin)) == ["same_day_application_not_declared"]
    assert answer(Act.PLEDGE, Deal(went_on_knowing=True), **attacked).allowed
    assert answer(Act.PLEDGE, Deal(went_on_knowing=True), **twin).allowed
    assert "invalidation_asked" in codes(answer(Act.SELL, **attacked), Effect.DISCLOSE)


@pytest.mark.parametrize("act", [Act.LICENSE_EXCLUSIVE, Act.LICENSE_SOLE])
def test_e30_an_open_licence_bars_exclusive_and_sole_ones(act):
    assert codes(answer(act, open_licences=(OpenLicence(date(2026, 1, 1)),))) == ["open_licence_bars_exclusive"]


def test_e30_an_exclusive_licence_bars_the_open_one():
    exclusive = Licence(LicenceKind.EXCLUSIVE, "某厂", Scope(date(2025, 1, 1), date(2027, 1, 1)))
    assert codes(answer(Act.OPEN_LICENCE, licences=(exclusive,))) == ["exclusive_bars_open_licence"]


def test_an_open_licence_lets_plain_ones_and_a_sale_pass_with_disclosure():
    open_licence = {"open_licences": (OpenLicence(date(2026, 1, 1)),)}
    for act in (Act.LICENSE_PLAIN, Act.SELL, Act.PLEDGE):
        freedom = answer(act, **open_licence)
        assert freedom.allowed
        assert "open_licence_to_disclose" in codes(freedom, Effect.DISCLOSE)
    assert codes(answer(Act.OPEN_LICENCE, **open_licence)) == ["open_licence_stands"]


GIVEN = Scope(date(2025, 1, 1), date(2027, 1, 1), territory="CN-44", field="H01M")


@pytest.mark.parametrize(
    ("wanted", "conflicts"),
    [
        (Scope(date(2026, 6, 1), None, "CN-44", "H01M"), True),
        (Scope(date(2026, 6, 1), None, "CN", "H01M10/05"), True),
        (Scope(date(2027, 1, 1)), True),
        (Scope(date(2027, 1, 2)), False),
        (Scope(date(2026, 6, 1), None, "CN-31", "H01M"), False),
        (Scope(date(2026, 6, 1), None, "CN-44", "G06F"), False),
    ],
)
@pytest.mark.parametrize("act", sorted(LICENSES))
def test_e31_licences_conflict_only_where_time_place_and_field_overlap(act, wanted, conflicts):
    freedom = answer(act, Deal(scope=wanted), licences=(Licence(LicenceKind.EXCLUSIVE, "某厂", GIVEN),))
    assert codes(freedom) == (["licence_conflicts"] if conflicts else [])


def test_e31_a_plain_licence_bars_an_exclusive_one_but_not_another_plain_one():
    given = {"licences": (Licence(LicenceKind.PLAIN, "某厂", GIVEN),)}
    assert codes(answer(Act.LICENSE_EXCLUSIVE, **given)) == ["licence_conflicts"]
    assert answer(Act.LICENSE_PLAIN, **given).allowed


def test_b9_licences_in_force_are_disclosed_on_a_sale():
    freedom = answer(Act.SELL, licences=(Licence(LicenceKind.EXCLUSIVE, "某厂", GIVEN),))
    assert freedom.allowed
    assert "licensed" in [reason.code for reason in freedom.to_disclose]


def test_a_licence_that_ended_is_not_told():
    over = Licence(LicenceKind.EXCLUSIVE, "某厂", Scope(date(2020, 1, 1), date(2021, 1, 1)))
    assert "licensed" not in codes(answer(Act.SELL, licences=(over,)), Effect.DISCLOSE)


@pytest.mark.parametrize("act", [Act.SELL, *sorted(LICENSES)])
def test_e33_a_buyer_abroad_needs_the_papers_of_export(act):
    assert codes(answer(act, Deal(is_abroad=True))) == ["export_document_missing"]
    assert answer(act, Deal(is_abroad=True, has_export_document=True)).allowed
    assert codes(answer(act, Deal(is_abroad=True), export=Export.RESTRICTED)) == ["export_licence_missing"]
    shown = Deal(is_abroad=True, has_export_document=True)
    assert codes(answer(act, shown, export=Export.PROHIBITED)) == ["export_prohibited"]


def test_k6_publicly_funded_ip_goes_abroad_with_approval_only():
    shown = Deal(is_abroad=True, has_export_document=True)
    assert codes(answer(Act.SELL, shown, is_publicly_funded=True)) == ["project_approval_missing"]
    assert answer(Act.LICENSE_PLAIN, shown, is_publicly_funded=True).allowed


def test_o1_a_utility_model_is_opened_only_on_a_good_report():
    um = {"kind": Kind.UTILITY_MODEL}
    assert codes(answer(Act.OPEN_LICENCE, **um)) == ["report_missing"]
    assert codes(answer(Act.OPEN_LICENCE, report=Report.BAD, **um)) == ["report_bad"]
    assert answer(Act.OPEN_LICENCE, report=Report.GOOD, **um).allowed


def test_a_partly_invalid_patent_is_sold_with_disclosure():
    entry = Entry(EventKind.INVALIDATION, date(2026, 2, 1), Ending.PARTLY_INVALID)
    freedom = answer(Act.SELL, entries=(entry,))
    assert freedom.allowed
    assert "partly_invalid" in codes(freedom, Effect.DISCLOSE)


def test_several_reasons_are_all_told():
    freedom = answer(Act.SELL, Deal(by=("p1",), is_abroad=True), **PLEDGED, **CO_OWNED)
    assert codes(freedom) == ["co_owner_not_consented", "pledgee_not_consented", "export_document_missing"]


def test_a_trade_mark_pays_no_annual_fees_and_asks_for_no_report():
    mark = {"kind": Kind.TRADE_MARK, "fees": FeeRecord(), "granted_on": date(2020, 1, 7), "filed_on": None}
    freedom = answer(Act.SELL, **mark)
    assert freedom.allowed
    assert freedom.reasons == ()
    assert codes(rules.free_to(Act.SELL, a_patent(**mark), date(2030, 1, 7))) == ["ended_expired"]


def test_every_reason_has_both_sentences_a_rule_and_an_effect():
    for code, entry in rules.reason_texts().items():
        assert set(entry) == {"effect", "rule", "zh", "en"}, code
        assert Effect(entry["effect"])
        assert entry["zh"].endswith("。"), code
        assert entry["en"].endswith("."), code
