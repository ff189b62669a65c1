"""What a hook says is heard, whoever stands between it and a person, and nothing breaks of it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import learn_core
from learn_core.push import schedule
from learn_core.push.notices import Voice, command_of

HOME = str(Path(learn_core.__file__).parent.parent)
CODE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from learn_core.push.notices import Voice
voice = Voice(sys.argv[2], dict(os.environ), is_managed=True)
if sys.argv[3] == 'announce':
    voice.ask('plan #5', 'gist')
else:
    voice.tell()
"""


@pytest.fixture
def common(tmp_path: Path) -> str:
    return str(tmp_path)


def under_a_manager(common: str, doing: str, *, terminal: bool) -> tuple[str, str]:
    """(what stood on the terminal, what the manager swallowed)."""
    ours, its = pty.openpty()
    child = subprocess.Popen(
        (sys.executable, '-I', '-S', '-c', CODE, HOME, common, doing),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=(lambda: controlling(its)) if terminal else None,
        text=True,
    )
    swallowed, _ = child.communicate(timeout=30)
    os.close(its)
    return seen_on(ours), swallowed


def controlling(terminal: int) -> None:
    """In a session of its own, the first terminal that is opened becomes the session's."""
    os.close(os.open(os.ttyname(terminal), os.O_RDWR))


def seen_on(terminal: int) -> str:
    seen = b''
    try:
        while piece := os.read(terminal, 4096):
            seen += piece
    except OSError:  # the other end is closed
        pass
    os.close(terminal)
    return seen.decode().replace('\r\n', '\n')


def test_where_a_manager_swallows_what_is_said_the_notice_goes_to_the_terminal(common: str) -> None:
    seen, swallowed = under_a_manager(common, 'announce', terminal=True)
    assert len(seen.splitlines()) == 4
    assert all(len(line) <= 100 for line in seen.splitlines() if '/' not in line)
    assert swallowed == ''
    assert schedule.is_marked(common, schedule.NOTICED)


def test_without_a_terminal_the_notice_is_said_and_counts_as_unseen(common: str) -> None:
    _, swallowed = under_a_manager(common, 'announce', terminal=False)
    assert len(swallowed.splitlines()) == 4
    assert not schedule.is_marked(common, schedule.NOTICED)


def test_a_line_that_a_manager_would_swallow_waits_for_a_terminal(common: str) -> None:
    schedule.add_lines(common, ['plan #5 was sent: https://github.com/a/b/actions/runs/1'])
    assert under_a_manager(common, 'tell', terminal=False) == ('', '')
    seen, swallowed = under_a_manager(common, 'tell', terminal=True)
    assert seen == 'learn-hook: plan #5 was sent: https://github.com/a/b/actions/runs/1\n'
    assert swallowed == ''
    assert under_a_manager(common, 'tell', terminal=True) == ('', '')


def test_what_is_to_be_done_is_called_as_it_is_called_here(
    common: str, capfd: pytest.CaptureFixture[str]
) -> None:
    schedule.add_lines(common, ['plan #5 is stuck: no token; then learn-hook retry'])
    Voice(common, {}, is_managed=False).tell()
    beside_python = Path(sys.executable).parent / 'learn-hook'
    assert capfd.readouterr().err.endswith(f'then {beside_python} retry\n')


def test_a_reader_that_is_gone_is_no_trouble(common: str) -> None:
    code = CODE.replace('is_managed=True', 'is_managed=False') + 'print("went on")\n'
    read, write = os.pipe()
    os.close(read)
    words = (sys.executable, '-I', '-S', '-c', code, HOME, common, 'announce')
    child = subprocess.run(words, stderr=write, stdout=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (child.returncode, child.stdout) == (0, 'went on\n')


@pytest.mark.parametrize('closed', [(0,), (1,), (2,), (0, 1, 2)])
def test_closed_descriptors_are_no_trouble(common: str, closed: tuple[int, ...]) -> None:
    def close() -> None:
        for descriptor in closed:
            os.close(descriptor)

    words = (sys.executable, '-I', '-S', '-c', CODE, HOME, common, 'announce')
    assert subprocess.run(words, preexec_fn=close, check=False).returncode == 0


def test_until_the_notice_was_seen_it_comes_again_and_then_a_line(
    common: str, capfd: pytest.CaptureFixture[str]
) -> None:
    voice = Voice(common, {'PATH': ''}, is_managed=False)
    for _ in range(2):
        voice.ask('plan #5', 'gist')
        assert len(capfd.readouterr().err.splitlines()) == 4
    schedule.mark(common, schedule.NOTICED)
    voice.ask('plan #6', 'gist')
    (line,) = capfd.readouterr().err.splitlines()
    assert 'plan #6: waits for your yes (git config learn-hook.consent yes, or no)' in line


def test_a_notice_on_a_terminal_was_seen(common: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, its = pty.openpty()
    with os.fdopen(its, 'w', encoding='utf-8') as terminal:
        monkeypatch.setattr(sys, 'stderr', terminal)
        voice = Voice(common, {'PATH': ''}, is_managed=False)
        voice.ask('plan #5', 'gist')
        voice.ask('plan #6', 'gist')
        monkeypatch.undo()
    lines = seen_on(ours).splitlines()
    assert [line.startswith('learn-hook: plan #') for line in lines] == [True, *[False] * 3, True]


@pytest.mark.parametrize(
    ('store', 'readers'),
    [
        ('', 'anyone who has its link'),
        ('gist', 'anyone who has its link'),
        ('ref', 'all who can read it'),
    ],
)
def test_the_notice_says_where_the_materials_go_and_who_can_read_them(
    common: str, capfd: pytest.CaptureFixture[str], store: str, readers: str
) -> None:
    Voice(common, {'PATH': ''}, is_managed=False).ask('plans #5, #6', store)
    lines = capfd.readouterr().err.splitlines()
    assert readers in ' '.join(lines)
    assert ('gist' in ' '.join(lines)) == (store != 'ref')
    assert all(len(line) <= 100 for line in lines if 'preview' not in line)


def test_an_agent_is_told_no_way_to_agree_and_counts_as_nobody(
    common: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Voice(common, {'CLAUDECODE': '1'}, is_managed=False).ask('plan #5', 'gist')
    (line,) = capfd.readouterr().err.splitlines()
    assert 'a person has to agree' in line
    assert 'consent' not in line
    assert not schedule.is_marked(common, schedule.NOTICED)


def test_a_person_is_told_the_command_that_works(tmp_path: Path) -> None:
    program = tmp_path / 'learn-hook'
    program.write_text('#!/bin/sh\n')
    program.chmod(0o755)
    environ = {'PATH': os.pathsep.join(['', str(tmp_path)])}
    beside_python = str(Path(sys.executable).parent / 'learn-hook')
    assert command_of(environ, is_managed=False) == 'learn-hook'
    assert command_of(environ, is_managed=True) == beside_python
    assert command_of({}, is_managed=False) == beside_python
