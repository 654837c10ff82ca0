"""Functions over lists and tables for a whole population: any, all, count, sum, min, max, slices, step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zhirong.policy.engine import tree, vectors
from zhirong.policy.engine.columns import WHOLE, Array
from zhirong.policy.engine.values import is_number
from zhirong.policy.engine.vectors import List, Number, Truth, Unscreenable

Of = Callable[[Any, Any], Any]


def reduced(node: tree.Call, view: Any, *, of: Of) -> Any:
    """One function over everybody's list; in an element's view each element sees its owner's facts."""
    argument = node.arguments[0]
    whole = of(argument.over if isinstance(argument, tree.Each) else argument, view)
    if not isinstance(whole, List) or view.owner is not None:
        raise Unscreenable
    inside, kept = view, spread(True, len(whole.owner))
    value: Any = whole.element
    if isinstance(argument, tree.Each):
        inside = replace(view, local={**view.local, argument.name: whole.element}, owner=whole.owner)
        if argument.condition is not None:
            kept = as_truth(of(argument.condition, inside), inside.size)
        value = None if node.name == "count" else of(argument.value, inside)
    if node.name == "count":
        return counted(whole, kept, view.size)
    if node.name in ("any", "all"):
        return closed(whole, kept, as_truth(value, len(whole.owner)), size=view.size, ends=node.name == "any")
    if isinstance(value, Mapping) or not (isinstance(value, Number) or is_number(value)):
        raise Unscreenable
    numbers = vectors.number(value)
    if node.name == "sum":
        return summed(whole, kept, numbers, size=view.size)
    found, doubt = extremes(whole, kept, numbers, name=node.name, size=view.size)
    view.note(view.doubt.broken, doubt)
    return found


def spread(value: bool, size: int) -> Truth:
    return Truth(np.full(size, value), np.full(size, not value))


def as_truth(value: Any, size: int) -> Truth:
    if isinstance(value, bool):
        return spread(value, size)
    if not isinstance(value, Truth):
        raise Unscreenable
    return value


def has(owner: Array, mask: Array, size: int) -> Array:
    """Rows of which at least one element is marked."""
    return np.bincount(owner[mask], minlength=size) > 0


def closed(whole: List, kept: Truth, value: Truth, *, size: int, ends: bool) -> Truth:
    """`any` or `all`: one element that ends it, an unknown one keeps it open."""
    ending = has(whole.owner, kept.yes & (value.yes if ends else value.no), size) & ~whole.unknown
    is_open = has(whole.owner, kept.open | (kept.yes & value.open), size) | whole.unknown
    other = ~ending & ~is_open
    return Truth(ending, other) if ends else Truth(other, ending)


def counted(whole: List, kept: Truth, size: int) -> Number:
    """How many elements the filter keeps."""
    found = np.bincount(whole.owner[kept.yes], minlength=size).astype(np.float64)
    return Number(found, has(whole.owner, kept.open, size) | whole.unknown, None)


def lacking(whole: List, kept: Truth, numbers: Number, *, size: int) -> Array:
    """Rows whose sum or extreme is unknown."""
    is_open = kept.open if numbers.unknown is None else kept.open | (kept.yes & numbers.unknown)
    return has(whole.owner, is_open, size) | whole.unknown


def summed(whole: List, kept: Truth, numbers: Number, *, size: int) -> Number:
    """The sum of what is kept."""
    values = np.where(kept.yes, numbers.values, 0.0)
    found = np.bincount(whole.owner, weights=values, minlength=size)
    magnitude = np.bincount(whole.owner, weights=np.abs(values), minlength=size)
    unknown = lacking(whole, kept, numbers, size=size)
    if numbers.error is None and (not size or magnitude.max() < WHOLE):
        return Number(found, unknown, None)
    errors = np.broadcast_to(vectors.error_of(numbers), values.shape)
    error = np.bincount(whole.owner, weights=np.where(kept.yes, errors, 0.0), minlength=size)
    return Number(found, unknown, error + magnitude * vectors.EPSILON * (np.diff(whole.offsets) + 1))


def extremes(whole: List, kept: Truth, numbers: Number, *, name: str, size: int) -> tuple[Number, Array]:
    """The smallest or largest of what is kept; where nothing is, the exact engine says what to do."""
    edge = np.inf if name == "min" else -np.inf
    found = np.full(size, edge)
    take = np.minimum if name == "min" else np.maximum
    values = np.broadcast_to(numbers.values, whole.owner.shape)
    take.at(found, whole.owner[kept.yes], values[kept.yes])
    doubt = ~np.isfinite(found)
    error = None
    if numbers.error is not None:
        error = np.zeros(size)
        np.maximum.at(error, whole.owner, np.broadcast_to(numbers.error, whole.owner.shape))
    return Number(np.where(doubt, 0.0, found), lacking(whole, kept, numbers, size=size), error), doubt


def stepped(x: Number, table: Any) -> tuple[Number, Array]:
    """The value of the first row whose bound is not below x; doubt near a bound and beyond the last."""
    shape = np.shape(x.values)
    found, error, left = np.zeros(shape), np.zeros(shape), np.ones(shape, bool)
    doubt = np.zeros(shape, bool)
    for bound, value in table:
        number = vectors.number(value)
        here = left
        if bound != "rest":
            limit = vectors.number(bound)
            here = left & (x.values <= limit.values)
            if x.error is not None or limit.error is not None:
                doubt |= np.abs(x.values - limit.values) <= 1.01 * (vectors.error_of(x) + vectors.error_of(limit))
        found = np.where(here, number.values, found)
        error = np.where(here, vectors.error_of(number), error)
        left = left & ~here
    is_whole = not np.any(error)
    return Number(found, x.unknown, None if is_whole else error), doubt | left


def sliced(x: Any, table: Any) -> tuple[Number, Array]:
    """Every slice of x times its rate; always with an error bound, for rates are seldom whole."""
    whole = vectors.number(x)
    below, total, scale = 0.0, np.zeros(np.shape(whole.values)), 0.0
    for bound, rate in table:
        top = whole.values if bound == "rest" else np.minimum(whole.values, float(bound))
        total = total + np.maximum(top - below, 0.0) * float(rate)
        scale += abs(float(rate))
        below = below if bound == "rest" else float(bound)
    size = np.abs(whole.values) + below
    error = scale * (vectors.error_of(whole) + 4 * len(table) * vectors.EPSILON * size)
    return Number(total, whole.unknown, error), np.zeros(np.shape(whole.values), bool)
