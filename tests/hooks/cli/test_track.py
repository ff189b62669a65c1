"""`learn-hook.track`: what is left on the plan issue, and what other machines make of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.pipeline.deliver import machine_of
from learn_core.plans.plan import MATERIALS, metadata_block
from tests.conftest import git
from tests.promises.world import (
    REPO,
    World,
    add_entries,
    block,
    manifest,
    materials,
    plan,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_demo.state import Issue
    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A developer's clone, its logs, and the command line in it."""

    world: World
    run: Callable[..., Said]


@pytest.fixture
def machine(
    world: World,
    repository: Callable[..., Path],
    learn_hook: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Machine]:
    """Makes machines of one team, each with a clone of its own, that track what they do."""

    def make(name: str) -> Machine:
        folder = repository(name)
        git('config', 'learn-hook.track', 'true', cwd=folder)
        its = replace(world, folder=folder, claude=folder.parent / f'claude of {name}')

        def run(*words: object) -> Said:
            monkeypatch.chdir(folder)
            monkeypatch.setenv('CLAUDE_CONFIG_DIR', str(its.claude))
            return learn_hook(*words)

        return Machine(world=its, run=run)

    return make


def issue(world: World, number: int = 5) -> Issue:
    return world.hub.repos[REPO].issues[number]


def left(world: World, number: int = 5) -> list[dict[str, object]]:
    """The blocks that machines left."""
    found = (metadata_block(each.body, MATERIALS) for each in issue(world, number).comments)
    return [dict(each) for each in found if each is not None]


def header(world: World) -> dict[str, object]:
    return dict(metadata_block(issue(world).body, 'plan-header') or {})


