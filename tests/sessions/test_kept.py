"""A session that its client deleted is found and read where it was kept."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from learn_core import agents, git
from learn_core.plans.kept import keep_logs, kept_logs
from learn_core.sessions.discover import branch_of, discover
from learn_core.sessions.search import of_repository
from tests.agents.codex.rollouts import OTHER, THREAD, rollout, says, typed
from tests.agents.copilot.test_reading import SESSION, event
from tests.agents.odd import write
from tests.agents.opencode.databases import DAY, add_to, answers, asks, database, text, tool
from tests.conftest import git as git_of_test
from tests.sessions.conftest import BRANCH, Machine, row, talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def of_claude(root: Path, folder: Path) -> str:
    project = root / 'projects' / 'any'
    write(project / 's.jsonl', talk('s', folder))
    write(project / 's' / 'subagents' / 'agent-a.jsonl', [row('user', 'Look', sessionId='s')])
    return 's'


def of_codex(root: Path, folder: Path) -> str:
    day = root / 'sessions' / '2026' / '10' / '01'
    head = {'branch': BRANCH}
    rollout(day, *typed('Add a retry'), says('Done'), cwd=str(folder), git=head)
    source = {'subagent': {'thread_spawn': {'parent_thread_id': THREAD}}}
    rollout(day, says('Looked'), thread=OTHER, cwd=str(folder), source=source)
    return THREAD


def of_copilot(root: Path, folder: Path) -> str:
    events = [
        event('session.start', context={'cwd': str(folder), 'branch': BRANCH}),
        event('user.message', content='Add a retry'),
        event('assistant.message', content='Done'),
        event('user.message', 'call_1', content='Look'),
    ]
    write(root / 'session-state' / SESSION / 'events.jsonl', events)
    return SESSION


def of_opencode(root: Path, folder: Path) -> str:
    """Two sessions in one database, the second a child of the first."""
    root.mkdir(parents=True)
    child = tool('task', 'Looked', metadata={'sessionId': 'ses_2'})
    talked = [asks('Add a retry'), answers(text('Done'), child)]
    file = database(root, talked, directory=str(folder)).files[0]
    add_to(file, [asks('Look')], id='ses_2', parent_id='ses_1', directory=str(folder))
    return 'ses_1'


AGENTS = [
    ('claude', of_claude),
    ('codex', of_codex),
    ('copilot', of_copilot),
    ('opencode', of_opencode),
]


@pytest.mark.parametrize(('agent', 'make'), AGENTS)
def test_a_kept_session_is_read_with_its_subagents_once_its_client_deleted_it(
    machine: Machine, agent: str, make: Callable[[Path, Path], str]
) -> None:
    (machine.repository / 'b.txt').write_text('b')
    git_of_test('add', '.', cwd=machine.repository)
    date = f'@{DAY // 1000 + 30} +0000'
    git_of_test('commit', '-qm', 'work', '--date', date, cwd=machine.repository)
    root = machine.home / agent
    session_id = make(root, machine.repository)
    opened = git.open_repository(machine.repository)
    found = of_repository(opened, agents.find({agent: [root]}))
    keep_logs(machine.home, found)
    shutil.rmtree(root)

    known = branch_of(opened, [BRANCH])
    (source,) = discover(opened, {agent: [root]}, known, kept=kept_logs(machine.home)).sources
    assert source.session_id == session_id
    assert source.transcript is not None
    assert source.index is not None
    assert source.index.prompts >= 1
    assert len(agents.subagents(source.transcript, source.index)) == 1


def test_nothing_of_other_repositories_is_kept(machine: Machine) -> None:
    roots = {name: [machine.home / name] for name in ('claude', 'codex', 'copilot', 'opencode')}
    for (root,), make in zip(
        roots.values(), (of_claude, of_codex, of_copilot, of_opencode), strict=True
    ):
        make(root, machine.home / 'other')
    opened = git.open_repository(machine.repository)
    assert of_repository(opened, agents.find(roots)) == []
