"""Builders for appraisals and comparables: told through the same actions as real life."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.exchange import given_deals as given
from tests.exchange.given_deals import House, Side
from tests.people import given_people as people
from zhirong.base.calendar import beijing_day
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry.models import Right
from zhirong.valuation import indices, rules, standing
from zhirong.valuation.actions import (
    appraisals,
    appraising,
    comparables,
    index_lists,
    portfolio_values,
    portfolios,
    reports,
    signing,
)
from zhirong.valuation.models import Appraisal, AppraisalEvidence, Comparable, IndexList

_count = itertools.count(1)
REASON = "依据权利登记、合同与成交记录。"


def today() -> date:
    """Today in Beijing."""
    return beijing_day(record.now())


def a_paper(person: Person, *, is_secret: bool = False) -> File:
    """A paper that this person brought."""
    return record.keep_file(person, "合同.pdf", b"%%PDF-1.7 paper %d" % next(_count), is_secret=is_secret)


@dataclass
class Firm:
    """A valuer with three people."""

    side: Side = field(default_factory=lambda: given.a_side("valuer"))
    second: Person = field(init=False)
    third: Person = field(init=False)

    def __post_init__(self) -> None:
        self.second, self.third = (people.a_person("valuer", member_of=self.side.party) for _ in range(2))

    @property
    def first(self) -> Person:
        """Who works on it and signs first."""
        return self.side.person


@dataclass
class Job:
    """A client, its right, a valuer and the appraisal between them."""

    client: Side
    right: Right
    firm: Firm
    appraisal_id: int

    def row(self) -> Appraisal:
        """As it is now."""
        return Appraisal.objects.get(pk=self.appraisal_id)

    def named(self) -> dict[str, int]:
        """How an address names it and its paper."""
        paper = AppraisalEvidence.objects.get(appraisal=self.appraisal_id)
        return {"appraisal_id": self.appraisal_id, "evidence_id": paper.pk}

    def hash(self) -> str:
        """What a signature would sign now."""
        return standing.hash_of(self.row())


def asked(client: Side, *rights: Right, **said: Any) -> appraisals.Asked:
    """A request for pledge finance as of today."""
    words = {"purpose": "pledge", "value_type": "market", "value_date": today(), "use": ""}
    return appraisals.Asked(client=client.party, rights=tuple(one.pk for one in rights), **{**words, **said})


def a_draft(house: House | None = None, *, client: Side | None = None, **said: Any) -> Job:
    """A holder's draft."""
    house, client = house or House(), client or given.a_side("holder")
    right = given.a_right(house, client.party)
    row = appraisals.draft(client.person, asked(client, right, **said))
    return Job(client, right, Firm(), row.pk)


def a_request(house: House | None = None, **said: Any) -> Job:
    """It waits for the valuer."""
    job = a_draft(house, **said)
    appraisals.request(job.client.person, job.appraisal_id, valuer=job.firm.side.party)
    return job


def taken_on(house: House | None = None, **said: Any) -> Job:
    """The valuer took it on."""
    job = a_request(house, **said)
    appraisals.take_on(job.firm.first, job.appraisal_id)
    return job


def figures(low: int = 800_000_00, likely: int = 1_000_000_00, high: int = 1_300_000_00) -> rules.Figures:
    """Eight hundred thousand, a million, one point three million yuan."""
    return rules.Figures(low_fen=low, likely_fen=likely, high_fen=high)


def held(method: str = "expert.income", approach: str = "income", ppm: int = 500_000, **said: Any) -> rules.Held:
    """A valuer's own opinion by one method."""
    words: dict[str, Any] = {"figures": figures(), "reason": REASON}
    return rules.Held(method=method, approach=approach, weight_ppm=ppm, **{**words, **said})


def concluded(**said: Any) -> rules.Concluded:
    """A conclusion with its texts."""
    return rules.Concluded(**{"figures": figures(), "reason": REASON, **said})


def worked(house: House | None = None, **said: Any) -> Job:
    """Two methods and a conclusion are there, and a paper that all three have read."""
    job = taken_on(house, **said)
    paper = a_paper(job.firm.first)
    appraising.add_paper(job.firm.first, job.appraisal_id, file=paper, title="许可合同")
    for reader in (job.firm.second, job.firm.third):
        record.read_file(reader, paper, is_evidence=True)
    appraising.put_opinion(job.firm.first, job.appraisal_id, held())
    appraising.put_opinion(job.firm.first, job.appraisal_id, held("expert.market", "market"))
    appraising.conclude(job.firm.first, job.appraisal_id, concluded())
    return job


def signed(house: House | None = None, **said: Any) -> Job:
    """The first of the valuer's people signed."""
    job = worked(house, **said)
    signing.sign(job.firm.first, job.appraisal_id, payload_hash=job.hash())
    return job


def reviewed(house: House | None = None, **said: Any) -> Job:
    """The third reviewed it."""
    job = signed(house, **said)
    signing.review(job.firm.third, job.appraisal_id, payload_hash=job.hash())
    return job


def issued(house: House | None = None, **said: Any) -> Job:
    """The second signed, and the papers are made."""
    job = reviewed(house, **said)
    signing.issue(job.firm.second, job.appraisal_id, payload_hash=job.hash())
    reports.seal(job.appraisal_id)
    return job


