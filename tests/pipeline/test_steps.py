"""The six steps as the journal sees them: a run that was cut off goes on behind its last step."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from learn_core.config import Settings
from learn_core.errors import LearnError, UnreachableError
from learn_core.git import open_repository
from learn_core.pipeline.deliver import gist_id_of, may_have_started, new_distinct_id
from learn_core.pipeline.steps import RunResult, carry_out
from learn_core.plans import journal
from learn_core.plans.run import Run, Trigger
from tests.promises.world import REPO, WORKFLOW, World, materials, session, small_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_demo import StandIn


@pytest.fixture
def world(environ_of_hub: StandIn, repository: Callable[..., Path], tmp_path: Path) -> World:
    folder = repository()
    environ_of_hub.add_repo(REPO, workflow=WORKFLOW)
    made = World(
        hub=environ_of_hub,
        folder=folder,
        bare=tmp_path / f'{folder.name}.git',
        claude=tmp_path / 'claude',
    )
    small_plan(made, 5)
    return made


def begin(world: World) -> Run:
    return journal.begin(world.common, Trigger(kind='manual', issue=5))


def go_on(
    world: World, run: Run, said: list[str] | None = None, mode: str = 'foreground'
) -> RunResult:
    """Carries the run out as it stands on disk."""
    again = journal.read_again(run)
    assert again is not None
    settings = Settings(api_url=world.hub.url, claude_folders=(world.claude,), mode=mode)
    say = None if said is None else said.append
    return carry_out(again, open_repository(world.folder), settings, os.environ, say)


def fail_once(world: World, part_of_path: str, method: str) -> None:
    """The server asks for more patience than a run has."""
    world.hub.misbehave(
        status=429, headers={'Retry-After': '3600'}, path_contains=part_of_path, method=method
    )


def posted(world: World, part_of_path: str) -> int:
    return sum(
        one.method == 'POST' and part_of_path in one.path and one.status < 300
        for one in world.hub.requests
    )


def test_what_was_packed_is_sent_although_the_logs_are_gone(world: World) -> None:
    run = begin(world)
    fail_once(world, '/gists', 'POST')
    with pytest.raises(UnreachableError):
        go_on(world, run)
    for log in world.claude.rglob('*.jsonl'):
        log.unlink()
    result = go_on(world, run)
    assert result.workflow is not None
    assert 'impl-session-5.xml' in materials(world)


def test_what_was_packed_and_is_gone_is_an_error(world: World) -> None:
    run = begin(world)
    fail_once(world, '/gists', 'POST')
    with pytest.raises(LearnError):
        go_on(world, run)
    (run.directory / 'learn-materials-plan-5.txt').write_text('something else')
    with pytest.raises(LearnError):
        go_on(world, run)
    assert world.hub.gists == {}


def test_a_gist_that_was_made_is_not_made_again(world: World) -> None:
    run = begin(world)
    fail_once(world, '/dispatches', 'POST')
    with pytest.raises(LearnError):
        go_on(world, run)
    session(world, 'session-5', said_by_person='Something new')
    go_on(world, run)
    assert posted(world, '/gists') == 1
    assert [one.inputs['issue_number'] for one in world.hub.runs] == ['5']


def test_the_word_that_finds_a_run_is_written_down_before_it_is_sent(world: World) -> None:
    run = begin(world)
    fail_once(world, '/dispatches', 'POST')
    with pytest.raises(LearnError):
        go_on(world, run)
    again = journal.read_again(run)
    assert again is not None
    mark = again.result('mark', str)
    go_on(world, run)
    assert world.hub.runs[0].inputs['distinct_id'] == mark


def test_a_start_that_cannot_be_looked_for_is_not_made_again(world: World) -> None:
    run = begin(world)
    world.hub.answers_204 = True
    world.hub.misbehave(path_contains='/runs', status=403, method='GET')
    with pytest.raises(UnreachableError, match='was started'):
        go_on(world, run)
    result = go_on(world, run)
    assert result.workflow is not None
    assert [str(one.id) for one in world.hub.runs] == [result.workflow.id]


def test_what_github_was_asked_is_noted_without_a_word_of_it(world: World) -> None:
    run = begin(world)
    go_on(world, run, [])
    again = journal.read_again(run)
    assert again is not None
    noted = again.steps['requests']
    assert isinstance(noted, list)
    assert [(one['method'], one['path'], one['status']) for one in noted] == [
        (one.method, one.path, one.status) for one in world.hub.requests
    ]
    assert all(one.keys() == {'method', 'path', 'status', 'sent', 'received'} for one in noted)


def test_a_run_that_is_done_says_so_in_journal_and_log(world: World) -> None:
    run, said = begin(world), list[str]()
    go_on(world, run, said)
    again = journal.read_again(run)
    assert again is not None
    assert (again.state, again.note) == ('done', '')
    assert [
        step for step in again.steps if step not in ('packed_at', 'digest', 'sha256', 'requests')
    ] == [
        'plan',
        'packed',
        'summary',
        'sending',
        'gist',
        'mark',
        'workflow',
        'sent_at',
    ]
    log = journal.log_of(again)
    assert all(line in log for line in said)
    assert 'preprocessing impl session session-5' in log


def test_trouble_stands_in_the_log_too(world: World) -> None:
    run = journal.begin(world.common, Trigger(kind='manual', issue=404))
    with pytest.raises(LearnError, match='#404'):
        go_on(world, run)
    assert '#404' in journal.log_of(run)


def test_a_dry_run_is_never_taken_for_a_sent_one(world: World) -> None:
    result = go_on(world, begin(world))
    carried = go_on(world, begin(world), mode='dry-run')
    assert (carried.gist, carried.workflow, carried.skipped) == (None, None, 'dry run')
    last = journal.last_done(world.common, 'https://github.com/acme/widgets/issues/5')
    assert last is not None
    assert result.gist is not None
    assert gist_id_of(last) == result.gist.id
    assert gist_id_of(None) is None


def test_the_word_that_finds_a_run_is_random_and_short() -> None:
    marks = {new_distinct_id() for _ in range(50)}
    assert len(marks) == 50
    assert all(re.fullmatch(r'[0-9a-z]{10}', mark) for mark in marks)


def test_a_refusal_is_forgotten_before_the_next_start_is_sent(world: World) -> None:
    run = begin(world)
    fail_once(world, '/dispatches', 'POST')
    with pytest.raises(LearnError):
        go_on(world, run)
    refused = journal.read_again(run)
    assert refused is not None
    assert not may_have_started(refused)
    again = journal.read_again(run)
    assert again is not None
    assert may_have_started(again)
