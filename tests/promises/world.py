"""A world for one promise: a repository with our hooks, Claude's logs, and a stand-in GitHub."""

from __future__ import annotations

import json
import re
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hooks.cli.main import main
from learn_core.materials.unpack import unpacked
from learn_core.plans.record import records
from learn_core.push import spool
from learn_demo.state import Gist, Revision, now
from tests.conftest import commit, git
from tests.inside import Said, called

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from learn_core.plans.fields import PlanRecord
    from learn_demo import StandIn

REPO = 'acme/widgets'
SECONDS = 60

WORKFLOW = """\
name: learn
run-name: 'learn:${{ inputs.issue_number }}:${{ inputs.distinct_id }}'
on:
  workflow_dispatch:
    inputs:
      issue_number: {required: true, type: string}
      gist_url: {required: true, type: string}
      distinct_id: {required: false, type: string, default: ''}
jobs: {}
"""


@dataclass(frozen=True, kw_only=True)
class World:
    """`folder` is the repository, `bare` what its pushes land in, `claude` where the logs are."""

    hub: StandIn
    folder: Path
    bare: Path
    claude: Path

    @property
    def common(self) -> Path:
        """git's own folder."""
        return self.folder / '.git'


def said(*words: str, cwd: Path) -> Said:
    """Runs a command as a person would type it."""
    done = subprocess.run(
        words,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Said(done.returncode, done.stdout)


def learn_hook(world: World, *words: str, cwd: Path | None = None) -> Said:
    """`learn-hook …` in the repository, inside this process."""
    return called(lambda: main(words), words, cwd or world.folder)


def push(world: World, *words: str, cwd: Path | None = None) -> Said:
    """`git push …`, whose exit code is for the test to judge."""
    return said('git', 'push', *words, cwd=cwd or world.folder)


def with_python(hook: str, python: str) -> str:
    """The text of an installed hook, for another Python than it names."""
    (named,) = re.findall('^learn_python=(.*)$', hook, re.MULTILINE)
    return hook.replace(named, python)


def branch(world: World, name: str, start: str = 'master') -> str:
    """Creates and checks out a branch with one commit. Returns the sha of the commit."""
    git('switch', '-q', '-c', name, start, cwd=world.folder)
    return commit(world.folder, f'{name.replace("/", "-")}.txt')


def landed(world: World, name: str) -> str:
    """The commit that the remote's branch has, '' without one."""
    return git('for-each-ref', '--format=%(objectname)', f'refs/heads/{name}', cwd=world.bare)


def block(key: str, **fields: object) -> str:
    """A metadata block as it stands in issues and comments."""
    lines = ''.join(f'{name}: {json.dumps(value)}\n' for name, value in fields.items())
    return (
        f'<!-- erk:metadata-block:{key} -->\n```yaml\n{lines}```\n'
        f'<!-- /erk:metadata-block:{key} -->\n'
    )


def plan(world: World, number: int, *, labels: tuple[str, ...] = (), **header: object) -> None:
    """A plan issue with this header."""
    body = block('plan-header', schema_version='2', **header) + 'Do the thing.\n'
    world.hub.add_issue(REPO, number, body=body, labels=['erk-plan', *labels])


def small_plan(world: World, number: int) -> None:
    """A plan with one implementation session, `session-<number>`, in the local logs."""
    session(world, f'session-{number}', said_by_person=f'Carry out plan {number}')
    plan(world, number, last_local_impl_session=f'session-{number}')


def session(
    world: World,
    session_id: str,
    *,
    branch: str = '',
    folder: Path | None = None,
    said_by_person: str = 'Let uploads try again',
) -> Path:
    """A little log in the folder that Claude Code would keep it in."""
    where = folder or world.folder
    name = ''.join(sign if sign.isascii() and sign.isalnum() else '-' for sign in str(where))
    path = world.claude / 'projects' / name / f'{session_id}.jsonl'
    path.parent.mkdir(parents=True, exist_ok=True)
    use = {'type': 'tool_use', 'id': 'toolu_1', 'name': 'Bash', 'input': {'command': 'make test'}}
    result = {'type': 'tool_result', 'tool_use_id': 'toolu_1', 'content': '7 passed'}
    add_entries(path, str(where), branch, ('user', said_by_person), ('assistant', 'I will look.'))
    add_entries(path, str(where), branch, ('assistant', [use]), ('user', [result]))
    add_entries(path, str(where), branch, ('assistant', f'Done, says {session_id}: it passes.'))
    return path


def add_entries(path: Path, cwd: str, branch: str, *entries: tuple[str, object]) -> None:
    """Entries as Claude Code writes them, behind those that are there."""
    count = path.read_text(encoding='utf-8').count('\n') if path.exists() else 0
    with path.open('a', encoding='utf-8') as file:
        for number, (kind, content) in enumerate(entries, count):
            entry: dict[str, Any] = {
                'type': kind,
                'uuid': f'{path.stem}-{number}',
                'parentUuid': f'{path.stem}-{number - 1}' if number else None,
                'sessionId': path.stem,
                'timestamp': f'2026-01-05T09:{number:02}:00.000Z',
                'cwd': cwd,
                'gitBranch': branch,
                'message': {'role': kind, 'content': content},
            }
            file.write(json.dumps(entry) + '\n')


def gist(world: World, files: dict[str, str]) -> str:
    """Adds a gist that exists already. Returns its URL."""
    number = f'{world.hub.new_id():032x}'
    revision = Revision(version='1', committed_at=now(), files=files)
    with world.hub.lock:
        world.hub.gists[number] = Gist(
            id=number,
            owner='ann',
            description=None,
            public=False,
            created_at=now(),
            revisions=[revision],
        )
    return f'https://gist.github.com/ann/{number}'


def sent(world: World) -> list[int]:
    """The plans whose workflow was started, in that order."""
    return [int(run.inputs['issue_number']) for run in reversed(world.hub.runs)]


def materials(world: World, number: int = 5) -> dict[str, str]:
    """The files of the plan's newest gist, as its reader gets them."""
    name = f'Learn materials for plan #{number}'
    *_, packed = (gist.files for gist in world.hub.gists.values() if gist.description == name)
    return unpacked(list(packed.values()))


def manifest(world: World, number: int = 5) -> dict[str, Any]:
    """What the plan's newest gist says of itself."""
    found: dict[str, Any] = json.loads(materials(world, number)['manifest.json'])
    return found


def plans(world: World) -> list[PlanRecord]:
    """The records of all plans."""
    return records(world.common)


def notes(world: World) -> list[tuple[str, str]]:
    """State and note of all that ended and of all that waits, plan by plan in order of number."""
    found = []
    for record in sorted(plans(world), key=lambda record: record.plan.number):
        found += [(outcome.state, outcome.note) for outcome in record.history]
        if record.is_waiting:
            found.append(('stuck' if record.is_stuck else 'waiting', record.error))
    return found


def at_rest(world: World) -> None:
    """Waits until everything has ended, or has been put off. The record of a
    merge is replaced by those of its plans, so one look may fall in between.
    """
    wait_until(world, lambda: is_at_rest(world) and is_at_rest(world, after=0.2))


def is_at_rest(world: World, *, after: float = 0.0) -> bool:
    """Is nothing under way?"""
    time.sleep(after)
    known = plans(world)
    return is_taken_in(world) and all(
        not record.is_waiting or record.attempts or record.is_stuck or record.is_held
        for record in known
    )


def taken_in(world: World) -> None:
    """Waits until a process in the background has a plan in hand."""
    wait_until(world, lambda: is_taken_in(world) and bool(plans(world)))


def is_taken_in(world: World) -> bool:
    """Is nothing left that only hooks know of?"""
    return not spool.files(str(world.common))


def wait_until(world: World, is_so: Callable[[], bool]) -> None:
    """Waits for a condition, for a minute at most."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f'timed out: {notes(world)}'
        time.sleep(0.02)


def assert_nothing_happened(world: World) -> None:
    """GitHub was asked nothing, nothing was made, and no plan is known."""
    assert world.hub.requests == []
    assert plans(world) == []
    assert is_taken_in(world)
    assert not (world.folder / '.erk').exists()
