"""What a hook says is heard, whoever stands between it and a person, and nothing breaks of it."""

from __future__ import annotations

import errno
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import learn_core
from learn_core.push import schedule
from learn_core.push.notices import Voice

HOME = str(Path(learn_core.__file__).parent.parent)
CODE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from learn_core.push.notices import Voice
voice = Voice(sys.argv[2], 'learn-hook', True)
if sys.argv[3] == 'announce':
    voice.announce('plan #5', 'asks', '600')
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
    assert all(len(line) <= 80 for line in seen.splitlines())
    assert swallowed == ''
    assert schedule.marked(common, schedule.NOTICED)


def test_without_a_terminal_the_notice_is_said_and_counts_as_unseen(common: str) -> None:
    _, swallowed = under_a_manager(common, 'announce', terminal=False)
    assert len(swallowed.splitlines()) == 4
    assert schedule.marked(common, schedule.SAID)
    assert not schedule.marked(common, schedule.NOTICED)


def test_a_line_that_a_manager_would_swallow_waits_for_a_terminal(common: str) -> None:
    schedule.add_lines(common, ['plan #5 learned: https://github.com/a/b/actions/runs/1'])
    assert under_a_manager(common, 'tell', terminal=False) == ('', '')
    seen, swallowed = under_a_manager(common, 'tell', terminal=True)
    assert seen == 'learn-hook: plan #5 learned: https://github.com/a/b/actions/runs/1\n'
    assert swallowed == ''
    assert under_a_manager(common, 'tell', terminal=True) == ('', '')


def test_what_is_to_be_done_is_called_as_it_is_called_here(
    common: str, capfd: pytest.CaptureFixture[str]
) -> None:
    schedule.add_lines(common, ['plan #5 is stuck: no token; then learn-hook retry'])
    Voice(common, '/opt/venv/bin/learn-hook', False).tell()
    assert capfd.readouterr().err.endswith('then /opt/venv/bin/learn-hook retry\n')


def test_a_reader_that_is_gone_is_no_trouble(common: str) -> None:
    code = CODE.replace('True)\n', 'False)\n') + 'print("went on")\n'
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


def no_process(*_: object, **__: object) -> None:
    raise OSError(errno.EAGAIN, 'Resource temporarily unavailable')


def test_where_no_process_is_to_be_had_it_is_said_who_goes_on(
    common: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, 'fork', no_process)
    Voice(common, 'learn-hook', False).start_worker({}, '', '/tree', 1)
    assert 'the next push goes on with it, or learn-hook retry' in capfd.readouterr().err


@pytest.mark.parametrize(
    ('environ', 'config', 'waits'),
    [
        ({}, '', False),
        ({'LEARN_HOOK_MODE': 'foreground'}, '', True),
        ({}, 'local\tlearn-hook.mode foreground\n', True),
        ({'LEARN_HOOK_MODE': 'background'}, 'local\tlearn-hook.mode foreground\n', False),
    ],
)
def test_the_mode_of_the_environment_beats_that_of_the_configuration(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], config: str, waits: bool
) -> None:
    ways: list[str] = []

    def taken(way: str) -> int:
        ways.append(way)
        return 1

    monkeypatch.setattr(os, 'fork', lambda: taken('fork'))
    monkeypatch.setattr(os, 'posix_spawn', lambda *_: taken('spawn'))
    monkeypatch.setattr(os, 'waitpid', lambda *_: (1, 0))
    Voice('/common', 'learn-hook', False).start_worker(environ, config, '/tree', 1)
    assert ways == ['spawn' if waits else 'fork']
