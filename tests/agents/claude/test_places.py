from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.agents import Text, find, read, roots
from tests.agents.claude.logs import SESSION, assistant, user, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv('HOME', str(tmp_path))
    return tmp_path / '.claude'


def test_a_session_with_files_in_two_folders_is_one(root: Path) -> None:
    stub = write(root / 'projects' / '-work-x' / f'{SESSION}.jsonl', {'type': 'mode'})
    told = write(
        root / 'projects' / '-work-x--worktrees-y' / f'{SESSION}.jsonl',
        user('go', uuid='1', timestamp='2026-01-01T00:00:00Z'),
        assistant('done', uuid='2', parentUuid='1', timestamp='2026-01-01T00:00:01Z'),
    )
    (found,) = find({'claude': [root]})
    assert (found.session_id, found.files) == (SESSION, (told, stub))
    assert [entry.blocks for entry in read(found) if not entry.dropped] == [
        (Text('go'),),
        (Text('done'),),
    ]


def test_entries_that_are_in_two_files_of_a_session_come_once_and_in_order(root: Path) -> None:
    first = user('one', uuid='1', timestamp='2026-01-01T00:00:00Z')
    second = user('two', uuid='2', parentUuid='1', timestamp='2026-01-01T00:01:00Z')
    third = user('three', uuid='3', parentUuid='2', timestamp='2026-01-01T00:02:00Z')
    write(root / 'projects' / 'b' / f'{SESSION}.jsonl', first, second)
    write(root / 'projects' / 'a' / f'{SESSION}.jsonl', second, third, assistant('x' * 999))
    (found,) = find({'claude': [root]})
    said = [entry.blocks[0] for entry in read(found) if not entry.dropped]
    assert said[:3] == [Text('one'), Text('two'), Text('three')]
    assert len(said) == 4


def test_logs_of_sub_agents_and_other_files_are_no_sessions(root: Path) -> None:
    folder = root / 'projects' / 'p'
    write(folder / 'agent-a1.jsonl', user('x'))
    write(folder / SESSION / 'subagents' / 'agent-b2.jsonl', user('x'))
    (folder / 'notes.txt').write_text('x')
    assert list(find({'claude': [root]})) == []


def test_a_folder_that_cannot_be_listed_is_reported(root: Path) -> None:
    write(root / 'projects', user('x'))
    (found,) = find({'claude': [root]})
    assert (found.session_id, found.unreadable) == ('', 'cannot be looked into (Not a directory)')


def test_other_accounts_are_looked_into(root: Path) -> None:
    write(root.with_name('.claude-work') / 'projects' / 'p' / 's.jsonl', user('x'))
    assert roots({})['claude'] == (
        root,
        root.parent / '.config' / 'claude',
        root.with_name('.claude-work'),
    )


def test_the_environment_names_several_folders(root: Path) -> None:
    named = roots({'CLAUDE_CONFIG_DIR': '/a, ~/b,'})['claude']
    assert [str(path) for path in named[:2]] == ['/a', str(root.with_name('b'))]
