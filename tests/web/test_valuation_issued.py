"""What lenders and clients are led to: an issued appraisal beside the estimate, and from the desk to lending values."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.valuation import given_valuation as valued
from tests.web.given_pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_may_see_an_issued_appraisal_reads_its_figures_beside_the_estimate() -> None:
    job = valued.reviewed()
    client = desk.browser_of(job.client.person)
    addresses = [f"/rights/{job.right.pk}/{page}" for page in ("value", "lending")]
    assert not any("已出具评估报告" in text_of(client, one) for one in addresses)
    valued.signing.issue(job.firm.second, job.appraisal_id, payload_hash=job.hash())
    row = job.row()
    for address in addresses:
        text = text_of(client, address)
        assert "已出具评估报告" in text
        for said in ("800,000", "1,000,000", "1,300,000", row.value_date.isoformat(), f"/appraisals/{row.number}"):
            assert said in text
        assert "多项权利合计" not in text
    stranger = desk.browser_of(given.a_side("bank").person)
    assert not any("已出具评估报告" in text_of(stranger, one) for one in addresses)


def test_a_lender_without_rights_is_led_to_what_a_right_can_secure() -> None:
    lender = text_of(desk.browser_of(given.a_side("bank").person), "/desk")
    assert "查看权利可担保多少" in lender
    assert 'href="/valuation"' in lender
    assert "导入专利" not in lender
    holder = text_of(desk.browser_of(given.a_side("holder").person), "/desk")
    assert "查看权利可担保多少" not in holder
    assert "导入专利" in holder
