"""A run's log: redacted, and never a trouble of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.log import MOST_BYTES, open_log

if TYPE_CHECKING:
    from pathlib import Path


def test_each_line_has_its_time_and_was_redacted(tmp_path: Path) -> None:
    say = open_log(tmp_path / 'log', lambda line: line.replace('word', '***'))
    say('a word')
    say('ü')
    first, second = (tmp_path / 'log').read_text(encoding='utf-8').splitlines()
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ a \*\*\*', first)
    assert second.endswith(' ü')


def test_a_log_is_appended_to(tmp_path: Path) -> None:
    for word in ('one', 'two'):
        open_log(tmp_path / 'log', str)(word)
    assert len((tmp_path / 'log').read_text().splitlines()) == 2


def test_a_log_that_is_full_gives_way_to_a_new_one_and_one_before_is_kept(tmp_path: Path) -> None:
    say = open_log(tmp_path / 'log', str)
    for number in range(3000):
        say(f'{number} {"x" * 50}')
    kept = [tmp_path / 'log.1', tmp_path / 'log']
    assert sorted(tmp_path.iterdir()) == sorted(kept)
    assert all(path.stat().st_size <= MOST_BYTES + 100 for path in kept)
    lines = [line.split()[1] for path in kept for line in path.read_text().splitlines()]
    assert lines == [str(number) for number in range(3000 - len(lines), 3000)]


def test_half_a_character_is_written_as_a_question_mark(tmp_path: Path) -> None:
    open_log(tmp_path / 'log', str)('a\udcffb')
    assert (tmp_path / 'log').read_text().endswith(' a?b\n')


def test_a_log_that_cannot_be_written_breaks_nothing(tmp_path: Path) -> None:
    open_log(tmp_path / 'gone' / 'log', str)('lost')
    open_log(tmp_path, str)('lost')
    assert list(tmp_path.iterdir()) == []
