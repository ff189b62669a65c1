"""Cheap search: a transcript without a match is opened again only after a change."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from learn_core import agents
from learn_core.sessions.search import mentioning
from tests.sessions.conftest import BRANCH, Machine

if TYPE_CHECKING:
    from pathlib import Path


def search(machine: Machine, memory: Path | None) -> list[str]:
    found = mentioning(agents.find(machine.roots), [BRANCH, 'draft'], memory)
    return [transcript.session_id for transcript in found]


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / 'searched.json'


def test_the_branch_must_be_a_whole_string(machine: Machine) -> None:
    for session_id, branch in [('a', BRANCH), ('b', 'draft'), ('c', 'drafts'), ('d', 'x/draft')]:
        machine.session(session_id, '/x', branch)
    assert sorted(search(machine, None)) == ['a', 'b']


def test_what_did_not_change_is_not_searched_again(machine: Machine, memory: Path) -> None:
    path = machine.session('s', '/x', 'main')
    machine.session('t', '/x')
    assert search(machine, memory) == ['t']
    before = path.stat()
    path.write_text(path.read_text().replace('main', BRANCH))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert search(machine, memory) == ['t']
    path.touch()
    assert sorted(search(machine, memory)) == ['s', 't']


@pytest.mark.parametrize('text', ['', '{', '[]', '{"a": 5}', '{"a": [1]}', '[' * 9999])
def test_a_damaged_memory_is_ignored(machine: Machine, memory: Path, text: str) -> None:
    memory.write_text(text)
    machine.session('s', '/x')
    assert search(machine, memory) == ['s']


def test_searches_of_several_branches_are_remembered(machine: Machine, memory: Path) -> None:
    path = machine.session('s', '/x', 'main')
    for number in range(12):
        mentioning(agents.find(machine.roots), [f'b{number}'], memory)
    remembered = json.loads(memory.read_bytes())
    assert list(remembered) == [f'"b{number}"' for number in range(2, 12)]
    assert list(remembered['"b11"'].values()) == [path.stat().st_mtime]


def test_what_a_killed_process_left_aside_is_gone_after_the_next_search(
    machine: Machine, memory: Path
) -> None:
    machine.session('s', '/x', 'main')
    memory.with_name('.searched.json').write_text('{"hal')
    search(machine, memory)
    assert list(memory.parent.glob('.searched*')) == []
    assert json.loads(memory.read_bytes())
