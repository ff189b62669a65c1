"""Native work that hangs or panics is left behind."""

from __future__ import annotations

import contextlib
import os
import re
import threading

import pytest

from learn_core.redact.engine.time_limit import (
    Hand,
    OverdueError,
    PanicError,
    interrupted,
)


def test_work_gives_its_result_and_its_trouble() -> None:
    hand = Hand()
    assert hand.within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        hand.within(5, lambda: 1 // 0)
    assert hand.within(5, lambda: 8) == 8


def test_work_that_hangs_is_left_and_another_hand_goes_on() -> None:
    hand, stuck = Hand(), threading.Event()
    with pytest.raises(OverdueError):
        hand.within(0.05, stuck.wait)
    assert hand.within(5, lambda: 7) == 7
    stuck.set()


def test_a_panic_is_an_ordinary_trouble() -> None:
    class Panic(BaseException):
        """As the engine's."""

    def panic() -> None:
        raise Panic

    with pytest.raises(PanicError):
        Hand().within(5, panic)


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='there is nothing to fork')
@pytest.mark.filterwarnings('ignore:This process:DeprecationWarning')
def test_after_a_fork_there_is_a_new_hand() -> None:
    hand = Hand()
    assert hand.within(5, lambda: 7) == 7
    child = os.fork()
    if not child:  # pragma: no cover - the child is not measured
        os._exit(hand.within(5, lambda: 7))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7


def test_a_pattern_that_never_ends_is_interrupted() -> None:
    with pytest.raises(OverdueError):
        interrupted(0.05, lambda: re.match('(a|a)*b', 'a' * 60))
    assert interrupted(5, lambda: 7) == 7


def test_an_interruption_that_is_swallowed_comes_again() -> None:
    swallowed: list[int] = []

    def work() -> None:
        with contextlib.suppress(OverdueError):
            while True:
                pass
        swallowed.append(1)
        while True:
            pass

    with pytest.raises(OverdueError):
        interrupted(0.05, work)
    assert swallowed
