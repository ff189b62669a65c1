"""The one judgement: what must hold after any fault."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from learn_core.materials.unpack import unpacked
from tests.conftest import TOKEN, git
from tests.faults.ground import (
    are_at_rest,
    assert_not_done_too_early,
    command,
    have_ended,
    kill,
    push,
    wait_for,
)
from tests.promises.world import branch, landed, notes, plans, sent, session
from tests.promises.world import plan as add_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from learn_demo.state import Gist
    from tests.faults.ground import Ground
    from tests.inside import Said

    # made around a push; may name what to wait for, where the run does not end by itself
    Injury = Callable[[Ground], AbstractContextManager[Callable[[], bool] | None]]

LONGEST_PUSH = 20.0


def survive(ground: Ground, injury: Injury) -> None:
    """Pushes a plan branch, injured; takes the injury away, retries once, and judges."""
    _plan(ground)
    with injury(ground) as is_reached:
        pushed = _judged_push(ground)
        wait_for(ground, is_reached or (lambda: are_at_rest(ground)))
    kill(ground)
    _judge_status(ground)
    assert command(ground, 'retry').code == 0
    judge(ground, pushed)


def judge(ground: Ground, pushed: Said) -> None:
    """On a healthy machine, after one retry."""
    assert_not_done_too_early(ground)
    gists = gists_of(ground)
    if not gists and not sent_here(ground):
        assert says_that_it_failed(pushed), (pushed, notes(ground.world))
    else:
        _judge_what_was_sent(ground, gists)
    wait_for(ground, lambda: have_ended(ground))  # a look at earlier runs may be under way
    assert _leftovers(ground) == []
    done = _effects(ground)
    assert command(ground, 'retry').code == 0
    assert _effects(ground) == done
    wait_for(ground, lambda: have_ended(ground))
    assert list(_leaks(ground)) == []


def _effects(ground: Ground) -> int:
    """The requests that change something. A look at how an earlier run ended may come any time."""
    return sum(one.method != 'GET' and one.path != '/graphql' for one in ground.world.hub.requests)


def gists_of(ground: Ground) -> list[Gist]:
    """The plan's."""
    name = f'Learn materials for plan #{ground.number}'
    return [gist for gist in ground.world.hub.gists.values() if gist.description == name]


def sent_here(ground: Ground) -> int:
    """How often the plan's workflow was started."""
    return sent(ground.world).count(ground.number)


def says_that_it_failed(pushed: Said) -> bool:
    """Was the person told that nothing comes of this push?"""
    lines = [line for line in pushed.words.splitlines() if line.startswith('learn-hook: ')]
    return any('in the background' not in line for line in lines)


def _plan(ground: Ground) -> None:
    """A plan whose session holds a secret, on its own branch with a commit."""
    name, world = f'session-{ground.number}', ground.world
    said = f'Carry out plan {ground.number} with the token {ground.secret}'
    ground.log = session(world, name, said_by_person=said)
    add_plan(world, ground.number, last_local_impl_session=name)
    branch(world, ground.branch)


def _judged_push(ground: Ground) -> Said:
    """Ends as one without us would here, and no later than a person's patience."""
    world = ground.world
    without = push(ground, '--no-verify', 'origin', f'HEAD:refs/heads/without-{ground.number}')
    begun = time.monotonic()
    pushed = push(ground, 'origin', ground.branch)
    assert time.monotonic() - begun < LONGEST_PUSH
    assert pushed.code == without.code, pushed.words
    assert landed(world, ground.branch) == git('rev-parse', 'HEAD', cwd=world.folder)
    assert 'Traceback' not in pushed.words
    return pushed


def _judge_status(ground: Ground) -> None:
    """Works, and says done of nothing that GitHub does not have."""
    status = command(ground, 'status', '--json')
    assert status.code == 0, status.words
    for row in json.loads(status.words)['plans']:
        assert row['state'] != 'done' or row['plan'] in sent(ground.world)


def _judge_what_was_sent(ground: Ground, gists: list[Gist]) -> None:
    """One gist, one start for each pushed state, and the very bytes that were prepared."""
    assert (len(gists), sent_here(ground)) == (1, ground.states), notes(ground.world)
    files = dict(gists[0].files)
    (record,) = (one for one in plans(ground.world) if one.plan.number == ground.number)
    assert record.sent is not None
    assert record.prepared is not None
    names = record.prepared.names
    prepared = [(record.folder / name).read_bytes().decode() for name in names]
    assert [files[name] for name in sorted(files)] == prepared
    assert f'impl-session-{ground.number}.xml' in unpacked(prepared)
    assert ground.secret not in ''.join(prepared)


def _leftovers(ground: Ground) -> list[Path]:
    """Temporary files, and what was written aside and never renamed."""
    materials = ground.world.folder / '.erk'
    aside = [*ground.journal.rglob('.*'), *ground.journal.rglob('*.new'), *materials.rglob('.*')]
    # Python tries whether a folder takes a file before it uses it; killed there, the file stays
    temporary = (path for path in ground.temp.iterdir() if path.is_dir() or path.stat().st_size > 4)
    return [*temporary, *(path for path in aside if path.name != '.gitignore')]


def _leaks(ground: Ground) -> Iterator[str]:
    """Where the secret or the token stands that should not; the log itself is no leak."""
    own = ground.log.stat().st_ino if ground.log.exists() else None
    folders = (ground.journal, ground.world.folder / '.erk', ground.temp, ground.home)
    for folder in folders:
        for path in folder.rglob('*'):
            if path.is_file() and path.stat().st_ino != own:
                data = path.read_bytes()
                if ground.secret.encode() in data or TOKEN.encode() in data:
                    yield str(path)
    for words in ground.words:
        if ground.secret in words or TOKEN in words:
            yield words
