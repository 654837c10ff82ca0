"""One deed, one sequence of bytes, one hash."""

from __future__ import annotations

import pytest

from zhirong.record.engine.canonical import canonical


def test_keys_are_sorted_and_nothing_is_padded():
    assert canonical({"b": 1, "a": [True, None, "挂牌"], "B": {"z": -5, "y": ""}}) == (
        '{"B":{"y":"","z":-5},"a":[true,null,"挂牌"],"b":1}'
    )


def test_the_order_of_writing_does_not_change_the_bytes():
    assert canonical({"x": 1, "y": 2}) == canonical({"y": 2, "x": 1})


@pytest.mark.parametrize(
    "body", [{"a": 1.0}, {"a": [0.5]}, {"a": {"b": float("nan")}}, {1: "a"}, {"a": {1, 2}}, {"a": b"x"}]
)
def test_what_machines_write_differently_is_no_leaf(body):
    with pytest.raises(AssertionError):
        canonical(body)
