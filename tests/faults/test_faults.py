"""Faults, each by a real process, and one judgement for all of them.

`make test-all` makes the faults of `TABLE`, and of each loop a few; `make faults` those of `MORE`
too, and the loops at `places` until a run gets through.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import TOKEN
from tests.faults import stories
from tests.faults.injuring import (
    badly_served,
    behind,
    killed_at,
    meanwhile,
    pushed_behind,
    read_only,
    traced,
    was_hit,
    with_environment,
    without_room,
)
from tests.faults.judgement import survive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.ground import Ground
    from tests.faults.judgement import Injury

EVERYWHERE = os.environ.get('FAULTS') == 'all'

GIST: dict[str, Any] = {'method': 'POST', 'path_contains': '/gists'}
DISPATCH: dict[str, Any] = {'method': 'POST', 'path_contains': '/dispatches'}
PLAN: dict[str, Any] = {'path_contains': '/graphql', 'body_contains': 'query Plan('}
PULL: dict[str, Any] = {'path_contains': '/graphql', 'body_contains': 'query Pulls('}

FORKS = 'clone,clone3,fork,vfork'
HTML = '<html><body>Please log in</body></html>'
TROUBLE = '{"message": "Server Error", "documentation_url": "https://docs.github.com"}'
ERRORS = '{"errors": [{"type": "INTERNAL", "message": "Something went wrong"}]}'


def common(ground: Ground) -> Path:
    """git's own folder."""
    return ground.world.common


def temp(ground: Ground) -> Path:
    """The folder for temporary files."""
    return ground.temp


def home(ground: Ground) -> Path:
    """The person's."""
    return ground.home


def revoked(**fault: Any) -> Injury:
    """The token is good for nothing from that request on, and is again in the end."""

    def revoke(ground: Ground) -> None:
        tokens = ground.world.hub.tokens
        tokens['none'] = tokens.pop(TOKEN)

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        with meanwhile(revoke, **fault)(ground):
            yield
        tokens = ground.world.hub.tokens
        tokens[TOKEN] = tokens.pop('none')

    return injury


TABLE: dict[str, Injury] = {
    # -- killed at a step's boundary, where there is no strace as well
    'killed before the gist is made': killed_at(**GIST),
    'killed after the gist is made': killed_at(**GIST, after_effect=True),
    'killed after the start': killed_at(**DISPATCH, after_effect=True),
    # -- no room, no right
    '.git full': without_room(common, of='bytes'),
    '.git all but full': without_room(common, of='bytes', left=24_576),
    '.git without inodes': without_room(common, of='inodes'),
    '.git read-only': read_only(common),
    'hook may write no byte to a file': behind('hook', 'prlimit --fsize=0'),
    # -- a network that is none
    'connection refused': with_environment(GITHUB_API_URL='http://127.0.0.1:9'),
    'no DNS': behind(
        'worker', 'env no_proxy=* NO_PROXY=* GITHUB_API_URL=https://api.example.invalid unshare -n'
    ),
    'a resolver that never answers': stories.silent_resolver,
    'gist torn at the first byte': badly_served(**GIST, reset_after_bytes=0),
    'gist torn at the last byte': badly_served(**GIST, reset_after_bytes=-1, after_effect=True),
    'start torn in the middle': badly_served(**DISPATCH, reset_after_bytes=-30),
    'gist never answered': badly_served(**GIST, delay_seconds=600, hangs=True),
    'start answered a byte in ten seconds': badly_served(**DISPATCH, drip_seconds=10, hangs=True),
    # -- answers that are none
    'plan answered in HTML': badly_served(**PLAN, status=200, body=HTML),
    'gist answered 200 with an error in it': badly_served(**GIST, status=200, body=TROUBLE),
    'start cut off': badly_served(**DISPATCH, cut_after_bytes=9),
    '502 after the gist was made': badly_served(**GIST, status=502, after_effect=True),
    '502 after the start': badly_served(**DISPATCH, status=502, after_effect=True),
    '429, Retry-After nonsense': badly_served(
        **GIST, status=429, headers={'Retry-After': 'soon'}, hangs=True
    ),
    'token revoked before the gist': revoked(**GIST),
    # -- little to live on
    'no home': with_environment(HOME=None),
    'nothing on the PATH': pushed_behind(
        'bash', '-c', 'git=$(command -v git); shift; PATH=/nowhere exec "$git" "$@"', '-'
    ),
    'closed descriptors': pushed_behind('bash', '-c', '"$@" <&- >&- 2>&-', '-'),
    'a reader who is gone': pushed_behind('bash', '-c', '"$@" 2>&1 | true; exit 0', '-'),
    'worker with 8 descriptors': behind('worker', 'prlimit --nofile=8'),
    'no process for the hook': traced('hook', FORKS, 'error=EAGAIN:when=1+'),
    'no process for the worker': traced('worker', FORKS, 'error=EAGAIN:when=1+'),
    'worker with 120 MB': behind('worker', 'prlimit --as=120000000'),
    # -- what else happens
    'worker stopped and continued': stories.stopped_worker,
    '20 workers at once': stories.many_workers,
    'worker that sleeps': stories.sleeper,
    'clock set back': stories.clock_set(-400 * 86_400),
    'environment removed while a run waits': stories.upgraded,
    'record of a newer version': stories.newer_record,
    'record truncated': stories.broken_record(lambda data: data[:100]),
    'spool corrupt': stories.broken_spool,
    'repository moved': stories.moved,
    'log grows': stories.growing_log,
    'log vanishes': stories.instead_of_the_log(lambda log: log.unlink()),
    'log becomes a pipe': stories.instead_of_the_log(stories.becomes_a_pipe),
    'remote that asks for a passphrase': stories.passphrase,
}

