"""The sh of the installed hook, in every sh there is and under what little a caller may give it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.inside import Said
from tests.promises.world import (
    at_rest,
    branch,
    is_taken_in,
    landed,
    learn_hook,
    plans,
    push,
    said,
    sent,
    small_plan,
    taken_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World

GIT = str(shutil.which('git'))
SHELLS: list[tuple[str, ...]] = [
    (path,) for path in map(shutil.which, ('sh', 'dash', 'bash')) if path
]
SHELLS += [(path, 'sh') for path in map(shutil.which, ['busybox']) if path]
ZEROS = '0' * 40

# bytes that no text may hold, no last line end, and more than a pipe does
ODD = [b'', b'\n', b'a', b'a\n\n', b'\xff\xfe refs/heads/\xc3\n%s \\n $(x) `y`', b'x' * 200_000]


def hook_of(world: World, name: str = 'pre-push') -> Path:
    return world.common / 'hooks' / name


def called(
    world: World,
    *words: str,
    stdin: bytes = b'',
    name: str = 'pre-push',
    environ: dict[str, str] | None = None,
) -> Said:
    """The installed hook, called by a sh as git would."""
    done = subprocess.run(
        (*words, str(hook_of(world, name)), 'origin', str(world.bare)),
        cwd=world.folder,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(environ or {})},
        check=False,
    )
    return Said(done.returncode, done.stdout.decode('utf-8', 'replace'))


def earlier(world: World, text: str) -> None:
    """Another hook, which ours found when it was installed."""
    path = hook_of(world).with_name('pre-push.before-learn-hook')
    path.write_text(text, encoding='utf-8')
    path.chmod(0o755)


def python_that_tells(world: World, marker: Path) -> None:
    """Lets the hooks start a Python that only says that it was started."""
    python = marker.with_name('python')
    python.write_text(f'#!/bin/sh\ncat >/dev/null; echo started >>"{marker}"\n', encoding='utf-8')
    python.chmod(0o755)
    hooks_python(world, str(python))


def hooks_python(world: World, python: str) -> None:
    for name in ('pre-push', 'post-merge'):
        lines = hook_of(world, name).read_text(encoding='utf-8').splitlines(keepends=True)
        (number,) = [n for n, line in enumerate(lines) if line.startswith('learn_python=')]
        lines[number] = f'learn_python={python}\n'
        hook_of(world, name).write_text(''.join(lines), encoding='utf-8')


def noise(words: str) -> list[str]:
    """What neither git says of a push that went well, nor we to a person."""
    mine = ('To ', ' * [new branch]', 'learn-hook: learning', 'learn-hook: plan #')
    return [line for line in words.splitlines() if line and not line.startswith(mine)]


@pytest.mark.parametrize('shell', SHELLS, ids=' '.join)
def test_every_sh_hands_on_all_bytes_and_starts_us(world: World, shell: tuple[str, ...]) -> None:
    record = world.folder.with_name('record')
    for given in ODD:
        earlier(world, f'#!/bin/sh\ncat >"{record}"\n')
        assert called(world, *shell, stdin=given).code == 0
        assert record.read_bytes() == given
    for given in ODD:
        earlier(world, '#!/bin/sh\nexit 7\n')
        assert called(world, *shell, stdin=given) == (7, '')
    small_plan(world, 5)
    sha = branch(world, 'P5-x')
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=world.folder)
    earlier(world, '#!/bin/sh\nexit 0\n')
    line = f'refs/heads/P5-x {sha} refs/heads/P5-x {ZEROS}\n'
    done = called(world, *shell, stdin=line.encode())
    assert (done.code, noise(done.words)) == (0, [])
    assert sent(world) == [5]


@pytest.mark.parametrize('name', ['pre-push', 'post-merge'])
@pytest.mark.parametrize('shell', SHELLS, ids=' '.join)
def test_a_sh_that_is_told_to_be_strict_is_not(
    world: World, shell: tuple[str, ...], name: str
) -> None:
    options = 'braceexpand:errexit:nounset:pipefail'
    assert called(world, *shell, name=name, environ={'SHELLOPTS': options}) == (0, '')
    assert called(world, *shell, '-eu', name=name) == (0, '')


@pytest.mark.parametrize(
    'environ',
    [{}, {'PATH': ''}, {'PATH': '/nowhere'}, {'HOME': '/nowhere'}],
    ids=['bare', 'empty path', 'path to nowhere', 'no home'],
)
def test_a_caller_with_a_bare_environment_pushes_and_learns(
    world: World, environ: dict[str, str]
) -> None:
    """A GUI without a terminal, cron, `env -i`."""
    record = world.folder.with_name('record')
    earlier(world, f'#!/bin/sh\nwhile read -r line; do echo "$line" >"{record}"; done\n')
    branch(world, 'P5-x')
    done = subprocess.run(
        (GIT, 'push', 'origin', 'P5-x'),
        cwd=world.folder,
        env={'LEARN_HOOK_MODE': 'foreground', **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        check=False,
    )
    assert (done.returncode, noise(done.stdout.decode())) == (0, [])
    assert landed(world, 'P5-x')
    assert record.read_text(encoding='utf-8').startswith('refs/heads/P5-x ')
    (waiting,) = plans(world)
    assert 'there is no token' in waiting.error


def test_a_path_that_names_the_work_tree_runs_nothing_that_lies_there(
    world: World, tmp_path: Path
) -> None:
    for name in ('cat', 'git', 'python', 'python3'):
        trap = world.folder / name
        trap.write_text(f'#!/bin/sh\necho {name} >>"{tmp_path / "trapped"}"\n', encoding='utf-8')
        trap.chmod(0o755)
    branch(world, 'P5-x')
    environ = {'PATH': '', 'LEARN_HOOK_MODE': 'foreground'}
    done = subprocess.run((GIT, 'push', '-q', 'origin', 'P5-x'), cwd=world.folder, env=environ)
    assert done.returncode == 0
    assert len(plans(world)) == 1
    assert not (tmp_path / 'trapped').exists()


@pytest.mark.parametrize('closed', ['<&-', '>&-', '2>&-', '<&- >&- 2>&-'])
def test_closed_descriptors_break_nothing(world: World, closed: str) -> None:
    branch(world, 'P5-x')
    words = f'"{hook_of(world)}" origin "{world.bare}" {closed}'
    assert said('sh', '-c', words, cwd=world.folder).code == 0
    words = f'"{GIT}" push -q origin P5-x {closed}'
    assert said('sh', '-c', words, cwd=world.folder).code == 0
    assert landed(world, 'P5-x')
    assert [record.plan.number for record in plans(world)] == [5]


@pytest.mark.parametrize('python', ['', '/nowhere/python'])
def test_a_reader_of_our_line_that_is_gone_changes_no_exit_code(world: World, python: str) -> None:
    if python:
        hooks_python(world, python)
    sha = branch(world, 'P5-x')
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        (str(hook_of(world)), 'origin', str(world.bare)),
        cwd=world.folder,
        input=f'refs/heads/P5-x {sha} refs/heads/P5-x {ZEROS}\n'.encode(),
        stdout=write,
        stderr=write,
        check=False,
    )
    os.close(write)
    assert done.returncode == 0
    assert [record.plan.number for record in plans(world)] == ([] if python else [5])


def test_the_hook_that_was_there_sees_the_environment_that_git_gave(
    bare_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, record = bare_world, tmp_path / 'record'
    for name in ('refs', 'python', 'home', 'folder', 'common', 'head', 'config', 'file', 'shas'):
        monkeypatch.setenv(name, 'theirs')
    monkeypatch.setenv('PATH', f'/nowhere:{os.environ["PATH"]}')
    hook = hook_of(world)
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nenv | grep -v "^_=" | sort >"{record}"\n', encoding='utf-8')
    hook.chmod(0o755)
    branch(world, 'topic')
    push(world, 'origin', 'topic')
    was = record.read_text(encoding='utf-8')
    assert 'python=theirs' in was
    learn_hook(world, 'install', '--yes')
    push(world, 'origin', 'topic:again')
    assert record.read_text(encoding='utf-8') == was


def test_an_environment_with_our_names_in_it_carries_no_refs_to_the_other_hook(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child can't be started at all if one of its variables is longer than 128 kB."""
    for name in ('refs', 'head', 'common', 'config', 'shas'):
        monkeypatch.setenv(name, 'theirs')
    earlier(world, '#!/bin/sh\nexec cat >/dev/null\n')
    assert called(world, stdin=b'x' * 200_000) == (0, '')


