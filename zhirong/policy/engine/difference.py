"""What changed between two texts of a measure, told in plain words of both languages, one change a line.

Parameters are compared day by day, not row by row: rows that were written anew and say the same are no change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from zhirong.policy.engine import changes, parameter_names, wording
from zhirong.policy.engine.changes import Change, Pair, flat, from_to, put, told_clause
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import (
    Branch,
    Ceiling,
    Condition,
    Leaf,
    Line,
    Measure,
    Version,
    holds,
    leaves,
    parameters_on,
)
from zhirong.policy.engine.wording import Names, Said

FIXABLE = {
    "action": Said("可由企业办成", "the enterprise can act on it"),
    "time": Said("可待时间成就", "it may come with time"),
    "never": Said("事后无法补足", "it cannot be mended"),
}
ALWAYS = date.min
NOTHING = Said("", "")


def difference(old: Measure | None, new: Measure, known: Vocabulary) -> list[Change]:
    """Every change from the old text to the new; of a first text that it is one."""
    if old is None:
        return [Change("measure", new.id, Said(f"新措施：{new.zh}", f"A new measure: {new.en}"))]
    if old.sha256 == new.sha256:
        return []
    parts: Sequence[Callable[[Measure, Measure, Vocabulary], Iterator[Change]]] = (
        heads, parameters, versions, changes.cumulation, changes.materials, changes.windows, changes.budget,
        changes.clauses, changes.cases,
    )  # fmt: skip
    return [change for part in parts for change in part(old, new, known)]


def between(made: Measure, days: tuple[date, date], known: Vocabulary) -> list[Change]:
    """What one text says otherwise on the second day than on the first: figures, and the version that rules."""
    found = []
    on = [parameters_on(made, day, date.max) for day in days]
    for name in made.parameters:
        unit = str(made.raw["parameters"][name]["unit"])
        was, now = (wording.value(values.get(name), unit) for values in on)
        if was != now:
            found.append(Change("parameters", name, from_to(parameter_name(made, name), was, now)))
    was_version, now_version = (version_on(made, day) for day in days)
    if was_version is now_version:
        return found
    words = [Said(one.id, one.id) if one else Said("不在施行期", "not in force") for one in (was_version, now_version)]
    found.append(Change("versions", "versions", from_to(Said("版本", "Version"), *words)))
    if was_version and now_version:
        names = names_of(made, known)
        pair = Pair(made, made, names, names)
        for part, told in (
            ("conditions", condition_changes(pair, was_version, now_version)),
            ("amount", line_changes(pair, was_version, now_version)),
            ("amount", ceiling_changes(pair, was_version, now_version)),
        ):
            found += [Change(part, f"versions.{now_version.id}", one) for one in told]
    return found


def version_on(made: Measure, day: date) -> Version | None:
    """The version that rules on a day; of several the one known last."""
    found = [one for one in made.versions if holds(one.since, one.until, day)]
    return max(found, key=lambda one: one.known_from) if found else None


def heads(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """Title, kind, issuer, status, document."""
    if (old.zh, old.en) != (new.zh, new.en):
        yield Change("measure", "title", from_to(Said("名称", "Title"), Said(old.zh, old.en), Said(new.zh, new.en)))
    if old.is_draft != new.is_draft:
        words = {True: Said("草案（不生效）", "draft (not in force)"), False: Said("生效文本", "a text in force")}
        yield Change("measure", "status", from_to(Said("状态", "Status"), words[old.is_draft], words[new.is_draft]))
    plain = [("kind", Said("类别", "Kind")), ("unit", Said("单位", "Unit")), ("tags", Said("标签", "Tags"))]
    rows = [
        ("issuer", Said("发布机关", "Issuer")),
        ("document", Said("文件", "Document")),
        ("jurisdiction", Said("适用地域", "Place")),
        ("sources", Said("出处", "Sources")),
        ("note", Said("备注", "Note")),
    ]
    for name, word in plain:
        was, now = old.raw.get(name), new.raw.get(name)
        if was != now:
            yield Change("measure", name, from_to(word, wording.value(was, ""), wording.value(now, "")))
    for name, word in rows:
        if old.raw.get(name) != new.raw.get(name):
            yield Change("measure", name, Said(f"{word.zh}已修改", f"{word.en} changed"))


# -- parameters ------------------------------------------------------------------------------------------------------


def names_of(made: Measure, known: Vocabulary) -> Names:
    """What the measure's parameters are called: by the ceiling that they are, else by their clause."""
    return Names(known.facts, {name: parameter_name(made, name) for name in made.parameters})


