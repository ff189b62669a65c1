"""Faults that are stories: something else happens between a push and its end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import change
from tests.conftest import git
from tests.faults.ground import (
    SECONDS,
    are_at_rest,
    command,
    have_ended,
    kill,
    let_hooks_start,
    push,
    wait_for,
)
from tests.faults.injuring import behind, go_on, stop, with_environment
from tests.promises.world import add_entries, plans, sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.ground import Ground
    from tests.faults.judgement import Injury

GIST = {'method': 'POST', 'path_contains': '/gists'}
NOWHERE = {'GITHUB_API_URL': 'https://api.example.invalid', 'no_proxy': '*', 'NO_PROXY': '*'}
AWAY = {'times': 99, 'status': 503, 'headers': {'Retry-After': '3600'}}


@contextmanager
def away(ground: Ground) -> Iterator[None]:
    """GitHub takes nothing, so that the run waits."""
    ground.world.hub.misbehave(**AWAY)
    yield
    ground.world.hub.behave()


@contextmanager
def stopped_worker(ground: Ground) -> Iterator[Callable[[], bool]]:
    """It stands still in the midst of its upload, while a person looks on and another push comes;
    then it goes on.
    """
    is_stopped: list[bool] = []

    def halt() -> None:
        stop(ground)
        is_stopped.append(True)

    ground.world.hub.misbehave(**GIST, meanwhile=halt)
    yield lambda: bool(is_stopped)
    status = command(ground, 'status', '--json')
    assert [row['state'] for row in json.loads(status.words)['plans']] == ['running']
    git('commit', '-q', '--allow-empty', '-m', 'More', cwd=ground.world.folder)
    assert push(ground, 'origin', ground.branch).code == 0
    ground.states += 1
    go_on(ground)
    wait_for(ground, lambda: bool(sent(ground.world)) and are_at_rest(ground))


@contextmanager
def many_workers(ground: Ground) -> Iterator[None]:
    """Twenty of them, at once, for one run."""
    with away(ground):
        yield
    kill(ground)
    let_it_be_due(ground)
    words = [sys.executable, '-I', '-m', 'learn_core.worker.loop']
    places = [str(ground.world.common), str(ground.world.folder)]
    started = [subprocess.Popen([*words, *places], stdin=subprocess.DEVNULL) for _ in range(20)]
    wait_for(ground, lambda: are_at_rest(ground))
    assert [one.wait(SECONDS) for one in started] == [0] * 20
    assert sent(ground.world) == [ground.number]


def let_it_be_due(ground: Ground) -> None:
    """Whatever a run waits for is over."""
    for record in plans(ground.world):
        change(record, due=0.0)


def shift_clock(ground: Ground, seconds: float) -> None:
    """What was written down has another age, as after the clock was set."""
    for path in sorted(ground.journal.rglob('*')):
        status = path.stat()
        os.utime(path, (status.st_atime - seconds, status.st_mtime - seconds))
    for path in ground.journal.rglob('plan.json'):
        content = json.loads(path.read_bytes())
        for name in ('made', 'tried', 'due'):
            content[name] = content[name] and content[name] - seconds
        path.write_text(json.dumps(content), encoding='utf-8')


def clock_set(seconds: float) -> Injury:
    """The clock is set forward or back while the run waits, and another push comes."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        with away(ground):
            yield
        kill(ground)
        shift_clock(ground, seconds)
        assert push(ground, 'origin', f'{ground.branch}:refs/heads/control').code == 0
        wait_for(ground, lambda: are_at_rest(ground))

    return injury


@contextmanager
def sleeper(ground: Ground) -> Iterator[None]:
    """A worker that sleeps until it is time ends by itself when its run is done otherwise."""
    with away(ground):
        yield
    assert not have_ended(ground)
    assert command(ground, 'retry').code == 0
    wait_for(ground, lambda: have_ended(ground))


@contextmanager
def upgraded(ground: Ground) -> Iterator[None]:
    """While a run waits its Python is removed, and then there is another one."""
    with away(ground):
        yield
    kill(ground)
    let_hooks_start(ground, '/nowhere/python3')
    git('commit', '-q', '--allow-empty', '-m', 'More', cwd=ground.world.folder)
    gone = push(ground, 'origin', ground.branch)
    assert gone.code == 0
    assert '/nowhere/python3' in gone.words
    let_hooks_start(ground, sys.executable)


@contextmanager
def newer_record(ground: Ground) -> Iterator[None]:
    """A newer version's record is left alone, and said; that version finishes it."""
    with away(ground):
        yield
    kill(ground)
    (path,) = ground.journal.rglob('plan.json')
    before = path.read_bytes()
    path.write_text(json.dumps({**json.loads(before), 'version': 99}), encoding='utf-8')
    asked = len(ground.world.hub.requests)
    assert command(ground, 'retry').code == 0
    assert 'newer' in command(ground, 'status').words
    assert len(ground.world.hub.requests) == asked
    path.write_bytes(before)