def a_price(right: Right, price_fen: int, *, days_ago: int = 0, **said: Any) -> Comparable | None:
    """A price of one right, so many days ago."""
    words: dict[str, Any] = {"source": "import", "kind": "sale", "reference": f"import:{next(_count)}"}
    price = comparables.Price(price_fen=price_fen, on=today() - timedelta(days=days_ago), **{**words, **said})
    return comparables.note_comparable([right], price)


def a_portfolio(side: Side, *rights: Right) -> str:
    """The ref of a portfolio of this party."""
    wanted = portfolios.Wanted(party=side.party, name="组合", rights=tuple(one.pk for one in rights))
    kept = portfolios.keep(side.person, wanted)
    portfolio_values.value(kept.pk)
    return kept.ref


def named(side: Side, job: Job) -> dict[str, dict[str, Any]]:
    """How addresses name an issued appraisal and a portfolio of the same side."""
    kept = a_portfolio(side, job.right)
    return {
        "/api/appraisals/": {**job.named(), "name": "report.zh.pdf"},
        "/appraisals/": {**job.named(), "number": job.row().number, "name": "report.zh.pdf"},
        "/api/portfolios/": {"ref": kept},
        "/portfolios/": {"ref": kept},
    }


def an_index_plain(name: str = "中心自有指标表") -> dict[str, Any]:
    """The house's list under another name, as a centre would bring one of its own."""
    return {**indices.house_plain(today()), "name": {"zh": name, "en": "The centre's own list"}, "edition": "2026-1"}


def an_index_list(operator: Person, *, since: date | None = None, name: str = "中心自有指标表") -> IndexList:
    """A list of the centre's own that waits for a second person."""
    file = an_index_file(operator, name=name)
    return index_lists.bring_index(operator, record.read_file(operator, file), file=file, since=since or today())


def an_index_file(person: Person, *, name: str = "中心自有指标表") -> File:
    """A file with a list that holds together as a whole."""
    return record.keep_file(person, "指标表.yaml", json.dumps(an_index_plain(name), ensure_ascii=False).encode())


def put_things(things: Any) -> None:
    """For the tests of addresses: an appraisal of the seller's in work, one that is issued, a portfolio, a price."""
    house, seller = things.house, things.seller
    job, done = worked(house, client=seller), issued(house, client=seller)
    right = things.facts["right"]
    kept = a_portfolio(seller, right)
    price = a_price(right, 900_000_00)
    assert price is not None
    # One person of the firm asks for both of its jobs.
    Appraisal.objects.filter(pk=done.appraisal_id).update(valuer=job.firm.side.party)
    listed = an_index_list(house.operator).pk
    things.facts |= {"firm": job.firm, "appraised": job}
    things.by_start |= {
        "/api/appraisals/": job.named(),
        "/api/appraisals/<int:appraisal_id>/papers/": {"appraisal_id": done.appraisal_id, "name": "report.zh.pdf"},
        "/api/portfolios/": {"ref": kept},
        "/api/comparables/": {"comparable_id": price.pk},
        "/api/index-lists/": {"list_id": listed},
        "/office/index-lists/": {"list_id": listed},
        "/api/rights/<int:right_id>/estimate/papers/": {"right_id": right.pk, "name": "zh.pdf"},
    }


def said(things: Any, party: str, own: str) -> dict[str, dict[str, object]]:
    """What the deeds of valuation need to hear, by the end of their address."""
    right, firm, today_ = things.facts["right"], things.facts["firm"], today().isoformat()
    wanted = {
        "client": party, "rights": [right.pk], "purpose": "pledge", "value_type": "market", "value_date": today_,
    }  # fmt: skip
    amounts = {"low_fen": 1, "likely_fen": 2, "high_fen": 3, "reason": REASON}
    hashed = {"payload_hash": "0" * 64}
    at = "appraisals/<int:appraisal_id>"
    return {
        "POST /api/appraisals": wanted,
        f"PUT /api/{at}": {**wanted, "client": things.seller.party.ref},
        f"{at}/request": {"valuer": firm.side.party.ref},
        f"{at}/opinions": {**amounts, "method": "expert.cost", "approach": "cost", "weight_ppm": 0},
        f"{at}/opinions/drop": {"method": "expert.income"},
        f"{at}/evidence": {"file": own, "title": "合同"},
        f"{at}/conclusion": amounts,
        f"{at}/shares": {"party": firm.side.party.ref},
        f"{at}/shares/take-back": {"party": firm.side.party.ref},
        **{f"{at}/{deed}": hashed for deed in ("sign", "review", "issue")},
        "POST /api/comparables": {
            "reference": "licence:1", "source": "licence", "kind": "plain_licence", "on": today_, "price_fen": 1,
            "rights": [right.pk], "proof": own,
        },
        "POST /api/portfolios": {"party": party, "name": "组合", "items": [{"right_id": right.pk}]},
        "PUT /api/portfolios/<ref>": {
            "party": things.seller.party.ref, "name": "组合", "items": [{"right_id": right.pk}],
        },
        "rights/<int:right_id>/answers": {"party": party, "question": "royalty_rate", "value_micro": 30_000},
        "answers/take-back": {"party": party, "question": "royalty_rate"},
        "estimate/what-if": {"royalty_rate": "0.05"},
    }  # fmt: skip
