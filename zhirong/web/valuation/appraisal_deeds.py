"""What can be done on the page of an appraisal: each deed reads its form, tells all faults at once, and is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.people.models import Party, Person
from zhirong.valuation import estimated, estimating, rules, standing
from zhirong.valuation.actions import appraisals as deeds
from zhirong.valuation.actions import appraising, sharing, signing
from zhirong.valuation.engine import legible, units
from zhirong.valuation.engine.result import Result
from zhirong.valuation.models import Appraisal
from zhirong.web import account, lists, uploads
from zhirong.web.valuation import appraisals
from zhirong.web.valuation.typed import Typed

LOW, LIKELY, HIGH = ("low", "likely", "high")


@dataclass(frozen=True)
class Asked:
    """A form that was sent on the page of an appraisal, and by whom."""

    request: HttpRequest
    person: Person
    row: Appraisal
    typed: Typed


def do(request: HttpRequest, row: Appraisal) -> HttpResponse:
    """Do the deed that the form names, and go back to where its trace stands."""
    name = request.POST.get("deed", "")
    if name not in DEEDS:
        raise Refused("web.no_such_deed", deed=name[:40])
    deed, place = DEEDS[name]
    deed(Asked(request, account.known(request), row, Typed(request.POST)))
    return HttpResponseRedirect(f"{reverse('appraisal', args=[row.number])}#{place}")


def ask(asked: Asked) -> None:
    """The client charges a valuer."""
    valuer = appraisals.valuer_of(asked.request)
    if valuer is None:
        raise Refused("web.choice_missing", field="valuer")
    deeds.request(asked.person, asked.row.pk, valuer=valuer)


def change(asked: Asked) -> None:
    """The draft says something else."""
    deeds.change(asked.person, asked.row.pk, appraisals.asked_of(asked.request, [asked.row.client]))


def withdraw(asked: Asked) -> None:
    """The client no longer wants it."""
    deeds.withdraw(asked.person, asked.row.pk, reason=asked.typed.text("reason"))


def take_on(asked: Asked) -> None:
    """The valuer takes it on."""
    deeds.take_on(asked.person, asked.row.pk)


def decline(asked: Asked) -> None:
    """The valuer does not."""
    deeds.decline(asked.person, asked.row.pk, reason=asked.typed.text("reason"))


def figures(typed: Typed) -> rules.Figures | None:
    """Low, most likely and high, each fault beside its field; that they rise is told beside the first."""
    low, likely, high = (typed.fen(name) for name in (LOW, LIKELY, HIGH))
    if low is None or likely is None or high is None:
        return None
    found = rules.Figures(low_fen=low, likely_fen=likely, high_fen=high)
    try:
        return rules.must_rise(found)
    except Refused as refused:
        typed.fault(refused, LOW)
        return None


def needed_text(typed: Typed, name: str, *, most: int) -> str:
    """A text that has to be there; its lack is a fault beside its field."""
    try:
        return rules.must_be_text(typed.text(name), field=name, most=most)
    except Refused as refused:
        typed.fault(refused, name)
        return ""


def put_opinion(asked: Asked) -> None:
    """What one method comes to, by the valuer's own figures."""
    typed = asked.typed
    approach = typed.choice("approach", rules.APPROACHES)
    method, reason = needed_text(typed, "method", most=40), needed_text(typed, "reason", most=2000)
    found, weight = figures(typed), typed.percent("weight")
    typed.refuse(asked.request)
    assert approach
    assert found
    assert weight is not None
    held = rules.Held(
        method=method,
        approach=approach,
        figures=found,
        weight_ppm=money.rounded(weight * rules.WHOLE_PPM, "half_up"),
        reason=reason,
        override_reason=typed.text("override_reason"),
        computed=computed_of(asked.row, method),
    )
    appraising.put_opinion(asked.person, asked.row.pk, held)


def computed_of(row: Appraisal, method: str) -> dict[str, object] | None:
    """What was computed for this method before: the valuer's own figures stand beside it, with a reason."""
    return next((dict(one.computed) for one in standing.held_of(row) if one.method == method and one.computed), None)


