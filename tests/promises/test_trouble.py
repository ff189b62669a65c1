"""Our hook adds no exit code of its own: whatever goes wrong, the push ends well and lands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.promises.world import (
    REPO,
    branch,
    landed,
    learn_hook,
    notes,
    push,
    said,
    sent,
    small_plan,
    with_python,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.inside import Said
    from tests.promises.world import World


def pushed(world: World) -> Said:
    """A push of a plan branch that must end well, in words a person can read."""
    sha = branch(world, 'P5-x')
    done = push(world, 'origin', 'P5-x')
    assert done.code == 0
    assert landed(world, 'P5-x') == sha
    assert 'Traceback' not in done.words
    return done


def hooks_python(world: World, python: str) -> None:
    """Lets the installed hooks believe that Python is elsewhere."""
    for name in ('pre-push', 'post-merge'):
        hook = world.common / 'hooks' / name
        hook.write_text(with_python(hook.read_text(encoding='utf-8'), python), encoding='utf-8')


def test_a_missing_python_prints_one_line_on_plan_pushes_only(world: World) -> None:
    small_plan(world, 5)
    hooks_python(world, '/nowhere/python3')
    (line,) = [line for line in pushed(world).words.splitlines() if 'learn-hook' in line]
    assert '/nowhere/python3' in line
    assert 'learn-hook install' in line

    git('switch', '-q', 'master', cwd=world.folder)
    commit(world.folder, 'more.txt')
    assert 'learn-hook' not in push(world, 'origin', 'master').words
    merged = said('git', 'merge', '--no-edit', 'P5-x', cwd=world.folder)
    assert merged.code == 0
    assert 'learn-hook install' in merged.words


def test_a_python_that_fails_is_no_failure_of_the_push(world: World) -> None:
    hooks_python(world, '/bin/false')
    pushed(world)


def a_file_in_place_of_the_journal(world: World) -> None:
    (world.common / 'learn-hook').write_text('in the way', encoding='utf-8')


def a_file_in_place_of_the_spool(world: World) -> None:
    (world.common / 'learn-hook').mkdir()
    (world.common / 'learn-hook' / 'spool').write_text('in the way', encoding='utf-8')


def a_file_in_place_of_the_records(world: World) -> None:
    (world.common / 'learn-hook').mkdir()
    (world.common / 'learn-hook' / 'plans').write_text('in the way', encoding='utf-8')


def a_file_in_place_of_the_materials(world: World) -> None:
    (world.folder / '.erk').write_text('in the way', encoding='utf-8')


def a_setting_that_is_none(world: World) -> None:
    git('config', 'learn-hook.maxTokens', 'plenty', cwd=world.folder)


def a_token_that_is_wrong(world: World) -> None:
    world.hub.tokens.clear()


def a_token_without_the_scope(world: World) -> None:
    (owner,) = world.hub.tokens.values()
    owner['scopes'] = {'repo'}


def no_repository_there(world: World) -> None:
    world.hub.repos.clear()


def an_answer_that_is_no_json(world: World) -> None:
    world.hub.misbehave(path_contains='/graphql', status=200, body='<html>', times=1)
    world.hub.misbehave(path_contains='/graphql', status=404, times=9)


@pytest.mark.parametrize(
    'breaking',
    [
        a_file_in_place_of_the_journal,
        a_file_in_place_of_the_spool,
        a_file_in_place_of_the_records,
        a_file_in_place_of_the_materials,
        a_setting_that_is_none,
        a_token_that_is_wrong,
        a_token_without_the_scope,
        no_repository_there,
        an_answer_that_is_no_json,
    ],
)
def test_whatever_is_broken_the_push_lands(world: World, breaking: Callable[[World], None]) -> None:
    small_plan(world, 5)
    breaking(world)
    pushed(world)
    assert world.hub.gists == {}
    assert sent(world) == []


@pytest.mark.parametrize('token', [None, 'stale'])
def test_trouble_with_the_token_is_told_by_status(
    world: World, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    small_plan(world, 5)
    monkeypatch.delenv('GH_TOKEN')
    if token is not None:
        monkeypatch.setenv('GH_TOKEN', token)
    pushed(world)
    ((state, note),) = notes(world)
    assert state == 'waiting'
    assert 'token' in note
    assert note in learn_hook(world, 'status').words
    assert token is None or token not in note


def test_broken_records_do_not_hold_up_the_next_push(world: World) -> None:
    small_plan(world, 5)
    home = world.common / 'learn-hook'
    for name, content in (
        ('plans/github.com/acme/widgets/1/plan.json', b'{"version": 2, "wanted": {"id"'),
        ('plans/github.com/acme/widgets/2/plan.json', b'{"version": 2, "wanted": 9}'),
        ('plans/github.com/acme/widgets/3/plan.json', b'{"version": 99}'),
        ('plans/github.com/acme/widgets/5/plan.json', b'\xff\x00'),
        ('spool/1-1', b'\xff\x00\tnothing\n\n\t\t\t\t\t\t\t\n'),
    ):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    pushed(world)
    assert sent(world) == [5]
    status = learn_hook(world, 'status')
    assert (status.code, status.words.count('left alone: ')) == (0, 4)


def test_a_run_that_was_cut_off_after_the_upload_does_not_upload_again(world: World) -> None:
    small_plan(world, 5)
    world.hub.misbehave(path_contains='/dispatches', method='POST', status=403, times=1)
    pushed(world)
    assert [state for state, _ in notes(world)] == ['waiting']
    assert learn_hook(world, 'retry').code == 0
    assert notes(world) == [('done', '')]
    assert sent(world) == [5]
    (gist,) = world.hub.gists.values()
    assert len(gist.revisions) == 1


def test_a_start_whose_answer_was_lost_is_not_made_twice(world: World) -> None:
    small_plan(world, 5)
    world.hub.misbehave(
        path_contains='/dispatches', method='POST', status=502, after_effect=True, times=1
    )
    pushed(world)
    assert sent(world) == [5]
    assert notes(world) == [('done', '')]


def test_a_worktree_that_is_gone_when_it_is_tried_again_is_not_needed(
    world: World, tmp_path: Path
) -> None:
    small_plan(world, 5)
    tree = tmp_path / 'short lived'
    git('worktree', 'add', '-q', '-b', 'P5-x', str(tree), cwd=world.folder)
    commit(tree, 'b.txt')
    world.hub.tokens['other'] = world.hub.tokens.pop('hub-token')
    assert push(world, 'origin', 'P5-x', cwd=tree).code == 0
    assert [state for state, _ in notes(world)] == ['waiting']
    git('worktree', 'remove', '--force', str(tree), cwd=world.folder)
    world.hub.tokens['hub-token'] = world.hub.tokens.pop('other')
    learn_hook(world, 'retry')
    assert sent(world) == [5]
    assert world.hub.repos[REPO].issues.keys() == {5}
