"""What is missing to qualify: every smallest set of conditions that would have to become true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

from zhirong.policy.engine.measure import Condition, Leaf, leaves

MOST_SETS = 2_000
Set = frozenset[str]


@dataclass(frozen=True)
class Fix:
    """One smallest set: what the enterprise can act on, what may come with time, what first has to be found out."""

    by_action: tuple[str, ...]
    by_time: tuple[str, ...]
    to_find_out: tuple[str, ...]

    @property
    def all(self) -> frozenset[str]:
        return frozenset(self.by_action + self.by_time + self.to_find_out)


def fixes(condition: Condition, values: Mapping[str, Any]) -> tuple[tuple[Fix, ...], bool]:
    """The smallest sets, the shortest first, and whether there were too many to list.

    `values` tells each leaf's True, False or None. A set that needs a false leaf which can never change is left out, so
    that an empty answer says that nothing can be done.
    """
    found, is_cut = smallest_sets(condition, values)
    order = {leaf.id: place for place, leaf in enumerate(leaves(condition))}
    fixable = {leaf.id: leaf.fixable for leaf in leaves(condition)}
    by_size = sorted(found, key=lambda one: (len(one), sorted(order[name] for name in one)))

    def named(one: Set, wanted: str | None) -> tuple[str, ...]:
        names = [name for name in one if (fixable[name] if values[name] is False else None) == wanted]
        return tuple(sorted(names, key=order.__getitem__))

    return tuple(Fix(named(one, "action"), named(one, "time"), named(one, None)) for one in by_size), is_cut


def smallest_sets(condition: Condition, values: Mapping[str, Any]) -> tuple[list[Set], bool]:
    """Sets of leaves, none within another. Of `all` the unions across its parts, of `any` those of each part."""
    if isinstance(condition, Leaf):
        if values[condition.id] is True:
            return [frozenset()], False
        is_lost = values[condition.id] is False and condition.fixable == "never"
        return ([] if is_lost else [frozenset({condition.id})]), False
    parts = [smallest_sets(part, values) for part in condition.parts]
    is_cut = any(cut for _, cut in parts)
    if condition.word == "any":
        return cut_down((one for found, _ in parts for one in found), is_cut)
    nothing: tuple[list[Set], bool] = ([frozenset()], is_cut)
    return reduce(across, parts, nothing)


def across(left: tuple[list[Set], bool], right: tuple[list[Set], bool]) -> tuple[list[Set], bool]:
    """Every union of one set from each side."""
    unions = (one | other for one, other in product(left[0], right[0]))
    return cut_down(unions, left[1] or right[1])


def cut_down(found: Iterable[Set], is_cut: bool) -> tuple[list[Set], bool]:
    """Without those that hold another; no more than `MOST_SETS`."""
    kept: list[Set] = []
    for one in sorted(set(found), key=len):
        if any(other <= one for other in kept):
            continue
        if len(kept) == MOST_SETS:
            return kept, True
        kept.append(one)
    return kept, is_cut
