"""Replies of consultation as JSON and as sentences: every one with its measure, clauses, sources and certainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhirong.base import shown
from zhirong.policy import consulting, naming, telling
from zhirong.policy.engine import decide
from zhirong.policy.engine.consult import answering, computing, judging, words
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.reply import Computed, Near, Refusal, Reply, Sentence
from zhirong.policy.engine.measure import Measure

Json = dict[str, Any]
Both = dict[str, str]
LANGUAGES = ("zh", "en")


def reply(found: Reply, corpus: Corpus) -> Json:
    """The whole reply: either sentences (with an amount where one was computed) or a refusal."""
    return {
        "question": found.question,
        "day": found.day.isoformat(),
        "day_meant": found.day_meant.isoformat() if found.day_meant else None,
        "answered": found.refusal is None,
        "by_model": found.by_model,
        "slots": {slot: list(names) for slot, names in found.slots.items()},
        "clauses": [{"measure": measure, "clause": clause} for measure, clause in found.ranked],
        "sentences": [sentence(one, corpus) for one in found.sentences],
        "computed": computed(found.computed, corpus) if found.computed else None,
        "refusal": refusal(found.refusal, found, corpus) if found.refusal else None,
    }


def sentence(one: Sentence, corpus: Corpus) -> Json:
    """A sentence with what it rests on."""
    made = corpus.profiles[one.measure].made
    return {
        "zh": one.zh,
        "en": one.en,
        "measure": one.measure,
        "title": {"zh": made.zh, "en": made.en},
        "clauses": list(one.clauses),
        "sources": [source(made, name) for name in one.sources],
        "certainty": one.certainty,
        "paragraphs": [{"document": document, "paragraph": name} for document, name in one.paragraphs],
    }


def source(made: Measure, name: str) -> Json:
    """A source of a measure: its document, number and place in it; an address only where it is the issuer's own."""
    row: Mapping[str, Any] = next((each for each in made.raw.get("sources") or () if each.get("id") == name), {})
    document = made.raw.get("document") or {}
    return {
        "id": name,
        "document": document.get("title"),
        "number": document.get("number"),
        "locator": row.get("locator"),
        "official": bool(row.get("official")),
        "url": row.get("url") if row.get("official") else None,
    }


def computed(found: Computed, corpus: Corpus) -> Json:
    """What the engine makes of the question: a sentence, the amount by lines, and how each fact was read."""
    made = corpus.profiles[found.measure].made
    clauses = computing.clauses_of(found)
    labels = labels_of(found, corpus)
    told = {name: told_of(found, name, corpus) for name in found.read_as}
    return {
        **{language: said(found, made, labels=labels, told=told, language=language) for language in LANGUAGES},
        "measure": found.measure,
        "title": {"zh": made.zh, "en": made.en},
        "clauses": list(clauses),
        "sources": [source(made, name) for name in dict.fromkeys(made.clauses[each].source for each in clauses)],
        "certainty": answering.least_certain(made, clauses),
        "read_as": [
            {"fact": name, "text": text, "told": told[name], **labels[name]} for name, text in found.read_as.items()
        ],
        "decision": telling.decision(found.decision, made),
    }


def told_of(found: Computed, name: str, corpus: Corpus) -> Both:
    """A fact as the question told it; in the other language, and where it is a choice, as the house calls it."""
    text, fact = found.read_as[name], corpus.vocabulary.facts[name]
    is_choice = fact.kind in ("text", "texts")
    named = {
        language: naming.value(fact, found.facts[name], language) if is_choice or fact.kind == "number" else text
        for language in LANGUAGES
    }
    own = {} if is_choice else {"zh" if words.is_chinese(text) else "en": text}
    return named | own


def labels_of(found: Computed, corpus: Corpus) -> dict[str, Both]:
    """What the facts are called, of those told and of those missing."""
    known = corpus.vocabulary.facts
    names = {*found.read_as, *(found.decision.amount.missing if found.decision.amount else ())}
    return {
        name: {"zh": known[name].zh or name, "en": known[name].en or name}
        if name in known
        else {"zh": name, "en": name}
        for name in sorted(names)
    }


