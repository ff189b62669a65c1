"""What a hook writes down comes back word for word, and only where it is wanted."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.push import spool
from learn_core.push.spool import read_lines, standing, write_down

if TYPE_CHECKING:
    from collections.abc import Sequence

words = st.binary(max_size=20).map(os.fsdecode) | st.sampled_from(
    ['', '%', '%25', '%0A', '%250D', 'a\tb', 'a\r\nb', 'P5-ü', '\x85', '\u2028', '\udcff', '\x00']
)


def spooled(common: Path) -> list[Path]:
    return sorted((common / 'learn-hook' / 'spool').iterdir())


@given(lines=st.lists(st.lists(words, min_size=1, max_size=8).map(tuple), max_size=4))
def test_any_text_comes_back(
    lines: Sequence[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    common = tmp_path_factory.mktemp('common')
    write_down(str(common), list(lines))
    (written,) = spooled(common)
    assert read_lines(written.read_bytes()) == [list(line) for line in lines]


def test_one_push_is_one_file_that_only_its_owner_may_list(tmp_path: Path) -> None:
    write_down(str(tmp_path), [('push', 'P5-x'), ('push', 'P6-y')])
    write_down(str(tmp_path), [('merge', 'merge P5-x')])
    first, second = spooled(tmp_path)
    assert len(read_lines(first.read_bytes())) == 2
    assert read_lines(second.read_bytes()) == [['merge', 'merge P5-x']]
    assert stat.S_IMODE(first.parent.stat().st_mode) & 0o077 == 0


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / 'learn-hook').write_text('in the way')
    with pytest.raises(OSError, match='learn-hook'):
        write_down(str(tmp_path), [('push',)])


@pytest.mark.parametrize(
    ('environ', 'is_off'),
    [
        ({}, False),
        ({'LEARN_HOOK': '0'}, True),
        ({'LEARN_HOOK': '1'}, False),
        ({'CI': 'true'}, True),
        ({'CI': '1', 'LEARN_HOOK': '1'}, False),
        ({'CI': 'false'}, False),
        ({'CI': ''}, False),
    ],
)
def test_the_environment_switches_the_hooks_off(environ: dict[str, str], is_off: bool) -> None:
    assert spool.is_off(environ) is is_off
    assert (standing(environ, 'local\tlearn-hook.consent yes\n') == 'off') is is_off


@pytest.mark.parametrize(
    ('config', 'expected'),
    [
        ('', 'asks'),
        ('local\tlearn-hook.consent yes\n', 'on'),
        ('local\tlearn-hook.consent\n', 'on'),
        ('worktree\tlearn-hook.consent true\n', 'on'),
        ('local\tlearn-hook.consent no\n', 'off'),
        ('global\tlearn-hook.consent yes\n', 'asks'),
        ('global\tlearn-hook.enabled false\nlocal\tlearn-hook.consent yes\n', 'off'),
        ('global\tlearn-hook.enabled false\nlocal\tlearn-hook.enabled true\n', 'asks'),
    ],
)
def test_consent_counts_from_the_local_file_alone(config: str, expected: str) -> None:
    assert standing({}, config) == expected


@given(st.text())
def test_any_config_is_read(config: str) -> None:
    assert standing({}, config) in ('on', 'off', 'asks')


def test_a_person_is_told_the_command_that_works(tmp_path: Path) -> None:
    program = tmp_path / 'learn-hook'
    program.write_text('#!/bin/sh\n')
    program.chmod(0o755)
    environ = {'PATH': os.pathsep.join(['', str(tmp_path)])}
    beside_python = str(Path(sys.executable).parent / 'learn-hook')
    assert spool.command(environ, is_managed=False) == 'learn-hook'
    assert spool.command(environ, is_managed=True) == beside_python
    assert spool.command({}, is_managed=False) == beside_python


@pytest.mark.parametrize(
    ('url', 'kept'),
    [
        ('https://ann:pw@github.com/a/b.git', 'https://github.com/a/b.git'),
        ('https://token@github.com/a/b@c', 'https://github.com/a/b@c'),
        ('ssh://git:pw@github.com/a/b', 'ssh://git@github.com/a/b'),
        ('git@github.com:a/b.git', 'git@github.com:a/b.git'),
        ('https://github.com/a/b', 'https://github.com/a/b'),
        ('/srv/a@b', '/srv/a@b'),
        ('origin', 'origin'),
    ],
)
def test_a_url_is_written_down_without_its_password(url: str, kept: str) -> None:
    assert spool.without_password(url) == kept


def test_only_gits_own_end_is_the_end_of_a_push() -> None:
    assert spool.pid_of_git(os.getpid()) == 0
    with subprocess.Popen(['git', 'cat-file', '--batch'], stdin=subprocess.PIPE) as process:
        found, deadline = 0, time.monotonic() + 10
        while not found and time.monotonic() < deadline:  # its name comes with its exec
            found = spool.pid_of_git(process.pid)
        process.communicate()
    assert found == process.pid