@pytest.mark.parametrize(
    ('environ', 'is_on'),
    [
        ({}, True),
        ({'LEARN_HOOK': '0'}, False),
        ({'CI': 'true'}, False),
        ({'CI': '1', 'LEARN_HOOK': 'yes'}, False),
        ({'CI': 'true', 'LEARN_HOOK': '1'}, True),
        ({'CI': 'false'}, True),
        ({'CI': '0'}, True),
        ({'CI': ''}, True),
        ({'CI': 'true', 'LEARN_HOOK': '0'}, False),
    ],
)
def test_switched_off_the_hooks_start_nothing(
    world: World, tmp_path: Path, environ: dict[str, str], is_on: bool
) -> None:
    python_that_tells(world, tmp_path / 'marker')
    line = f'refs/heads/P5-x {"a" * 40} refs/heads/P5-x {ZEROS}\n'
    assert called(world, stdin=line.encode(), environ=environ) == (0, '')
    git('update-ref', 'ORIG_HEAD', 'HEAD', cwd=world.folder)
    action = {'GIT_REFLOG_ACTION': 'merge P5-x', **environ}
    assert called(world, name='post-merge', environ=action) == (0, '')
    marker = tmp_path / 'marker'
    assert (marker.read_text().count('started') if marker.exists() else 0) == 2 * is_on


