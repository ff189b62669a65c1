"""Faults, each by a real process, and one judgement for all of them.

`make test` makes the faults of `TABLE`, and of each loop a few; `make faults` those of `MORE` too,
and the loops at every place until a run gets through.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from email.utils import formatdate
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import TOKEN
from tests.faults import stories
from tests.faults.injuring import (
    badly_served,
    behind,
    failing,
    killed_at,
    killed_at_call,
    meanwhile,
    pushed_behind,
    read_only,
    was_hit,
    with_environment,
    without_room,
)
from tests.faults.judgement import survive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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
    'killed after the plan is read': killed_at(**PLAN, after_effect=True),
    'killed before the gist is made': killed_at(**GIST),
    'killed after the gist is made': killed_at(**GIST, after_effect=True),
    'killed before the start': killed_at(**DISPATCH),
    'killed after the start': killed_at(**DISPATCH, after_effect=True),
    # -- no room, no right
    '.git full': without_room(common, of='bytes'),
    '.git all but full': without_room(common, of='bytes', left=24_576),
    '.git without inodes': without_room(common, of='inodes'),
    '.git with three inodes': without_room(common, of='inodes', left=3),
    'temporary folder full': without_room(temp, of='bytes'),
    '.git read-only': read_only(common),
    'hook may write no byte to a file': behind('hook', 'prlimit --fsize=0'),
    'worker may write 600 bytes to a file': behind('worker', 'prlimit --fsize=600'),
    # -- a network that is none
    'connection refused': with_environment(GITHUB_API_URL='http://127.0.0.1:9'),
    'no network': behind('worker', 'unshare -n'),
    'no DNS': behind(
        'worker', 'env no_proxy=* NO_PROXY=* GITHUB_API_URL=https://api.example.invalid unshare -n'
    ),
    'a proxy that is not there': with_environment(GITHUB_API_URL='https://api.example.invalid'),
    'a resolver that never answers': stories.silent_resolver,
    'gist torn at the first byte': badly_served(**GIST, reset_after_bytes=0),
    'gist torn at the last byte': badly_served(**GIST, reset_after_bytes=-1, after_effect=True),
    'start torn in the headers': badly_served(**DISPATCH, reset_after_bytes=40),
    'start torn in the middle': badly_served(**DISPATCH, reset_after_bytes=-30),
    'gist never answered': badly_served(**GIST, delay_seconds=600, hangs=True),
    'start answered a byte in ten seconds': badly_served(**DISPATCH, drip_seconds=10, hangs=True),
    # -- answers that are none
    'plan answered in HTML': badly_served(**PLAN, status=200, body=HTML),
    'gist answered in HTML': badly_served(**GIST, status=200, body=HTML),
    'gist answered 200 with an error in it': badly_served(**GIST, status=200, body=TROUBLE),
    'plan answered 200 with an error in it': badly_served(**PLAN, status=200, body=ERRORS),
    'start cut off': badly_served(**DISPATCH, cut_after_bytes=9),
    '502 after the gist was made': badly_served(**GIST, status=502, after_effect=True),
    '502 after the start': badly_served(**DISPATCH, status=502, after_effect=True),
    '403, Retry-After an hour': badly_served(**GIST, status=403, headers={'Retry-After': '3600'}),
    '429, Retry-After a date': badly_served(
        **DISPATCH, status=429, headers={'Retry-After': formatdate(4e9, usegmt=True)}
    ),
    '429, Retry-After nonsense': badly_served(
        **GIST, status=429, headers={'Retry-After': 'soon'}, hangs=True
    ),
    'token revoked before the gist': revoked(**GIST),
    'token revoked before the start': revoked(**DISPATCH),
    # -- little to live on
    'no home': with_environment(HOME=None),
    'nothing on the PATH': pushed_behind(
        'bash', '-c', 'git=$(command -v git); shift; PATH=/nowhere exec "$git" "$@"', '-'
    ),
    'no stdin': pushed_behind('bash', '-c', '"$@" <&-', '-'),
    'closed descriptors': pushed_behind('bash', '-c', '"$@" <&- >&- 2>&-', '-'),
    'a reader who is gone': pushed_behind('bash', '-c', '"$@" 2>&1 | true; exit 0', '-'),
    'hook with 8 descriptors': behind('hook', 'prlimit --nofile=8'),
    'worker with 8 descriptors': behind('worker', 'prlimit --nofile=8'),
    'no process for the hook': failing('hook', FORKS, 'EAGAIN', '1+'),
    'no process for the worker': failing('worker', FORKS, 'EAGAIN', '1+'),
    'worker with 120 MB': behind('worker', 'prlimit --as=120000000'),
    # -- what else happens
    'worker stopped and continued': stories.stopped_worker,
    '20 workers at once': stories.many_workers,
    'worker that sleeps': stories.sleeper,
    'clock set forward': stories.clock_set(400 * 86_400),
    'clock set back': stories.clock_set(-400 * 86_400),
    'environment removed while a run waits': stories.upgraded,
    'journal of a newer version': stories.newer_journal,
    'journal truncated': stories.broken_journal(lambda data: data[:100]),
    'journal corrupt': stories.broken_journal(lambda data: b'\0' * len(data)),
    'spool corrupt': stories.broken_spool,
    'repository moved': stories.moved,
    'log grows': stories.growing_log,
    'log vanishes': stories.instead_of_the_log(lambda log: log.unlink()),
    'log becomes a pipe': stories.instead_of_the_log(stories.becomes_a_pipe),
    'remote that asks for a passphrase': stories.passphrase,
}

MORE: dict[str, Injury] = {
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

# name -> the fault at the n-th place, and where `make test` tries it
LOOPS: dict[str, tuple[Callable[[int], Injury], tuple[int, ...]]] = {
    'hook killed at rename': (lambda n: killed_at_call('hook', 'rename', n), (1,)),
    'hook killed at fsync': (lambda n: killed_at_call('hook', 'fsync', n), (2,)),
    'hook killed at fork': (lambda n: killed_at_call('hook', 'clone', n), (1,)),
    'worker killed at rename': (lambda n: killed_at_call('worker', 'rename', n), (1, 6)),
    'worker killed at fsync': (lambda n: killed_at_call('worker', 'fsync', n), (5,)),
    'worker killed at connect': (lambda n: killed_at_call('worker', 'connect', n), (1,)),
    'worker killed at send': (lambda n: killed_at_call('worker', 'sendto', n), (2, 6, 8)),
    'worker killed at receive': (lambda n: killed_at_call('worker', 'recvfrom', n), (3, 4)),
    'worker killed at unlink': (lambda n: killed_at_call('worker', 'unlink', n), (1,)),
    'hook: no room, once': (lambda n: failing('hook', 'write,fsync', 'ENOSPC', f'{n}'), (1,)),
    'hook: no quota from then on': (
        lambda n: failing('hook', 'write,fsync', 'EDQUOT', f'{n}+'),
        (1,),
    ),
    'hook: broken disk, once': (lambda n: failing('hook', 'write,fsync', 'EIO', f'{n}'), (2,)),
    'no room, once': (lambda n: failing('worker', 'write,fsync', 'ENOSPC', f'{n}'), (1, 9)),
    'no room from then on': (lambda n: failing('worker', 'write,fsync', 'ENOSPC', f'{n}+'), (4,)),
    'no quota, once': (lambda n: failing('worker', 'write,fsync', 'EDQUOT', f'{n}'), (6,)),
    'no quota from then on': (lambda n: failing('worker', 'write,fsync', 'EDQUOT', f'{n}+'), (11,)),
    'broken disk, once': (lambda n: failing('worker', 'write,fsync', 'EIO', f'{n}'), (7,)),
    'broken disk from then on': (lambda n: failing('worker', 'write,fsync', 'EIO', f'{n}+'), (2,)),
}


@pytest.mark.parametrize('name', [*TABLE, *(MORE if EVERYWHERE else ())])
def test_a_fault_is_survived(
    ground: Ground, record_property: Callable[[str, object], None], name: str
) -> None:
    survive(ground, (TABLE | MORE)[name])
    record_property('faults', 1)


@pytest.mark.parametrize('name', LOOPS)
def test_a_fault_is_survived_wherever_it_comes(
    ground: Ground, record_property: Callable[[str, object], None], name: str
) -> None:
    fault, few = LOOPS[name]
    survived = 0
    for nth in count(1) if EVERYWHERE else few:
        ground.number = 100 + nth
        survive(ground, fault(nth))
        if not was_hit(ground):
            break
        survived += 1
    record_property('faults', survived)
    assert survived