def broken_record(spoil: Callable[[bytes], bytes]) -> Injury:
    """A run that can't be read is said, and does not stop the next one of its plan."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        with away(ground):
            yield
        kill(ground)
        (path,) = ground.journal.rglob('plan.json')
        path.write_bytes(spoil(path.read_bytes()))
        said = command(ground, 'status')
        assert path.parent.name in said.words
        git('commit', '-q', '--allow-empty', '-m', 'More', cwd=ground.world.folder)
        assert push(ground, 'origin', ground.branch).code == 0
        wait_for(ground, lambda: are_at_rest(ground))

    return injury


@contextmanager
def broken_spool(ground: Ground) -> Iterator[None]:
    """What no hook wrote lies where hooks write, before what one did."""
    spool = ground.journal / 'spool'
    spool.mkdir(parents=True)
    (spool / '1-1').write_bytes(b'push\t\xff\x00\nmerge\n\t\t\t\t\t\t\t\n')
    (spool / '2-2').mkdir()
    yield
    shutil.rmtree(spool / '2-2', ignore_errors=True)


@contextmanager
def moved(ground: Ground) -> Iterator[None]:
    """The repository is elsewhere when the run goes on."""
    with away(ground):
        yield
    kill(ground)
    world = ground.world
    ground.world = replace(world, folder=world.folder.rename(world.folder.with_name('elsewhere')))


@contextmanager
def growing_log(ground: Ground) -> Iterator[None]:
    """The agent writes on while its log is read, and its last line is never whole."""
    size = ground.log.stat().st_size

    def write_on() -> None:
        for number in range(50):
            add_entries(ground.log, '/', '', ('user', f'And {number}'))
        with ground.log.open('a', encoding='utf-8') as file:
            file.write('{"type": "user", "message": {"content": "ha')

    ground.world.hub.misbehave(path_contains='/graphql', after_effect=True, meanwhile=write_on)
    yield
    assert ground.log.stat().st_size > size


def instead_of_the_log(do: Callable[[Path], None]) -> Injury:
    """The second session of the plan is not a regular file when it is read."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        other = ground.log.with_name('other-session.jsonl')
        shutil.copy(ground.log, other)
        issue = ground.world.hub.repos['acme/widgets'].issues[ground.number]
        issue.body = issue.body.replace(
            'last_local_impl_session',
            'created_from_session: "other-session"\nlast_local_impl_session',
        )
        ground.world.hub.misbehave(
            path_contains='/graphql', after_effect=True, meanwhile=lambda: do(other)
        )
        yield
        other.unlink(missing_ok=True)

    return injury


def becomes_a_pipe(log: Path) -> None:
    """Whoever opens it waits for ever."""
    log.unlink()
    os.mkfifo(log)


@contextmanager
def silent_resolver(ground: Ground) -> Iterator[Callable[[], bool]]:
    """Questions for a name's address are never answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        try:
            server.bind(('127.0.0.77', 53))
        except OSError:
            pytest.skip('nobody may play the resolver here')
        server.setblocking(False)
        conf = ground.python.with_name('resolv.conf')
        conf.write_text('nameserver 127.0.0.77\n', encoding='utf-8')
        prefix = f'unshare -m sh -c \'mount --bind {conf} /etc/resolv.conf && exec "$@"\' -'
        with (
            with_environment(**NOWHERE)(ground),
            behind('worker', prefix)(ground),
        ):
            asked: list[bytes] = []
            yield lambda: _was_asked(server, asked)


def _was_asked(server: socket.socket, asked: list[bytes]) -> bool:
    with suppress(BlockingIOError):
        asked.append(server.recv(512))
    return bool(asked)


@contextmanager
def passphrase(ground: Ground) -> Iterator[None]:
    """The remote is reached by an ssh that asks for a passphrase, unless it was told not to ask."""
    asked = ground.python.with_name('asked')
    ssh = ground.python.with_name('ssh')
    ssh.write_text(
        '#!/bin/bash\n'
        'for word; do last=$word; done\n'
        'case "$last" in git-receive-pack*) eval "exec $last";; esac\n'
        'case " $* " in *" BatchMode=yes "*|*"-oBatchMode=yes "*) eval "exec $last";; esac\n'
        f'touch {asked}; sleep 600\n',
        encoding='utf-8',
    )
    ssh.chmod(0o755)
    url = f'ssh://git@127.0.0.1{ground.world.bare}'.replace(' ', '%20')
    git('remote', 'set-url', '--push', 'origin', url, cwd=ground.world.folder)
    git('config', 'remote.origin.fetch', '+refs/heads/none:refs/none', cwd=ground.world.folder)
    os.environ['GIT_SSH_COMMAND'] = f"'{ssh}'"
    os.environ['GIT_SSH_VARIANT'] = 'ssh'
    os.environ['SSH_ASKPASS'] = os.environ['GIT_ASKPASS'] = str(ssh)
    try:
        yield
    finally:
        for name in ('GIT_SSH_COMMAND', 'GIT_SSH_VARIANT', 'SSH_ASKPASS', 'GIT_ASKPASS'):
            del os.environ[name]
    assert not asked.exists()
