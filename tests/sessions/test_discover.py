"""Step 1 on layouts as people have them: all sessions of a plan, and nobody else's."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.sessions.conftest import BRANCH, Machine, block, plan, row, set_age, talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def stranger(machine: Machine, name: str = 'other') -> Path:
    """Another repository on this machine, with a branch of the same name."""
    folder = machine.home / name
    git('init', '-q', '-b', BRANCH, str(folder), cwd=machine.home)
    return folder


def test_a_plan_has_its_named_sessions_and_all_that_worked_on_its_branch(machine: Machine) -> None:
    machine.write('a', 'planned', *talk('planned', machine.repository, 'master'))
    for minute, session_id in enumerate(('first', 'second', 'last')):
        machine.write('a', session_id, *talk(session_id, machine.repository, minute=minute))
    found = machine.find(plan(created_from_session='planned', last_local_impl_session='last'))
    assert [(one.session_id, one.kind, one.why) for one in found.sources] == [
        ('planned', 'planning', 'header'),
        ('first', 'impl', 'branch'),
        ('second', 'impl', 'branch'),
        ('last', 'impl', 'header'),
    ]


@pytest.mark.parametrize('below', ['', 'packages/api', '.claude/worktrees/removed', 'gone/by/now'])
def test_a_session_of_the_repository_is_found_wherever_it_worked(
    machine: Machine, below: str
) -> None:
    (machine.repository / 'packages' / 'api').mkdir(parents=True)
    machine.session('s', machine.repository / below)
    assert machine.found() == ['s']


def test_one_that_was_started_in_a_parent_folder_is_found(machine: Machine) -> None:
    machine.session('own', machine.repository, 'master')
    machine.session('parent', machine.repository.parent)
    place = {'sessionId': 'moved', 'gitBranch': BRANCH}
    machine.write(
        '-parent',
        'moved',
        row('user', 'a', cwd=str(machine.repository.parent), sessionId='moved'),
        *(row(kind, 'b', cwd=str(machine.repository), **place) for kind in ('assistant', 'user')),
    )
    assert sorted(machine.found()) == ['moved', 'parent']


@pytest.mark.parametrize('how', ['there', 'removed', 'deleted'])
def test_a_linked_worktree_is_the_repository_too(machine: Machine, how: str) -> None:
    linked = machine.home / 'linked'
    git('worktree', 'add', '-q', '-b', 'P6-y', str(linked), cwd=machine.repository)
    commit(linked, 'b.txt')
    mention = row('user', f'see {git("rev-parse", "HEAD", cwd=linked)}')
    machine.session('s', linked, 'P6-y', mention)
    if how == 'removed':
        git('worktree', 'remove', '--force', str(linked), cwd=machine.repository)
    elif how == 'deleted':
        shutil.rmtree(linked)
    assert machine.found(branch='P6-y') == ['s']


@pytest.mark.parametrize('cwd', ['/workspace', 'repo1', '/home/ann/deleted/worktree'])
@pytest.mark.parametrize(
    ('said', 'is_found'),
    [
        ('pushed to git@github.com:acme/widgets.git', True),
        ('https://github.com/Acme/Widgets/pull/7', True),
        ('[P5-retry SHORT] Add a retry', True),
        ('HEAD is now at SHA', True),
        ('pushed to acme/widgets-old', False),
        ('pushed to notacme/widgets', False),
        ('acme/widgets.js', False),
        ('nothing', False),
        ('[P5-retry 1234567] Add a retry', False),
    ],
)
def test_a_session_whose_folder_is_gone_needs_a_name_or_a_commit_of_the_repository(
    machine: Machine, cwd: str, said: str, is_found: bool
) -> None:
    sha = commit(machine.repository, 'b.txt')
    said = said.replace('SHORT', sha[:9]).replace('SHA', sha)
    folder = machine.home / cwd
    machine.session('s', folder, BRANCH, row('assistant', said))
    assert machine.found() == (['s'] if is_found else [])
    if not is_found:
        assert 'its folder is gone' in machine.reasons()['s']


def test_nothing_of_another_repository_leaves(machine: Machine) -> None:
    other = stranger(machine)
    nested = stranger(machine, f'{machine.repository.name}/vendored')
    (other / 'src').mkdir()
    for session_id, cwd in [('a', other), ('b', other / 'src'), ('c', other / 'gone')]:
        machine.session(session_id, cwd, BRANCH, row('user', 'acme/widgets'))
    machine.session('d', nested)
    place = {'sessionId': 'e', 'gitBranch': BRANCH}
    machine.write(
        '-parent',
        'e',
        row('user', 'a', cwd=str(machine.home), sessionId='e'),
        *(row(kind, 'b', cwd=str(other), **place) for kind in ('assistant', 'user')),
    )
    assert machine.found() == []
    assert machine.reasons() == dict.fromkeys('abcde', 'other repository')


def test_a_session_that_only_mentions_the_branch_is_not_one_of_the_plan(machine: Machine) -> None:
    machine.session('s', machine.repository, 'master', row('user', 'x', name=BRANCH))
    assert machine.found() == []
    assert machine.reasons() == {'s': 'only mentions the branch'}


def test_a_session_on_the_branchs_former_name_is_found(machine: Machine) -> None:
    git('branch', '-m', 'draft', cwd=machine.repository)
    git('branch', '-m', BRANCH, cwd=machine.repository)
    machine.session('s', machine.repository, 'draft')
    machine.session('t', machine.repository, 'master')
    assert machine.found() == ['s']


def test_a_stub_in_one_project_folder_and_the_talk_in_another_are_one_session(
    machine: Machine,
) -> None:
    linked = machine.home / 'linked'
    git('worktree', 'add', '-q', '-b', 'P6-y', str(linked), cwd=machine.repository)
    machine.write('main', 's', {'type': 'mode', 'sessionId': 's', 'mode': 'plan'})
    machine.write('linked', 's', *talk('s', linked, 'P6-y'))
    (source,) = machine.find(plan(last_local_impl_session='s'), 'P6-y').sources
    assert source.index is not None
    assert source.index.prompts == 2


@pytest.mark.parametrize(
    'name', ['app-😀', 'x' * 150 + '/' + 'y' * 150, 'caf\u0065\u0301', '앱', 'a.b c_d']
)
def test_a_session_is_found_whatever_its_folders_are_called(
    machine: Machine, repository: Callable[..., Path], name: str
) -> None:
    (machine.home / name).parent.mkdir(exist_ok=True)
    machine.repository = repository(name)
    git('switch', '-qc', BRANCH, cwd=machine.repository)
    machine.write('whatever-hash', 's', *talk('s', machine.repository))
    assert machine.found() == ['s']


def test_submodules_and_separate_git_directories_are_repositories_of_their_own(
    machine: Machine, repository: Callable[..., Path]
) -> None:
    outer = repository('outer')
    allowed = ('-c', 'protocol.file.allow=always')
    git(*allowed, 'submodule', '-q', 'add', str(machine.repository), 'sub', cwd=outer)
    separate = machine.home / 'separate'
    elsewhere = str(machine.home / 'elsewhere.git')
    git('init', '-q', f'--separate-git-dir={elsewhere}', str(separate), cwd=machine.home)
    for session_id, cwd in [('outer', outer), ('sub', outer / 'sub'), ('separate', separate)]:
        machine.session(session_id, cwd)
    for session_id, cwd in [('outer', outer), ('sub', outer / 'sub'), ('separate', separate)]:
        machine.repository = cwd
        assert machine.found() == [session_id]


def test_a_second_accounts_sessions_are_found(machine: Machine) -> None:
    machine.write('a', 'one', *talk('one', machine.repository), root='claude')
    machine.write('a', 'two', *talk('two', machine.repository, minute=1), root='claude-work')
    assert machine.found() == ['one', 'two']


def test_a_place_that_cannot_be_looked_at_costs_that_place(machine: Machine) -> None:
    machine.session('s', machine.repository)
    broken = machine.home / 'broken'
    (broken / 'projects').parent.mkdir()
    (broken / 'projects').write_text('not a folder')
    machine.roots['claude'].append(broken)
    found = machine.find()
    assert [one.session_id for one in found.sources] == ['s']
    assert [one.path for one in found.left_out] == [broken / 'projects']


@pytest.mark.parametrize('text', ['', '{', '\0', '[]\n"x"', '{"gitBranch": "P5-retry"}'])
def test_a_transcript_that_holds_nothing_is_no_session(machine: Machine, text: str) -> None:
    machine.session('s', machine.repository)
    (machine.home / 'claude' / 'projects' / 'x').mkdir()
    (machine.home / 'claude' / 'projects' / 'x' / 'odd.jsonl').write_text(text)
    assert machine.found() == ['s']


def test_only_bridge_entries_are_a_session_that_ran_in_the_cloud(machine: Machine) -> None:
    bridge = {'type': 'bridge-session', 'sessionId': 's', 'gitBranch': BRANCH}
    machine.write('a', 's', {**bridge, 'cwd': str(machine.repository)}, bridge)
    assert machine.found() == []
    assert machine.reasons() == {'s': 'cloud session: only bridge entries'}
    found = machine.find(plan(last_local_impl_session='s'))
    assert found.missing == {'s': 'cloud session: only bridge entries'}


def test_at_most_20_sessions_come_by_the_branch_the_newest(machine: Machine) -> None:
    for number in range(23):
        path = machine.session(f's{number:02}', machine.repository)
        set_age(path, (22 - number) / 100)
    assert sorted(machine.found()) == [f's{number:02}' for number in range(3, 23)]
    assert machine.reasons() == {f's{number:02}': 'over 20' for number in range(3)}


def test_what_did_not_change_since_the_plan_began_is_not_read(machine: Machine) -> None:
    set_age(machine.session('old', machine.repository), 3)
    machine.session('new', machine.repository)
    now = datetime.now(timezone.utc).isoformat()
    assert sorted(machine.found()) == ['new', 'old']
    assert machine.found(replace(plan(), created=now)) == ['new']
    named = plan(last_local_impl_session='old')
    assert sorted(machine.found(replace(named, created=now))) == ['new', 'old']


def test_the_work_goes_on_in_the_successor(machine: Machine) -> None:
    ends = {'type': 'continued-in', 'sessionId': 'a', 'continuedInSessionId': 'b'}
    machine.session('a', machine.repository, 'master', ends)
    machine.session('b', machine.repository, 'master')
    found = machine.find(plan(created_from_session='a'))
    assert [(one.session_id, one.kind, one.why) for one in found.sources] == [
        ('a', 'planning', 'header'),
        ('b', 'impl', 'continuation'),
    ]


def test_successors_that_go_in_a_circle_end(machine: Machine) -> None:
    for one, other in ('ab', 'ba'):
        ends = {'type': 'continued-in', 'sessionId': one, 'continuedInSessionId': other}
        machine.session(one, machine.repository, 'master', ends)
    named = plan(block('impl-started', session_id='b'), created_from_session='a')
    assert machine.found(named) == ['a', 'b']


def test_commits_that_no_session_here_made_are_counted(machine: Machine) -> None:
    for number, date in enumerate(('2026-01-02T10:00:30Z', '2026-01-05T10:00:00Z')):
        (machine.repository / f'{number}.txt').write_text('x')
        git('add', '.', cwd=machine.repository)
        git('commit', '-qm', 'work', '--date', date, cwd=machine.repository)
    machine.session('s', machine.repository)
    found = machine.find()
    last = git('rev-parse', 'HEAD', cwd=machine.repository)
    assert found.commits == 2
    assert found.unattended == {last}