MORE: dict[str, Injury] = {
    '.git with three inodes': without_room(common, of='inodes', left=3),
    'start torn in the headers': badly_served(**DISPATCH, reset_after_bytes=40),
    'gist answered in HTML': badly_served(**GIST, status=200, body=HTML),
    'plan answered 200 with an error in it': badly_served(**PLAN, status=200, body=ERRORS),
    'no network': behind('worker', 'unshare -n'),
    'token revoked before the start': revoked(**DISPATCH),
    'hook with 8 descriptors': behind('hook', 'prlimit --nofile=8'),
    'record corrupt': stories.broken_record(lambda data: b'\0' * len(data)),
    'clock set forward': stories.clock_set(400 * 86_400),
    '403, Retry-After an hour': badly_served(**GIST, status=403, headers={'Retry-After': '3600'}),
    'killed before the start': killed_at(**DISPATCH),
    'temporary folder full': without_room(temp, of='bytes'),
    'no stdin': pushed_behind('bash', '-c', '"$@" <&-', '-'),
    'a proxy that is not there': with_environment(GITHUB_API_URL='https://api.example.invalid'),
    '429, Retry-After a date': badly_served(
        **DISPATCH, status=429, headers={'Retry-After': formatdate(4e9, usegmt=True)}
    ),
    'killed after the plan is read': killed_at(**PLAN, after_effect=True),
    'worker may write 600 bytes to a file': behind('worker', 'prlimit --fsize=600'),
    'killed before the plan is read': killed_at(**PLAN),
    'killed before the pull request is read': killed_at(**PULL),
    'home full': without_room(home, of='bytes'),
    'home without inodes': without_room(home, of='inodes'),
    'temporary folder without inodes': without_room(temp, of='inodes'),
    '.git with 60 kB': without_room(common, of='bytes', left=61_440),
    'plan never answered': badly_served(**PLAN, delay_seconds=600, hangs=True),
    'plan cut off': badly_served(**PLAN, cut_after_bytes=50),
    'gist cut off': badly_served(**GIST, cut_after_bytes=50),
    'pull request answered in HTML': badly_served(**PULL, status=200, body=HTML, times=9),
    'start answered in HTML': badly_served(**DISPATCH, status=200, body=HTML),
    'start answered 200 with an error in it': badly_served(**DISPATCH, status=200, body=TROUBLE),
    'gist torn in the middle': badly_served(**GIST, reset_after_bytes=600, after_effect=True),
    'start torn at the first byte': badly_served(**DISPATCH, reset_after_bytes=0),
    'start torn at the last byte': badly_served(**DISPATCH, reset_after_bytes=-1),
    'a storm of 503': badly_served(status=503, times=99, hangs=True),
    '429, Retry-After a date that is gone': badly_served(
        **GIST, status=429, headers={'Retry-After': formatdate(1e9, usegmt=True)}
    ),
    '403, Retry-After a second': badly_served(**GIST, status=403, headers={'Retry-After': '1'}),
    'token revoked at once': revoked(**PLAN),
    'worker with 250 MB': behind('worker', 'prlimit --as=250000000'),
    'git push with 16 descriptors': pushed_behind('prlimit', '--nofile=16'),
}


