"""The hook in this process, so that it is measured; whole pushes are in promises."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import pytest

from hooks import pre_push
from hooks.pre_push import pushed_branches, refs_of_pre_commit
from learn_core.push import spawn
from tests.conftest import commit, git
from tests.promises.world import branch, landed, sent, small_plan

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.push.consent import Setting
    from tests.promises.world import World

SHA = '1' * 40
NONE = '0' * 40


def settings(world: World, *given: tuple[str, str]) -> list[Setting]:
    """What git says of our switches here."""
    file = str(world.common / 'config')
    pairs = given or (('learn-hook.consent', 'yes'),)
    return [('local', file, key, value) for key, value in pairs]


def as_sh_hands_it_on(found: list[Setting]) -> str:
    fields = [
        field
        for scope, file, key, value in found
        for field in (scope, f'file:{file}', f'{key}\1{value}')
    ]
    return ''.join(f'{field}\n' for field in fields)


def test_every_pushed_branch_counts_and_nothing_else_does() -> None:
    refs = (
        f'refs/heads/a {SHA} refs/heads/b {NONE}\n'
        f'HEAD {SHA} refs/heads/c {NONE}\n'
        f'{SHA} {SHA} refs/heads/d {NONE}\n'
        f'(delete) {NONE} refs/heads/e {SHA}\n'
        f'refs/tags/v1 {SHA} refs/tags/v1 {NONE}\n'
        'what is no line of git\n'
    )
    assert pushed_branches(refs, 'here') == [('a', 'b', SHA), ('here', 'c', SHA), ('', 'd', SHA)]
    assert pushed_branches(refs, None)[1] == ('', 'c', SHA)


def push(world: World, refs: str, monkeypatch: pytest.MonkeyPatch, *given: tuple[str, str]) -> int:
    monkeypatch.chdir(world.folder)
    found, url = settings(world, *given), str(world.bare)
    return pre_push.push(refs, 'origin', url, settings=found, git_pid=os.getppid())


def refs_of(name: str) -> str:
    return f'refs/heads/{name} {SHA} refs/heads/{name} {NONE}\n'


def test_a_plan_branch_is_announced_and_learned_from(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    landed(world, 'P5-x')
    assert push(world, refs_of('P5-x'), monkeypatch) == 0
    assert capfd.readouterr().err.startswith('learn-hook: learning from plan #5 in the background')
    assert sent(world) == [5]


def test_of_several_plans_all_are_named(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    refs = refs_of('P5-x') + refs_of('P6-y') + refs_of('7-z') + refs_of('main')
    assert push(world, refs, monkeypatch) == 0
    assert 'plans #5, #6 in' in capfd.readouterr().err


def test_before_consent_four_lines_say_what_would_be_sent(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=world.folder)
    assert push(world, refs_of('P5-x'), monkeypatch, ('learn-hook.mode', 'foreground')) == 0
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith('learn-hook: plan #5: your conversations with coding agents')
    assert world.hub.requests == []
    assert sent(world) == []


@pytest.mark.parametrize(
    ('refs', 'given'),
    [
        (refs_of('main'), ('learn-hook.consent', 'yes')),
        (refs_of('feature'), ('learn-hook.consent', 'yes')),
        (refs_of('P5-x'), ('learn-hook.enabled', 'false')),
        (refs_of('P5-x'), ('branch.P5-x.learn-issue', 'none')),
    ],
)
def test_a_push_of_no_plan_writes_nothing_down(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    refs: str,
    given: tuple[str, str],
) -> None:
    assert push(world, refs, monkeypatch, given) == 0
    assert capfd.readouterr().err == ''
    assert not (world.common / 'learn-hook').exists()


def test_an_assigned_branch_is_announced_by_its_issue(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    given = (('learn-hook.consent', 'yes'), ('branch.feature.learn-issue', '8'))
    assert push(world, refs_of('feature'), monkeypatch, *given) == 0
    assert 'plan #8 in' in capfd.readouterr().err


def test_a_reference_file_makes_a_plan_branch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    branch(world, 'feature')
    (world.folder / '.impl').mkdir()
    (world.folder / '.impl' / 'issue.json').write_text('{"issue_number": 5}', encoding='utf-8')
    assert push(world, refs_of('feature'), monkeypatch) == 0
    assert sent(world) == [5]


@pytest.mark.parametrize('is_merged', [True, False])
def test_a_reference_file_of_a_default_branch_announces_no_plan(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    is_merged: bool,
) -> None:
    branch(world, 'trunk')
    sha = commit(world.folder, '.impl/issue.json', '{"issue_number": 5}')
    if is_merged:
        git('update-ref', 'refs/remotes/origin/main', sha, cwd=world.folder)
    else:
        head = ('refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk')
        git('symbolic-ref', *head, cwd=world.folder)
    given = (('learn-hook.consent', 'yes'), ('remote.origin.url', str(world.bare)))
    assert push(world, refs_of('trunk').replace(SHA, sha), monkeypatch, *given) == 0
    assert capfd.readouterr().err == ''


def test_outside_of_a_repository_nothing_happens(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp('nowhere'))
    assert pre_push.push(refs_of('P5-x'), 'origin', 'u', settings=[], git_pid=1) == 0


def test_pre_commit_gives_the_first_ref_by_the_environment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    sha = git('rev-parse', 'HEAD', cwd=world.folder)
    environ = {'PRE_COMMIT_LOCAL_BRANCH': 'HEAD', 'PRE_COMMIT_REMOTE_BRANCH': 'refs/heads/P5-x'}
    assert refs_of_pre_commit(environ) == f'HEAD {sha} refs/heads/P5-x -\n'
    environ['PRE_COMMIT_TO_REF'] = SHA
    assert refs_of_pre_commit(environ) == f'HEAD {SHA} refs/heads/P5-x -\n'
    gone = {**environ, 'PRE_COMMIT_LOCAL_BRANCH': 'gone', 'PRE_COMMIT_TO_REF': ''}
    assert refs_of_pre_commit(gone) == 'gone - refs/heads/P5-x -\n'


@pytest.mark.parametrize('way', ['pre-commit', 'manager', 'git'])
def test_all_ways_in_lead_to_the_same_run_and_to_exit_0(
    world: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.chdir(world.folder)
    words = ['pre-push', 'origin', str(world.bare)]
    stdin = io.TextIOWrapper(io.BytesIO(refs_of('P5-x').encode()))
    if way == 'git':
        words = ['-c', str(os.getppid()), as_sh_hands_it_on(settings(world)), *words[1:]]
    if way == 'pre-commit':
        stdin = io.TextIOWrapper(io.BytesIO())
        monkeypatch.setenv('PRE_COMMIT_REMOTE_BRANCH', 'refs/heads/P5-x')
        monkeypatch.setenv('PRE_COMMIT_LOCAL_BRANCH', 'refs/heads/P5-x')
        monkeypatch.setenv('PRE_COMMIT_REMOTE_NAME', 'origin')
        monkeypatch.setenv('PRE_COMMIT_REMOTE_URL', str(world.bare))
    monkeypatch.setattr(sys, 'argv', words)
    monkeypatch.setattr(sys, 'stdin', stdin)
    with pytest.raises(SystemExit) as ended:
        pre_push.native() if way == 'git' else pre_push.console()
    assert ended.value.code == 0
    assert sent(world) == [5]


def test_trouble_is_one_line_and_exit_0(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (world.common / 'learn-hook').write_text('in the way', encoding='utf-8')
    monkeypatch.chdir(world.folder)
    monkeypatch.setattr(sys, 'argv', ['-c', '1', '', 'origin', 'u'])
    stdin = io.TextIOWrapper(io.BytesIO(refs_of('P5-x').encode()))
    monkeypatch.setattr(sys, 'stdin', stdin)
    with pytest.raises(SystemExit) as ended:
        pre_push.native()
    assert ended.value.code == 0
    assert capfd.readouterr().err.count('\n') == 1


@pytest.mark.parametrize(
    ('words', 'is_dry'),
    [
        ('git push --dry-run origin P5-x', True),
        ('git push -n', True),
        ('git -n push origin', False),
        ('git push origin P5-x', False),
        ('git fetch -n', False),
    ],
)
def test_a_dry_push_is_told_by_its_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, is_dry: bool
) -> None:
    (tmp_path / '5').mkdir()
    (tmp_path / '5' / 'cmdline').write_text(words.replace(' ', '\0') + '\0')
    monkeypatch.setattr(spawn, 'PROC', str(tmp_path))
    assert pre_push._is_dry(5) is is_dry
    assert not pre_push._is_dry(6)
