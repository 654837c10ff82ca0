"""Changes of the simpler parts: lines and ceilings, cumulation, materials, windows, budget, clauses, cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhirong.policy.engine import wording
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure, Rule
from zhirong.policy.engine.wording import Names, Said

RULES = {
    "exclusive": Said("不得同时享受", "not together with"),
    "choose_best": Said("择优享受其一", "the better of it and"),
    "deduct": Said("扣除已享受的", "less what was received under"),
    "joint_cap": Said("合并计算限额", "one ceiling together with"),
}
ALLOCATIONS = {
    "first_come": Said("先到先得", "first come, first served"),
    "pro_rata": Said("按比例分配", "in proportion"),
    "ranking": Said("按评分排序", "by ranking"),
    "total_control": Said("总量控制", "within a total"),
    "none": Said("无预算限制", "no budget limit"),
    "unspecified": Said("文件未写明", "the text does not say"),
}
CERTAINTIES = {
    "stated": Said("明文", "stated"),
    "reading": Said("一种读法", "a reading"),
    "assumed": Said("推定", "assumed"),
    "memory": Said("凭记忆", "from memory"),
}
Parts = Sequence[tuple[Said, Callable[[Any], Any]]]


@dataclass(frozen=True)
class Change:
    """One change: which part of the measure, at what place, in words."""

    part: str
    place: str
    said: Said


@dataclass(frozen=True)
class Pair:
    """The two texts with what their facts and parameters are called."""

    old: Measure
    new: Measure
    was: Names
    now: Names


def from_to(what: Said, old: Said, new: Said) -> Said:
    return Said(f"{what.zh} 由 {old.zh} 改为 {new.zh}", f"{what.en}: from {old.en} to {new.en}")


def put(mark: Said, said: Said) -> Said:
    return Said(mark.zh + said.zh, mark.en + said.en)


def told_clause(made: Measure, name: str) -> Said:
    """What the clause says, in our words."""
    found = made.clauses.get(name)
    return Said(found.zh, found.en) if found else Said(name, name)


def flat(text: str) -> str:
    return " ".join(text.split())


def part_changes(
    pair: Pair, both: tuple[Mapping[str, Any], Mapping[str, Any]], word: Said, *, parts: Parts
) -> Iterator[Said]:
    """Lines or ceilings that came, went or say something else."""
    before, after = both
    for name, one in after.items():
        clause = told_clause(pair.new, one.clause)
        if name not in before:
            rule = worded(parts[0][1](one), pair.now)
            yield Said(
                f"新增{word.zh}“{clause.zh}”（{name}：{rule.zh}）",
                f"{word.en} added: “{clause.en}” ({name}: {rule.en})",
            )
            continue
        for label, part in parts:
            was, now = part(before[name]), part(one)
            if (flat(was.text) if was else "") != (flat(now.text) if now else ""):
                what = Said(f"{word.zh} {name} 的{label.zh}", f"{word.en} {name}, {label.en}")
                yield from_to(what, worded(was, pair.was), worded(now, pair.now))
        if before[name].clause != one.clause:
            what = Said(f"{word.zh} {name} 的依据", f"{word.en} {name}, rests on")
            yield from_to(what, told_clause(pair.old, before[name].clause), clause)
    for name in [one for one in before if one not in after]:
        clause = told_clause(pair.old, before[name].clause)
        yield Said(f"删去{word.zh}“{clause.zh}”（{name}）", f"{word.en} left out: “{clause.en}” ({name})")


def worded(expression: Any, names: Names) -> Said:
    """An expression in words; nothing where there is none."""
    return wording.expression(expression.node, names) if expression else Said("无", "none")


def cumulation(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """Rules of going together, each as a whole."""
    was, now = ([together(one, known) for one in made.cumulation] for made in (old, new))
    for one in now:
        if one not in was:
            yield Change(
                "cumulation", "cumulation", Said(f"新增叠加规则：{one.zh}", f"cumulation rule added: {one.en}")
            )
    for one in was:
        if one not in now:
            yield Change(
                "cumulation", "cumulation", Said(f"删去叠加规则：{one.zh}", f"cumulation rule left out: {one.en}")
            )


def together(rule: Rule, known: Vocabulary) -> Said:
    """同一笔贷款 不得同时享受 id:a、tag:b."""
    word, scope = RULES[rule.rule], wording.scope(rule.scope)
    limit = worded(rule.limit, Names(known.facts)) if rule.limit else None
    tail = Said(f"，限额 {limit.zh}", f", limit {limit.en}") if limit else Said("", "")
    return Said(
        f"{scope.zh}：{word.zh} {'、'.join(rule.others)}{tail.zh}",
        f"{scope.en}: {word.en} {', '.join(rule.others)}{tail.en}",
    )


def materials(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """Papers to hand in."""
    was, now = ({one.id: one for one in made.materials} for made in (old, new))
    for name, one in now.items():
        called = Said(f"材料“{one.zh}”", f"Material “{one.en}”")
        if name not in was:
            yield Change("materials", name, Said(f"新增{called.zh}", f"{called.en} added"))
            continue
        before = was[name]
        if (before.zh, before.en) != (one.zh, one.en):
            yield Change(
                "materials", name, from_to(Said("材料", "Material"), Said(before.zh, before.en), Said(one.zh, one.en))
            )
        if before.proves != one.proves:
            words = [
                Said("、".join(each) or "无", ", ".join(each) or "nothing") for each in (before.proves, one.proves)
            ]
            yield Change("materials", name, from_to(Said(f"{called.zh}所证明的条件", f"{called.en} proves"), *words))
        if (flat(before.when.text) if before.when else "") != (flat(one.when.text) if one.when else ""):
            words = [worded(each.when, Names(known.facts)) for each in (before, one)]
            yield Change(
                "materials", name, from_to(Said(f"{called.zh}的适用前提", f"{called.en} is needed when"), *words)
            )
    for name in [one for one in was if one not in now]:
        yield Change("materials", name, Said(f"删去材料“{was[name].zh}”", f"Material “{was[name].en}” left out"))


def windows(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """When applications are taken."""
    was, now = ([(one.opens, one.closes) for one in made.windows] for made in (old, new))
    for opens, closes in now:
        if (opens, closes) not in was:
            said = Said(f"新增申报时间 {opens:%Y-%m-%d %H:%M} 至 {closes:%Y-%m-%d %H:%M}",
                        f"Window added: {opens:%Y-%m-%d %H:%M} to {closes:%Y-%m-%d %H:%M}")  # fmt: skip
            yield Change("windows", "windows", said)
    for opens, closes in was:
        if (opens, closes) not in now:
            said = Said(f"删去申报时间 {opens:%Y-%m-%d %H:%M} 至 {closes:%Y-%m-%d %H:%M}",
                        f"Window left out: {opens:%Y-%m-%d %H:%M} to {closes:%Y-%m-%d %H:%M}")  # fmt: skip
            yield Change("windows", "windows", said)


def budget(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """How a budget is allocated, and how much there is in a year."""
    was, now = (made.raw["budget"] for made in (old, new))
    if was["allocation"] != now["allocation"]:
        words = [ALLOCATIONS[one["allocation"]] for one in (was, now)]
        yield Change("budget", "budget", from_to(Said("预算分配方式", "Allocation of the budget"), *words))
    years = [{row["year"]: row["amount"] for row in one["years"]} for one in (was, now)]
    for year in sorted(years[0].keys() | years[1].keys()):
        amounts = [wording.value(one.get(year), "CNY") for one in years]
        if years[0].get(year) != years[1].get(year):
            yield Change("budget", "budget", from_to(Said(f"{year} 年预算", f"Budget of {year}"), *amounts))


def clauses(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """What the clauses say, and how sure that is."""
    for name, one in new.clauses.items():
        before = old.clauses.get(name)
        if before is None:
            yield Change("clauses", name, Said(f"新增条款 {name}：{one.zh}", f"Clause {name} added: {one.en}"))
            continue
        if (before.zh, before.en) != (one.zh, one.en):
            said = from_to(
                Said(f"条款 {name}", f"Clause {name}"),
                Said(f"“{before.zh}”", f"“{before.en}”"),
                Said(f"“{one.zh}”", f"“{one.en}”"),
            )
            yield Change("clauses", name, said)
        if before.certainty != one.certainty:
            words = [CERTAINTIES[each.certainty] for each in (before, one)]
            yield Change(
                "clauses", name, from_to(Said(f"条款 {name} 的确定程度", f"Certainty of clause {name}"), *words)
            )
        if (before.source, before.quote, before.span) != (one.source, one.quote, one.span):
            yield Change(
                "clauses",
                name,
                Said(f"条款 {name} 的出处或引文已修改", f"Source or quotation of clause {name} changed"),
            )
    for name in [one for one in old.clauses if one not in new.clauses]:
        yield Change(
            "clauses",
            name,
            Said(f"删去条款 {name}：{old.clauses[name].zh}", f"Clause {name} left out: {old.clauses[name].en}"),
        )


def cases(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """Worked cases: they decide nothing, and whoever approves wants to know that they moved."""
    was, now = ({row["name"]: row for row in made.raw.get("tests") or ()} for made in (old, new))
    base = [made.raw.get("test_base") or {} for made in (old, new)]
    added, gone = len(now.keys() - was.keys()), len(was.keys() - now.keys())
    moved = sum(was[name] != now[name] for name in was.keys() & now.keys())
    if added or gone or moved or base[0] != base[1]:
        tail = Said("，共同事实已修改", ", the facts they share changed") if base[0] != base[1] else Said("", "")
        yield Change("tests", "tests", Said(
            f"案例：新增 {added} 个，删去 {gone} 个，修改 {moved} 个{tail.zh}",
            f"Cases: {added} added, {gone} left out, {moved} changed{tail.en}",
        ))  # fmt: skip