def said(found: Computed, made: Measure, *, labels: Mapping[str, Both], told: Mapping[str, Both], language: str) -> str:
    """The computed amount as one sentence; what only leaves the tax base is never told as money that is paid."""
    decision, texts = found.decision, consulting.sentences()["computed"]
    between, after = ("：", "；") if language == "zh" else (": ", "; ")
    facts = after.join(f"{labels[name][language]}{between}{told[name][language]}" for name in found.read_as)
    if decision.eligible == decide.NOT_MET or decision.amount is None:
        return str(texts["not_met"][language]).format(facts=facts)
    fen = decision.amount.amount_fen
    frame = consulting.sentences()["amounts"].get(made.kind, {}).get(language, "{amount}")
    if fen is None:
        part = sum(line.amount_fen or 0 for line in decision.amount.lines if line.applies)
        missing = after.join(labels[name][language] for name in sorted(decision.amount.missing) if name in labels)
        return str(texts["part"][language]).format(
            facts=facts, amount=frame.format(amount=shown.yuan(part, language)), missing=missing
        )
    word = ("met" if decision.eligible == decide.MET else "unknown") + ("_at_most" if decision.at_most else "")
    return str(texts[word][language]).format(facts=facts, amount=frame.format(amount=shown.yuan(fen, language)))


def refusal(found: Refusal, whole: Reply, corpus: Corpus) -> Json:
    """Why nothing is answered, what comes near, and the way out."""
    texts = consulting.sentences()
    day = (whole.slots["date"] or (whole.day.isoformat(),))[0].split("/")[0]
    asked = {"zh": found.zh or day, "en": found.en or day}
    return {
        "slot": found.slot,
        "slot_name": dict(texts["slots"][found.slot]),
        "asked": asked,
        **{
            language: str(texts["refusals"][found.slot][language]).format(asked=asked[language])
            for language in ("zh", "en")
        },
        "nearest": [near(one) for one in found.nearest],
        "way_out": way_out(found, corpus, asked=asked),
    }


def way_out(found: Refusal, corpus: Corpus, *, asked: Both) -> Both:
    """What to do next and whom to ask: who issued the measure that comes nearest; of another place, its own office."""
    texts = consulting.sentences()["way_out"]
    whom: Mapping[str, Any] = {}
    if found.nearest and found.slot not in (judging.PLACE, judging.SUBJECT, judging.DRAFT):
        whom = corpus.profiles[found.nearest[0].measure].made.raw.get("issuer") or {}
    kind = "issuer" if whom else "place" if found.slot == judging.PLACE else "none"
    return {
        language: str(texts[kind][language]).format(issuer=whom.get(language, ""), asked=asked[language])
        for language in LANGUAGES
    }


def near(one: Near) -> Json:
    """A measure that comes near, plainly marked as not about this."""
    texts = consulting.sentences()
    return {
        "measure": one.measure,
        "title": {"zh": one.zh, "en": one.en},
        "slot": one.slot,
        "why": {language: texts["slots"][one.slot][language] for language in ("zh", "en")},
        "mark": dict(texts["not_about_this"]),
    }


def lines(found: Json, language: str) -> Sequence[str]:
    """A reply as lines of text for a terminal."""
    if no := found["refusal"]:
        told = [no[language], no["way_out"][language]]
        return [
            *told,
            *(f"  - {one['title'][language]} ({one['measure']}): {one['mark'][language]}" for one in no["nearest"]),
        ]
    told = []
    if amount := found["computed"]:
        told.append(f"{amount[language]} [{amount['measure']} {' '.join(amount['clauses'])}; {amount['certainty']}]")
        told += [f"    {row['id']}: {row['amount']}" for row in amount["decision"]["lines"] if row["applies"]]
    for one in found["sentences"]:
        cite = f"{one['measure']} {' '.join(one['clauses'])}; {one['certainty']}"
        told.append(f"{one[language]} [{cite}] {one['title'][language]}")
    return told