def parameter_name(made: Measure, name: str) -> Said:
    """Its own name; 单家企业年度上限 for the limit of a yearly ceiling; else what all of this name are called."""
    if named := parameter_names.own(made.id, name):
        return named
    for version in made.versions:
        for ceiling in version.ceilings:
            if ceiling.limit.text.strip() == f"p.{name}":
                scope = wording.scope(ceiling.scope)
                return Said(f"{scope.zh}上限", f"Ceiling {scope.en}")
    return parameter_names.shared(name) or Said(f"参数 {name}", f"Parameter {name}")


def parameters(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """Each parameter along the days: where its value differs, from when to when."""
    for name in [*old.parameters, *(one for one in new.parameters if one not in old.parameters)]:
        for since, until, was, now in spans(old, new, name):
            made = new if name in new.parameters else old
            yield parameter_change(made, name, (since, until), values=(was, now))


def spans(old: Measure, new: Measure, name: str) -> list[tuple[date, date | None, Any, Any]]:
    """The stretches of days on which the two texts give another value, joined where they go on."""
    edges = {ALWAYS}
    for made in (old, new):
        for row in made.parameters.get(name, ()):
            edges.add(row.since)
            if row.until is not None and row.until < date.max:
                edges.add(row.until + timedelta(days=1))
    days = sorted(edges)
    found: list[tuple[date, date | None, Any, Any]] = []
    for place, day in enumerate(days):
        until = days[place + 1] - timedelta(days=1) if place + 1 < len(days) else None
        was, now = (parameters_on(made, day, date.max).get(name) for made in (old, new))
        if was == now:
            continue
        last = found[-1] if found else None
        if last and last[1] is not None and last[1] + timedelta(days=1) == day and (last[2], last[3]) == (was, now):
            found[-1] = (last[0], until, was, now)
        else:
            found.append((day, until, was, now))
    return found


def parameter_change(
    made: Measure, name: str, days: tuple[date, date | None], *, values: tuple[Any, Any]
) -> Change:  # fmt: skip
    """单家企业年度上限 自 2027-01-01 起 由 200 万元 改为 150 万元."""
    word, unit = parameter_name(made, name), str(made.raw["parameters"][name]["unit"])
    since, until = days
    when = (
        Said(f"自 {since} 起", f"from {since}") if until is None else Said(f"{since} 至 {until}", f"{since} to {until}")
    )
    was, now = (wording.value(one, unit) for one in values)
    if values[0] is None:
        said = Said(f"{word.zh} {when.zh} 定为 {now.zh}", f"{word.en}: {when.en} set to {now.en}")
    elif values[1] is None:
        said = Said(
            f"{word.zh} {when.zh} 不再有数值（原为 {was.zh}）", f"{word.en}: {when.en} no value any more (was {was.en})"
        )
    else:
        said = Said(
            f"{word.zh} {when.zh} 由 {was.zh} 改为 {now.zh}", f"{word.en}: {when.en} changed from {was.en} to {now.en}"
        )
    return Change("parameters", name, said)


# -- versions --------------------------------------------------------------------------------------------------------


def versions(old: Measure, new: Measure, known: Vocabulary) -> Iterator[Change]:
    """Versions added, left out, moved; in those that stay their conditions, lines and ceilings."""
    was, now = ({one.id: one for one in made.versions} for made in (old, new))
    for name, version in now.items():
        if name not in was:
            period = period_of(version)
            said = Said(f"新增 {name} 版（{period.zh}）", f"Version {name} added ({period.en})")
            yield Change("versions", name, said)
    for name in was.keys() - now.keys():
        yield Change("versions", name, Said(f"删去 {name} 版", f"Version {name} left out"))
    for name in [one for one in now if one in was]:
        yield from version_changes(Pair(old, new, names_of(old, known), names_of(new, known)), was[name], now[name])


def period_of(version: Version) -> Said:
    if version.until is None:
        return Said(f"自 {version.since} 起", f"from {version.since} on")
    return Said(f"{version.since} 至 {version.until}", f"{version.since} to {version.until}")


def version_changes(pair: Pair, was: Version, now: Version) -> Iterator[Change]:
    """What changed inside one version."""
    place = f"versions.{now.id}"
    mark = Said(f"{now.id} 版：", f"Version {now.id}: ")
    if (was.since, was.until) != (now.since, now.until):
        yield Change("versions", place, put(mark, from_to(Said("适用期", "period"), period_of(was), period_of(now))))
    if was.basis != now.basis:
        words = [Said(one or "申请日", one or "the day of application") for one in (was.basis, now.basis)]
        yield Change("versions", place, put(mark, from_to(Said("决定适用的日期", "day that decides"), *words)))
    if was.certainty != now.certainty:
        words = [Said(one or "明文", one or "stated") for one in (was.certainty, now.certainty)]
        yield Change("versions", place, put(mark, from_to(Said("适用期的确定程度", "certainty of the period"), *words)))
    if was.at_most != now.at_most:
        words = [Said("至多" if one else "确定", "at most" if one else "exact") for one in (was.at_most, now.at_most)]
        yield Change("versions", place, put(mark, from_to(Said("金额", "amount"), *words)))
    yield from (Change("conditions", place, put(mark, one)) for one in condition_changes(pair, was, now))
    yield from (Change("amount", place, put(mark, one)) for one in line_changes(pair, was, now))
    yield from (Change("amount", place, put(mark, one)) for one in ceiling_changes(pair, was, now))


def condition_changes(pair: Pair, was: Version, now: Version) -> Iterator[Said]:
    before, after = ({leaf.id: leaf for leaf in leaves(one.eligibility)} for one in (was, now))
    for name, leaf in after.items():
        if name not in before:
            rule, clause = wording.expression(leaf.rule.node, pair.now), told_clause(pair.new, leaf.clause)
            yield Said(f"新增条件“{clause.zh}”（{rule.zh}）", f"condition added: “{clause.en}” ({rule.en})")
            continue
        old = before[name]
        clause = told_clause(pair.new, leaf.clause)
        what = Said(f"条件“{clause.zh}”", f"condition “{clause.en}”")
        if flat(old.rule.text) != flat(leaf.rule.text):
            rules = wording.expression(old.rule.node, pair.was), wording.expression(leaf.rule.node, pair.now)
            yield from_to(what, *rules)
        if old.fixable != leaf.fixable:
            yield from_to(what, FIXABLE[old.fixable], FIXABLE[leaf.fixable])
        if old.clause != leaf.clause:
            rests = told_clause(pair.old, old.clause), told_clause(pair.new, leaf.clause)
            yield from_to(Said(f"{what.zh}的依据", f"{what.en} rests"), *rests)
    for name in [one for one in before if one not in after]:
        clause = told_clause(pair.old, before[name].clause)
        rule = wording.expression(before[name].rule.node, pair.was)
        yield Said(f"删去条件“{clause.zh}”（{rule.zh}）", f"condition left out: “{clause.en}” ({rule.en})")
    trees = [skeleton(one.eligibility, before.keys() & after.keys()) for one in (was, now)]
    if trees[0] != trees[1]:
        yield from_to(Said("条件之间的关系", "how the conditions hang together"), *trees)


def skeleton(condition: Condition, keep: Collection[str]) -> Said:
    """How the conditions that both texts have hang together: a 且 (b 或 c)."""
    if isinstance(condition, Leaf):
        return Said(condition.id, condition.id) if condition.id in keep else NOTHING
    parts = [one for one in (skeleton(part, keep) for part in flattened(condition)) if one != NOTHING]
    word = Said(" 且 ", " and ") if condition.word == "all" else Said(" 或 ", " or ")
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    inner = [Said(f"（{one.zh}）", f"({one.en})") if " " in one.zh else one for one in parts]
    return wording.joined(inner, *word)


def flattened(branch: Branch) -> Iterator[Condition]:
    """Its parts; a branch of the same word inside it says nothing more."""
    for part in branch.parts:
        if isinstance(part, Branch) and part.word == branch.word:
            yield from flattened(part)
        else:
            yield part


def line_changes(pair: Pair, was: Version, now: Version) -> Iterator[Said]:
    before, after = ({one.id: one for one in version.lines or ()} for version in (was, now))
    parts: Sequence[tuple[Said, Callable[[Line], Any]]] = (
        (Said("算法", "amount"), lambda one: one.amount),
        (Said("适用前提", "counts when"), lambda one: one.when),
        (Said("单项上限", "cap"), lambda one: one.cap),
    )
    yield from changes.part_changes(pair, (before, after), Said("金额项", "amount line"), parts=parts)


def ceiling_changes(pair: Pair, was: Version, now: Version) -> Iterator[Said]:
    before, after = ({one.id: one for one in version.ceilings} for version in (was, now))
    parts: Sequence[tuple[Said, Callable[[Ceiling], Any]]] = (
        (Said("限额", "limit"), lambda one: one.limit),
        (Said("适用前提", "counts when"), lambda one: one.when),
    )
    yield from changes.part_changes(pair, (before, after), Said("上限", "ceiling"), parts=parts)
    for name in [one for one in after if one in before]:
        if before[name].scope != after[name].scope:
            yield from_to(
                Said(f"上限 {name} 的范围", f"scope of ceiling {name}"),
                *(wording.scope(one.scope) for one in (before[name], after[name])),
            )
        if before[name].used != after[name].used:
            words = [Said(one.used or "无", one.used or "none") for one in (before[name], after[name])]
            yield from_to(Said(f"上限 {name} 已用额的来处", f"what was used of ceiling {name}"), *words)