def test_switched_off_by_git_config_nothing_is_written_down(world: World) -> None:
    git('config', 'learn-hook.enabled', 'false', cwd=world.folder)
    branch(world, 'P5-x')
    assert noise(push(world, 'origin', 'P5-x').words) == []
    git('switch', '-q', 'master', cwd=world.folder)
    assert 'learn-hook' not in said('git', 'merge', '-q', 'P5-x', cwd=world.folder).words
    assert not (world.common / 'learn-hook').exists()


@pytest.mark.parametrize('is_linked', [False, True])
def test_what_waits_is_looked_for_at_an_ordinary_push_and_pull(
    world: World, tmp_path: Path, is_linked: bool
) -> None:
    marker, folder, other = tmp_path / 'marker', world.folder, tmp_path / 'other'
    python_that_tells(world, marker)
    git('worktree', 'add', '-q', '-b', 'other', str(other), cwd=world.folder)
    if is_linked:
        folder = tmp_path / 'linked'
        git('worktree', 'add', '-q', '-b', 'linked', str(folder), cwd=world.folder)
    git('branch', '-q', '--set-upstream-to=other', cwd=folder)
    pending = world.common / 'learn-hook' / 'schedule'

    def started() -> int:
        return marker.read_text(encoding='utf-8').count('started') if marker.exists() else 0

    for is_there in (False, True):
        if is_there:
            pending.parent.mkdir()
            pending.write_text('1 1\n', encoding='utf-8')
        commit(other, f'{is_there}.txt')
        git('pull', cwd=folder)
        assert started() == is_there
        assert push(world, '-q', 'origin', 'HEAD:there', cwd=folder) == (0, '')
        assert started() == 2 * is_there


def test_a_missing_python_is_not_reported_for_waiting_runs(world: World) -> None:
    hooks_python(world, '/nowhere/python')
    (world.common / 'learn-hook').mkdir()
    (world.common / 'learn-hook' / 'schedule').write_text('1 1\n', encoding='utf-8')
    branch(world, 'topic')
    assert push(world, '-q', 'origin', 'topic') == (0, '')


def test_a_reader_that_is_gone_keeps_no_run_from_the_background(background: World) -> None:
    world = background
    small_plan(world, 5)
    branch(world, 'P5-x')
    words = f'"{GIT}" push origin P5-x 2>&1 | exec true; sleep 1'
    said('sh', '-c', words, cwd=world.folder)
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=world.folder)
    taken_in(world)
    at_rest(world)
    assert is_taken_in(world)
    assert sent(world) == [5]


@pytest.mark.parametrize(
    ('name', 'globs', 'is_started'),
    [
        ('topic', (), False),
        ('plnd/x', (), True),
        ('planned/a/b', (), True),
        ('plan/x', (), True),
        ('airplan/x', (), False),
        ('topic', ('feat/*', 'team?/[ab]*'), False),
        ('team1/bee', ('feat/*', 'team?/[ab]*'), True),
        ('topic', ('*',), True),
    ],
)
def test_python_is_started_for_a_branch_whose_name_fits_a_glob(
    world: World, tmp_path: Path, name: str, globs: tuple[str, ...], is_started: bool
) -> None:
    marker = tmp_path / 'marker'
    python_that_tells(world, marker)
    for glob in globs:
        git('config', '--add', 'learn-hook.branches', glob, cwd=world.folder)
    for shell in SHELLS:
        marker.unlink(missing_ok=True)
        line = f'refs/heads/{name} {"a" * 40} refs/heads/{name} {ZEROS}\n'
        assert called(world, *shell, stdin=line.encode()) == (0, '')
        assert marker.exists() is is_started


def test_head_of_a_reftable_is_asked_of_git(world: World, tmp_path: Path) -> None:
    """As git writes it beside a reftable; a git that has none takes it for the branch's name."""
    marker = tmp_path / 'marker'
    python_that_tells(world, marker)
    (world.common / 'HEAD').write_text('ref: refs/heads/.invalid\n')
    folder = tmp_path / 'bin'
    folder.mkdir()
    (folder / 'git').write_text('#!/bin/sh\n[ "$1" = symbolic-ref ] && echo refs/heads/P5-x\n')
    (folder / 'git').chmod(0o755)
    line = f'HEAD {"a" * 40} refs/heads/there {ZEROS}\n'
    environ = {'PATH': f'{folder}:{os.environ["PATH"]}'}
    assert called(world, stdin=line.encode(), environ=environ) == (0, '')
    assert marker.exists()
