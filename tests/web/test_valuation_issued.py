"""An issued appraisal on the pages of a right's value: for whom may see it, and for nobody else."""

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