def take_over(asked: Asked) -> None:
    """Every method that spoke of the one right, as computed on the value date with the valuer's own answers."""
    rights = deeds.rights_of(asked.row)
    if len(rights) != 1 or asked.row.valuer_id is None:
        raise Refused("web.no_such_deed", deed="take_over")
    answers = estimated.answers_of(rights[0], [asked.row.valuer_id])
    found = estimating.estimate_right(rights[0], asked.row.value_date, answers)
    spoken = [one for one in found.voices if one.result.range is not None and one.role in ("voice", "floor")]
    counted = {one.result.method: legible.exact(one.weight) for one in spoken if one.weight > 0}
    weights = money.split(rules.WHOLE_PPM, counted) if counted else {}
    with transaction.atomic():
        for one in spoken:
            appraising.put_opinion(asked.person, asked.row.pk, computed_held(one.result, weights))


def computed_held(result: Result, weights: Mapping[str, int]) -> rules.Held:
    """A method as it was computed; the valuer changes it with a reason."""
    kept = units.kept(result)
    figures = rules.computed_figures(kept)
    assert figures is not None, "a method that spoke has a range"
    return rules.Held(
        method=result.method,
        approach=approach_of(result.method),
        figures=figures,
        weight_ppm=weights.get(result.method, 0),
        reason=gettext("As computed here"),
        computed=kept,
    )


def approach_of(method: str) -> str:
    """The approach that a method belongs to; what a right earns in future is income, fees renewed for it too."""
    return next((one for one in ("market", "cost") if method.startswith(one)), "income")


def drop_opinion(asked: Asked) -> None:
    """A method counts no longer."""
    appraising.drop_opinion(asked.person, asked.row.pk, method=asked.typed.text("method"))


def add_paper(asked: Asked) -> None:
    """A paper that the appraisal rests on."""
    title = needed_text(asked.typed, "title", most=120)
    if "file" not in asked.request.FILES:
        asked.typed.fault(Refused("web.file_missing"), "file")
    asked.typed.refuse(asked.request)
    file = uploads.evidence(asked.request, asked.person, is_secret=True)
    appraising.add_paper(asked.person, asked.row.pk, file=file, title=title)


def conclude(asked: Asked) -> None:
    """The conclusion and the report's texts."""
    typed = asked.typed
    found, reason = figures(typed), needed_text(typed, "conclusion", most=4000)
    typed.refuse(asked.request)
    assert found
    texts = {name: typed.text(name) for name in appraising.TEXTS}
    concluded = rules.Concluded(
        figures=found,
        reason=reason,
        single_method_reason=typed.text("single_method_reason"),
        outside_reason=typed.text("outside_reason"),
        **texts,
    )
    appraising.conclude(asked.person, asked.row.pk, concluded)


def sign(asked: Asked) -> None:
    """The first signature, over what stood on the page."""
    signing.sign(asked.person, asked.row.pk, payload_hash=asked.typed.text("payload_hash"))


def review(asked: Asked) -> None:
    """The internal review."""
    signing.review(asked.person, asked.row.pk, payload_hash=asked.typed.text("payload_hash"))


def send_back(asked: Asked) -> None:
    """A fault was found."""
    signing.send_back(asked.person, asked.row.pk, reason=asked.typed.text("reason"))


def issue(asked: Asked) -> None:
    """The second signature, with which the report goes out."""
    signing.issue(asked.person, asked.row.pk, payload_hash=asked.typed.text("payload_hash"))


def share(asked: Asked) -> None:
    """A bank, guarantor or investor may read the report."""
    sharing.share(asked.person, asked.row.pk, party=party_of(asked))


def end_share(asked: Asked) -> None:
    """It may no more."""
    sharing.end_share(asked.person, asked.row.pk, party=party_of(asked))


def party_of(asked: Asked) -> Party:
    """The party that the form names."""
    found = Party.objects.filter(pk=lists.number_of(asked.typed.text("party"), least=0)).first()
    if found is None:
        raise Refused("web.choice_missing", field="party")
    return found


# The deed by its name in the form, and the section where its trace stands.
DEEDS: dict[str, tuple[Callable[[Asked], None], str]] = {
    "request": (ask, "h-asked"),
    "change": (change, "h-asked"),
    "withdraw": (withdraw, "h-asked"),
    "take_on": (take_on, "h-methods"),
    "decline": (decline, "h-asked"),
    "put_opinion": (put_opinion, "h-methods"),
    "take_over": (take_over, "h-methods"),
    "drop_opinion": (drop_opinion, "h-methods"),
    "add_paper": (add_paper, "h-papers"),
    "conclude": (conclude, "h-conclusion"),
    "sign": (sign, "h-signatures"),
    "review": (review, "h-signatures"),
    "send_back": (send_back, "h-methods"),
    "issue": (issue, "h-signatures"),
    "share": (share, "h-shared"),
    "end_share": (end_share, "h-shared"),
}
