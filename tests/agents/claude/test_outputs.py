"""Results that lie in the session's own folder are read from there, and from nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.agents import Entry, Text, ToolResult
from learn_core.agents.claude.reading import LONGEST_OUTPUT, with_outputs

if TYPE_CHECKING:
    from pathlib import Path


def persisted(path: object) -> Entry:
    text = (
        f'<persisted-output>\nOutput too large (80.5KB). Full output saved to: {path}\n\n'
        'Preview (first 2KB):\nthe first line\n...\n</persisted-output>'
    )
    return Entry(type='user', blocks=(Text('see'), ToolResult('t', text, is_error=True)))


def read(entry: Entry, folder: Path) -> str:
    blocks = with_outputs(entry, [folder / 's1.jsonl'], 's1').blocks
    assert blocks[0] == Text('see')
    assert isinstance(blocks[1], ToolResult)
    assert blocks[1].is_error
    return blocks[1].text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / 's1' / 'tool-results').mkdir(parents=True)
    (tmp_path / 's1' / 'tool-results' / 'abc.txt').write_text('all of it\n' * 3)
    return tmp_path


def test_a_result_in_the_sessions_own_folder_is_read(folder: Path) -> None:
    assert read(persisted(folder / 's1' / 'tool-results' / 'abc.txt'), folder) == 'all of it\n' * 3


def test_a_log_that_was_moved_is_read_with_its_folder(folder: Path) -> None:
    elsewhere = '/home/ann/.claude/projects/-w/s1/tool-results/abc.txt'
    assert read(persisted(elsewhere), folder) == 'all of it\n' * 3
    windows = r'C:\Users\ann\.claude\projects\w\s1\tool-results\abc.txt'
    assert read(persisted(windows), folder) == 'all of it\n' * 3


@pytest.mark.parametrize(
    'path',
    [
        '/etc/passwd',
        's1/tool-results/../../secret.txt',
        's1/tool-results/..',
        's2/tool-results/abc.txt',
        's1/tool-results/gone.txt',
        's1/tool-results/sub/abc.txt',
        's1/tool-results/folder',
        's1/tool-results/link.txt',
        '/s1/tool-results/abc.txt/',
        '',
    ],
)
def test_a_path_elsewhere_is_never_read(folder: Path, path: str) -> None:
    (folder / 'secret.txt').write_text('secret')
    (folder / 's1' / 'tool-results' / 'folder').mkdir()
    (folder / 's1' / 'tool-results' / 'link.txt').symlink_to(folder / 'secret.txt')
    (folder / 's2' / 'tool-results').mkdir(parents=True)
    (folder / 's2' / 'tool-results' / 'abc.txt').write_text('secret')
    assert 'the first line' in read(persisted(path), folder)


def test_a_folder_of_results_that_is_a_link_is_not_read(folder: Path) -> None:
    (folder / 's2').mkdir()
    (folder / 's1' / 'tool-results').rename(folder / 's2' / 'results')
    (folder / 's1' / 'tool-results').symlink_to(folder / 's2' / 'results')
    entry = persisted('s1/tool-results/abc.txt')
    assert 'the first line' in read(entry, folder)


def test_a_result_that_only_speaks_of_such_a_place_stays_as_it_is(folder: Path) -> None:
    text = f'Full output saved to: {folder}/s1/tool-results/abc.txt'
    entry = Entry(type='user', blocks=(ToolResult('t', text),))
    assert with_outputs(entry, [folder / 's1.jsonl'], 's1') is entry


def test_of_an_endless_result_the_beginning_is_read(folder: Path) -> None:
    place = folder / 's1' / 'tool-results' / 'abc.txt'
    place.write_bytes(b'x' * (LONGEST_OUTPUT + 5))
    text = read(persisted(place), folder)
    assert len(text) < LONGEST_OUTPUT + 100
    assert text.endswith('[the rest was not read] ...')
