"""A session that is still being written to is waited for."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from learn_core.sessions.source import wait_until_quiet
from tests.sessions.conftest import Machine, set_age

if TYPE_CHECKING:
    from learn_core.sessions.source import SessionSource


def sources(machine: Machine) -> tuple[SessionSource, ...]:
    return machine.find().sources


def test_what_is_written_to_is_waited_for_also_a_sub_agents(machine: Machine) -> None:
    path = machine.session('s', machine.repository)
    agent = path.with_suffix('') / 'subagents' / 'agent-a.jsonl'
    agent.parent.mkdir(parents=True)
    agent.write_text(path.read_text())
    set_age(path, 1)
    found = sources(machine)
    writes = threading.Timer(0.1, agent.touch)
    writes.start()
    assert wait_until_quiet(found, 0.3)
    assert time.time() - agent.stat().st_mtime >= 0.3
    writes.join()


def test_what_is_old_or_gone_is_not_waited_for(machine: Machine) -> None:
    old, gone = machine.session('a', machine.repository), machine.session('b', machine.repository)
    found = sources(machine)
    os.utime(old, (1000, 1000))
    gone.unlink()
    assert wait_until_quiet(found, 60)
    assert wait_until_quiet([], 60)