def test_nothing_is_left_unless_it_is_asked_for(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    before = issue(world).body
    assert learn_hook('--issue', 5).code == 0
    assert (issue(world).comments, issue(world).body) == ([], before)


def test_a_run_says_on_the_plan_issue_where_its_materials_are(
    machine: Callable[[str], Machine],
) -> None:
    ann = machine('ann')
    small_plan(ann.world, 5)
    before = issue(ann.world).body = f'{issue(ann.world).body}\r\nOdd \t\r\n'
    assert ann.run('--issue', 5).code == 0
    (run,), (gist,) = ann.world.hub.runs, ann.world.hub.gists.values()
    (comment,) = left(ann.world)
    assert comment.keys() == {'machine', 'gist_url', 'session_ids', 'digest'}
    assert comment['gist_url'] == f'https://gist.github.com/ann/{gist.id}'
    assert comment['session_ids'] == ['session-5']
    marked = header(ann.world)
    assert (marked['learn_status'], marked['learn_run_id']) == ('pending', str(run.id))
    assert str(marked['last_learn_at']).endswith('Z')
    added = [name for name in marked if name.startswith(('learn_', 'last_learn'))]
    kept = [
        line for line in issue(ann.world).body.split('\n') if line.partition(':')[0] not in added
    ]
    assert '\n'.join(kept) == before


def test_a_later_run_edits_its_comment(machine: Callable[[str], Machine]) -> None:
    ann = machine('ann')
    small_plan(ann.world, 5)
    ann.run('--issue', 5)
    (first,) = left(ann.world)
    log = session(ann.world, 'session-5')
    add_entries(log, str(ann.world.folder), '', ('user', 'One more thing.'))
    ann.run('--issue', 5)
    (second,) = left(ann.world)
    assert second['machine'] == first['machine'] == machine_of(ann.world.common)
    assert second['digest'] != first['digest']
    assert len(sent(ann.world)) == 2


def test_the_last_runs_materials_are_those_of_everyone(
    machine: Callable[[str], Machine],
) -> None:
    ann, ben = machine('ann'), machine('ben')
    world = ann.world
    session(ann.world, 'of-ann', said_by_person='Says ann')
    session(ben.world, 'of-ben', said_by_person='Says ben')
    plan(world, 5, created_from_session='of-ann', last_local_impl_session='of-ben')
    assert ann.run('--issue', 5).code == 0
    assert ben.run('--issue', 5).code == 0
    assert [one['session_ids'] for one in left(world)] == [['of-ann'], ['of-ben']]
    found = materials(world)
    assert 'Says ann' in found['planning-of-ann.xml']
    assert 'Says ben' in found['impl-of-ben.xml']
    assert manifest(world)['missing'] == []

    assert ann.run('--issue', 5).code == 0
    assert len(left(world)) == len(world.hub.gists) == 2
    assert [one['session_ids'] for one in left(world)] == [['of-ann'], ['of-ben']]
    assert json.loads(ann.run('--issue', 5).out)['skipped'] == 'same materials'


def test_a_session_whose_log_is_gone_stays_in_the_machines_own_gist(
    machine: Callable[[str], Machine],
) -> None:
    ann = machine('ann')
    world = ann.world
    log = session(world, 'old', said_by_person='Long ago')
    session(world, 'new')
    plan(world, 5, created_from_session='old', last_local_impl_session='new')
    ann.run('--issue', 5)
    log.unlink()
    session(world, 'newer')
    world.hub.add_comment(REPO, 5, block('impl-started', session_id='newer'))
    for _ in range(2):
        assert ann.run('--issue', 5, '--force').code == 0
        assert 'Long ago' in materials(world)['planning-old.xml']
        (comment,) = left(world)
        assert comment['session_ids'] == ['old', 'new', 'newer']


def test_a_gist_that_is_not_what_its_manifest_says_is_not_used(
    machine: Callable[[str], Machine],
) -> None:
    ann, ben = machine('ann'), machine('ben')
    session(ann.world, 'of-ann', said_by_person='Says ann')
    session(ben.world, 'of-ben')
    plan(ann.world, 5, last_local_impl_session='of-ann', created_from_session='of-ben')
    ann.run('--issue', 5)
    (gist,) = ann.world.hub.gists.values()
    for name, text in gist.files.items():
        gist.files[name] = text.replace('Says ann', 'Says eve')
    assert ben.run('--issue', 5).code == 0
    assert [lost['session_id'] for lost in manifest(ben.world)['missing']] == ['of-ann']
    assert 'Says eve' not in ''.join(materials(ben.world).values())


def test_in_a_public_repository_no_link_is_left(machine: Callable[[str], Machine]) -> None:
    ann = machine('ann')
    small_plan(ann.world, 5)
    ann.world.hub.repos[REPO].private = False
    said = ann.run('--issue', 5, '--yes')
    assert said.code == 0
    assert said.error.count('public, so no link to the materials is left') == 1
    assert issue(ann.world).comments == []
    assert 'gist.github.com' not in issue(ann.world).body
    assert header(ann.world)['learn_status'] == 'pending'


@pytest.mark.parametrize('path', ['/comments', '/issues/5'])
def test_a_mark_that_cannot_be_left_is_one_line_and_the_run_is_done(
    machine: Callable[[str], Machine], path: str
) -> None:
    ann = machine('ann')
    small_plan(ann.world, 5)
    ann.world.hub.misbehave(
        times=99,
        path_contains=path,
        status=403,
        headers={'X-Accepted-GitHub-Permissions': 'issues=write'},
    )
    said = ann.run('--issue', 5)
    assert said.code == 0
    assert json.loads(said.out)['workflow_triggered'] is True
    lines = [line for line in said.error.splitlines() if 'lacks the permission' in line]
    assert lines
    assert all('the workflow was started, and the plan does not say so' in line for line in lines)


def test_every_clone_has_a_name_of_its_own_that_stays(tmp_path: Path) -> None:
    first = machine_of(tmp_path / 'a')
    assert machine_of(tmp_path / 'a') == first
    assert machine_of(tmp_path / 'b') != first


def test_a_name_that_cannot_be_kept_is_one_line(tmp_path: Path) -> None:
    (tmp_path / 'learn-hook' / 'machine').mkdir(parents=True)
    with pytest.raises(LearnError, match='machine cannot be read or written'):
        machine_of(tmp_path)
