"""For the tests of addresses: the things that pages of valuation name, and what their forms send."""

from __future__ import annotations

from typing import Any

from tests.valuation.given_valuation import a_portfolio, issued, today
from zhirong.record import actions as record
from zhirong.valuation.actions import reports
from zhirong.valuation.models import Appraisal, Run


def put_pages(things: Any) -> None:
    """After the interface's things: the same appraisal in work, a sealed one, another portfolio, a run."""
    job, right = things.facts["appraised"], things.facts["right"]
    done = issued(things.house, client=things.seller)
    Appraisal.objects.filter(pk=done.appraisal_id).update(valuer=things.facts["firm"].side.party)
    sealed = reports.seal(done.appraisal_id)
    run = Run.objects.create(
        ref="7" * 32, day=today(), parameters_sha256="0" * 64, seed=1, rights=1, chunk_size=1, asked_at=record.now()
    )
    things.by_start |= {
        "/appraisals/": {"number": job.row().number, **job.named()},
        "/appraisals/<str:number>/<str:name>": {"number": sealed.number, "name": "report.zh.pdf"},
        "/portfolios/": {"ref": a_portfolio(things.seller, right)},
        "/rights/<id:right_id>/value.": {"right_id": right.pk, "language": "zh"},
        "/valuation/runs/": {"ref": run.ref},
        "/api/runs/": {"ref": run.ref},
    }


def forms() -> dict[str, dict[str, object]]:
    """What the forms send, by the address of their page."""
    return {
        "/appraisals/<str:number>": {"deed": "sign", "payload_hash": "0" * 64},
        "/rights/<id:right_id>/value": {"deed": "royalty_rate", "value": "5"},
    }