def killed(part: str, call: str) -> Callable[[int], Injury]:
    """kill -9 before the n-th such system call."""
    return lambda nth: traced(part, call, f'signal=KILL:when={nth}')


def once(part: str, error: str) -> Callable[[int], Injury]:
    """The n-th write, and the n-th flush, fails so."""
    return lambda nth: traced(part, 'write,fsync', f'error={error}:when={nth}')


def from_then_on(part: str, error: str) -> Callable[[int], Injury]:
    """All writes and flushes fail so from the n-th on."""
    return lambda nth: traced(part, 'write,fsync', f'error={error}:when={nth}+')


# name -> the fault at the n-th place, and where `make test-all` tries it
LOOPS: dict[str, tuple[Callable[[int], Injury], int | None]] = {
    'hook killed at rename': (killed('hook', 'rename'), 1),
    'hook killed at fsync': (killed('hook', 'fsync'), None),
    'hook killed at fork': (killed('hook', 'clone'), None),
    'hook: no room, once': (once('hook', 'ENOSPC'), 1),
    'hook: no room from then on': (from_then_on('hook', 'ENOSPC'), None),
    'hook: no quota, once': (once('hook', 'EDQUOT'), None),
    'hook: no quota from then on': (from_then_on('hook', 'EDQUOT'), None),
    'hook: broken disk, once': (once('hook', 'EIO'), None),
    'hook: broken disk from then on': (from_then_on('hook', 'EIO'), 2),
    'worker killed at rename': (killed('worker', 'rename'), 6),
    'worker killed at fsync': (killed('worker', 'fsync'), None),
    'worker killed at mkdir': (killed('worker', 'mkdir'), None),
    'worker killed at unlink': (killed('worker', 'unlink'), None),
    'worker killed at connect': (killed('worker', 'connect'), 1),
    'worker killed at send': (killed('worker', 'sendto'), 8),
    'worker killed at receive': (killed('worker', 'recvfrom'), 3),
    'worker: no room, once': (once('worker', 'ENOSPC'), 9),
    'worker: no room from then on': (from_then_on('worker', 'ENOSPC'), 4),
    'worker: no quota, once': (once('worker', 'EDQUOT'), None),
    'worker: no quota from then on': (from_then_on('worker', 'EDQUOT'), None),
    'worker: broken disk, once': (once('worker', 'EIO'), None),
    'worker: broken disk from then on': (from_then_on('worker', 'EIO'), 2),
}


def test_the_docs_count_them() -> None:
    page = Path(__file__).parents[2] / 'docs' / 'how-it-works.md'
    text = ' '.join(page.read_text(encoding='utf-8').split())
    assert f'{len(TABLE | MORE | LOOPS)} kinds of fault' in text


@pytest.mark.parametrize('name', [*TABLE, *(MORE if EVERYWHERE else ())])
def test_a_fault_is_survived(
    ground: Ground, record_property: Callable[[str, object], None], name: str
) -> None:
    survive(ground, (TABLE | MORE)[name])
    record_property('faults', 1)


def places() -> Iterator[int]:
    """The first 40, and from there on places ever further apart: a loop ends in an hour."""
    nth = 1
    while True:
        yield nth
        nth += max(1, nth // 20)


@pytest.mark.parametrize('name', [name for name in LOOPS if LOOPS[name][1] or EVERYWHERE])
def test_a_fault_is_survived_wherever_it_comes(
    ground: Ground, record_property: Callable[[str, object], None], name: str
) -> None:
    fault, one = LOOPS[name]
    survived = 0
    for nth in places() if EVERYWHERE or one is None else (one,):
        ground.number = 100 + nth
        survive(ground, fault(nth))
        if not was_hit(ground):
            break
        survived += 1
    record_property('faults', survived)
    assert survived
