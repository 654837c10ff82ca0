"""Deeds done apart: a fault is kept until the deed is done or no longer due, and named once it comes back."""

from __future__ import annotations

import logging

import pytest

from zhirong.base import faults
from zhirong.base.refused import Refused


def a_round(*, fails: tuple[str, ...], deeds: tuple[str, ...] = ("a", "b")) -> list[str]:
    """One round; gives what was done."""
    done, this = [], faults.Round("test")
    for deed in deeds:
        with this.apart(deed):
            if deed in fails:
                raise LookupError(deed)
            done.append(deed)
    this.end()
    return done


def test_a_fault_stops_no_other_deed_and_is_named_at_the_third_time() -> None:
    for times in (1, 2):
        assert a_round(fails=("a",)) == ["b"]
        assert faults.again() == []
        assert [fault.times for fault in faults.kept()] == [times]
    a_round(fails=("a",))
    assert faults.again() == [faults.Fault("test", "a", 3, "LookupError")]
    assert a_round(fails=()) == ["a", "b"]
    assert faults.kept() == []


def test_what_is_no_longer_due_is_no_fault() -> None:
    for _ in range(3):
        a_round(fails=("a",))
    a_round(fails=(), deeds=("b",))
    assert faults.kept() == []


def test_a_fault_that_comes_back_every_second_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for _ in range(9):
            a_round(fails=("a",))
    assert [line.getMessage() for line in caplog.records] == [
        f"a failed, {times} in a row; it is called again" for times in (1, 2, 4, 8)
    ]
    faults.forget()


def test_a_fault_of_another_kind_is_told_at_once_and_a_panic_of_rust_is_one(caplog: pytest.LogCaptureFixture) -> None:
    class PanicException(BaseException):
        """What PyO3 raises: no `Exception`."""

    with caplog.at_level(logging.ERROR):
        for problem in (LookupError, LookupError, PanicException, PanicException):
            with faults.Apart("test", "a") as tried:
                raise problem
            assert tried.failed
    assert [line.exc_info[0] for line in caplog.records if line.exc_info] == [
        LookupError,
        LookupError,
        PanicException,
        PanicException,
    ]
    assert [fault.times for fault in faults.kept("test")] == [4]
    assert faults.kept("other") == []
    faults.forget()


def test_a_refusal_is_no_fault_and_an_interrupt_goes_through() -> None:
    with faults.Apart("test", "a") as tried:
        raise Refused("listing.not_now", state="draft", deed="extend")
    assert not tried.failed
    with pytest.raises(KeyboardInterrupt), faults.Apart("test", "a"):
        raise KeyboardInterrupt
    assert faults.kept() == []
