"""Step 1: every way in which a plan names its sessions, and those it does not name."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.plan import PlanIssue, plan_issue
from learn_core.sessions.discover import (
    Discovered,
    LogFolders,
    SessionSource,
    discover,
    encoded,
    find_log,
    log_folders,
    wait_until_quiet,
)
from tests.agents.claude.logs import assistant, user, write

if TYPE_CHECKING:
    from pathlib import Path

LONG = 'x' * 1_000
GIST = 'https://gist.github.com/ann/0123456789abcdef0123'


def block(key: str, **fields: object) -> str:
    lines = '\n'.join(f'{name}: {value}' for name, value in fields.items())
    return (
        f'<!-- erk:metadata-block:{key} -->\n```yaml\n{lines}\n```\n'
        f'<!-- /erk:metadata-block:{key} -->'
    )


def plan(*comments: str, **header: object) -> PlanIssue:
    body = block('plan-header', schema_version=2, **header)
    return plan_issue(number=5, url='u', title='t', body=body, labels=[], comments=comments)


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    folder = tmp_path / 'mein gerät'
    folder.mkdir()
    return folder


@pytest.fixture
def claude(tmp_path: Path) -> Path:
    return tmp_path / 'claude'


@pytest.fixture
def project(claude: Path, worktree: Path) -> Path:
    folder = claude / 'projects' / encoded(worktree)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def folders(claude: Path, worktree: Path, project: Path) -> LogFolders:
    return log_folders([claude], [worktree])


def log(project: Path, session_id: str, *more: object, **fields: object) -> Path:
    entries = [user(LONG, **fields), assistant('done', **fields), *more]
    return write(project / f'{session_id}.jsonl', *entries)


def told(found: Discovered) -> list[tuple[str, str, str, str]]:
    return [(one.session_id, one.kind, one.why, one.source_type) for one in found.sources]


def test_header_and_comments_name_sessions_in_this_order(
    project: Path, folders: LogFolders
) -> None:
    for session_id in ('l2', 'l1', 'i3', 'i2', 'i1', 'p'):
        log(project, session_id)
    named = plan(
        block('learn-invoked', session_id='l2'),
        block('impl-started', session_id='i2'),
        block('impl-ended', session_id='i2'),
        'a word between',
        block('impl-ended', session_id='i3'),
        block('impl-started', session_id='i1'),
        last_learn_session='l1',
        last_local_impl_session='i1',
        created_from_session='p',
    )
    assert told(discover(named, None, folders)) == [
        ('p', 'planning', 'header', 'local'),
        ('i1', 'impl', 'header', 'local'),
        ('i2', 'impl', 'comment', 'local'),
        ('i3', 'impl', 'comment', 'local'),
        ('l1', 'learn', 'header', 'local'),
        ('l2', 'learn', 'comment', 'local'),
    ]


def test_no_session_comes_twice(project: Path, folders: LogFolders) -> None:
    log(project, 's')
    named = plan(
        block('impl-started', session_id='s'),
        block('learn-materials', gist_url=GIST, session_ids='[s]'),
        created_from_session='s',
        last_local_impl_session='s',
    )
    assert told(discover(named, None, folders)) == [('s', 'planning', 'header', 'local')]


def test_what_is_named_and_not_here_is_missing(project: Path, folders: LogFolders) -> None:
    log(project, 's')
    found = discover(plan(created_from_session='gone', last_local_impl_session='s'), None, folders)
    assert told(found) == [('s', 'impl', 'header', 'local')]
    assert found.missing == ('gone',)


def test_the_gist_goes_before_the_run(folders: LogFolders) -> None:
    (one,) = discover(
        plan(
            last_session_gist_url=GIST,
            last_session_id='r1',
            last_remote_impl_session_id='r2',
            last_remote_impl_run_id=77,
        ),
        None,
        folders,
    ).sources
    assert (one.session_id, one.source_type, one.gist_url) == ('r1', 'remote', GIST)


def test_a_remote_session_without_a_gist_has_its_run(folders: LogFolders) -> None:
    (one,) = discover(
        plan(
            last_session_gist_url=GIST,
            last_remote_impl_session_id='r2',
            last_remote_impl_run_id=77,
        ),
        None,
        folders,
    ).sources
    assert (one.session_id, one.why, one.run_id, one.gist_url) == ('r2', 'remote', '77', None)


def test_what_other_machines_sent_is_remote(folders: LogFolders) -> None:
    materials = block('learn-materials', gist_url=GIST, session_ids='[a, b, 3]', digest='d')
    found = discover(plan(materials, block('learn-materials', session_ids='[c]')), None, folders)
    assert told(found) == [('a', 'impl', 'remote', 'remote'), ('b', 'impl', 'remote', 'remote')]
    assert {one.gist_url for one in found.sources} == {GIST}


def test_a_session_that_is_here_is_taken_from_here(project: Path, folders: LogFolders) -> None:
    path = log(project, 'r1')
    (one,) = discover(
        plan(last_session_gist_url=GIST, last_session_id='r1'), 'P5-x', folders
    ).sources
    assert (one.source_type, one.path, one.gist_url) == ('local', path, None)


def test_a_named_session_that_another_machine_sent_is_not_missing(folders: LogFolders) -> None:
    materials = block('learn-materials', gist_url=GIST, session_ids='[p]')
    found = discover(plan(materials, created_from_session='p'), None, folders)
    assert told(found) == [('p', 'planning', 'remote', 'remote')]
    assert found.missing == ()


def test_a_log_that_goes_on_elsewhere_brings_its_successors(
    project: Path, folders: LogFolders
) -> None:
    for session_id, successor in (('i', 'j'), ('j', 'k'), ('k', 'i'), ('z', 'gone')):
        log(project, session_id, {'type': 'continued-in', 'continuedInSessionId': successor})
    named = plan(block('impl-started', session_id='z'), last_local_impl_session='i')
    assert told(discover(named, None, folders)) == [
        ('i', 'impl', 'header', 'local'),
        ('j', 'impl', 'continuation', 'local'),
        ('k', 'impl', 'continuation', 'local'),
        ('z', 'impl', 'comment', 'local'),
    ]


def test_a_session_that_goes_on_in_a_named_one_stands_before_it(
    project: Path, folders: LogFolders
) -> None:
    log(project, 'first', {'type': 'continued-in', 'continuedInSessionId': 'second'})
    log(project, 'second')
    named = plan(block('impl-started', session_id='first'), last_local_impl_session='second')
    first, second = discover(named, None, folders).sources
    assert (first.session_id, first.continues) == ('first', None)
    assert (second.session_id, second.continues, second.why) == ('second', 'first', 'header')


def test_a_remote_session_with_a_hostile_id_is_no_source(folders: LogFolders) -> None:
    named = plan(last_session_id='../../x', last_session_gist_url='https://gist.github.com/a/1')
    assert discover(named, None, folders).sources == ()


def test_a_branch_is_looked_for_by_the_entries_own_words(
    project: Path, folders: LogFolders, worktree: Path
) -> None:
    for age, session_id in enumerate(('new', 'old')):
        path = log(project, session_id, gitBranch='P5-x', cwd=str(worktree / 'src'))
        os.utime(path, (1000 - age, 1000 - age))
    log(project, 'other', gitBranch='P6-y', cwd=str(worktree))
    log(project, 'agent-1', gitBranch='P5-x', cwd=str(worktree))
    log(project, 'foreign', gitBranch='P5-x', cwd=str(worktree).replace(' ', '-'))
    write(project / 'short.jsonl', user('hi', gitBranch='P5-x', cwd=str(worktree)))
    (project / 'gone.jsonl').symlink_to(project / 'nowhere')
    (project / 'folder.jsonl').mkdir()
    expected = [(one, 'impl', 'branch scan', 'local') for one in ('old', 'new')]
    assert told(discover(plan(), 'P5-x', folders)) == expected
    assert told(discover(plan(branch_name='P5-x'), 'P6-y', folders)) == expected
    assert told(discover(plan(), None, folders)) == []


def test_ten_sessions_of_a_branch_are_enough(
    project: Path, folders: LogFolders, worktree: Path
) -> None:
    for age in range(12):
        path = log(project, f's{age:02}', gitBranch='P5-x', cwd=str(worktree))
        os.utime(path, (1000 - age, 1000 - age))
    found = discover(plan(), 'P5-x', folders)
    assert [one.session_id for one in found.sources] == [f's{age:02}' for age in range(9, -1, -1)]


@pytest.mark.parametrize('header', ['last_local_impl_session', 'last_session_id'])
def test_no_branch_is_looked_for_where_a_named_session_is_here(
    project: Path, folders: LogFolders, worktree: Path, header: str
) -> None:
    for session_id in ('s', 'other'):
        log(project, session_id, gitBranch='P5-x', cwd=str(worktree))
    found = discover(plan(last_session_gist_url=GIST, **{header: 's'}), 'P5-x', folders)
    assert [one.session_id for one in found.sources] == ['s']


@pytest.mark.parametrize(
    'hostile', ['../../etc/passwd', '/etc/passwd', '..', '*', 'a/b', 'a\\b', '', 'a' * 101, '-x']
)
def test_an_id_that_is_no_plain_word_is_not_looked_for(
    project: Path, claude: Path, folders: LogFolders, hostile: str
) -> None:
    for place in (claude / 'etc', project / 'a', claude.parent / 'etc'):
        write(place / 'passwd.jsonl', user('x'))
        write(place / 'b.jsonl', user('x'))
    assert find_log(hostile, folders) is None


def test_a_session_is_looked_for_in_its_own_project_first(
    claude: Path, project: Path, folders: LogFolders
) -> None:
    other = log(claude / 'projects' / '-aaa', 's')
    assert find_log('s', log_folders([claude], [claude.parent / 'nowhere'])) == other
    assert find_log('s', log_folders([claude], folders.worktrees)) == other
    own = log(project, 's')
    assert find_log('s', log_folders([claude], folders.worktrees)) == own


def test_a_project_folder_is_named_after_the_path_and_loses_information(tmp_path: Path) -> None:
    assert encoded(tmp_path / 'a_b.c ü') == f'{encoded(tmp_path)}-a-b-c--'


def test_all_worktrees_and_all_claude_folders_count(tmp_path: Path, worktree: Path) -> None:
    one, two, linked = tmp_path / 'one', tmp_path / 'two', tmp_path / 'linked'
    own = [one / 'projects' / encoded(worktree), two / 'projects' / encoded(linked)]
    for folder in [*own, two / 'projects' / '-else']:
        folder.mkdir(parents=True)
    found = log_folders([one, two, tmp_path / 'three'], [worktree, linked])
    assert found.own == tuple(own)
    assert found.others == (two / 'projects' / '-else',)


def test_a_worktree_without_a_folder_is_looked_for_in_its_parents(
    claude: Path, project: Path, worktree: Path
) -> None:
    deep = worktree / 'packages' / 'one'
    assert log_folders([claude], [deep]).own == (project,)


def source(path: Path | None) -> SessionSource:
    return SessionSource(source_type='local', session_id='s', kind='impl', why='header', path=path)


def test_a_log_that_was_just_written_is_waited_for(project: Path) -> None:
    path = log(project, 's')
    began = time.monotonic()
    assert wait_until_quiet([source(path)], 0.3)
    assert time.time() - path.stat().st_mtime >= 0.3
    assert time.monotonic() - began < 5


def test_what_is_old_or_gone_is_not_waited_for(project: Path) -> None:
    path = log(project, 's')
    os.utime(path, (1000, 1000))
    assert wait_until_quiet([source(path), source(project / 'gone'), source(None)], 60)


def test_what_a_planning_session_went_on_in_is_an_implementation(
    project: Path, folders: LogFolders
) -> None:
    log(project, 'p', {'type': 'continued-in', 'continuedInSessionId': 'i'})
    log(project, 'i')
    found = told(discover(plan(created_from_session='p'), None, folders))
    assert found == [('p', 'planning', 'header', 'local'), ('i', 'impl', 'continuation', 'local')]


def test_a_remote_session_that_lies_here_brings_its_successors(
    project: Path, folders: LogFolders
) -> None:
    log(project, 'r', {'type': 'continued-in', 'continuedInSessionId': 'next'})
    log(project, 'next')
    found = discover(plan(last_session_id='r', last_session_gist_url=GIST), None, folders)
    assert [source.session_id for source in found.sources] == ['r', 'next']
    assert {source.source_type for source in found.sources} == {'local'}
