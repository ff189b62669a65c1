"""Which plan a branch belongs to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import LearnError
from learn_core.git import Repository, open_repository
from learn_core.plans.of_branch import (
    PlanNumber,
    glob_of,
    issue_named,
    merged_branches,
    plan_number,
    squashed_pulls,
)
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    folder = repository()
    git('switch', '-q', '-c', 'topic', cwd=folder)
    return folder


def refer(folder: Path, content: object, name: str = '.impl/plan-ref.json') -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def number(folder: Path, local: str = 'topic', remote: str = '') -> int | None:
    found = plan_number(opened(folder), local, remote or local)
    return found.number if found else None


def opened(folder: Path) -> Repository:
    return open_repository(folder)


def test_a_name_that_tells_nothing_belongs_to_no_plan(folder: Path) -> None:
    assert number(folder) is None


def test_the_remote_name_goes_before_the_local_one(folder: Path) -> None:
    assert number(folder, 'P6-y', 'P5-x') == 5
    assert number(folder, 'P6-y', 'topic') == 6
    assert number(folder, '', '7-z') == 7


def test_the_older_form_is_marked(folder: Path) -> None:
    assert plan_number(opened(folder), 'x', '7-z') == PlanNumber(7, 'name')
    assert plan_number(opened(folder), 'x', 'P7-z') == PlanNumber(7, 'name')


def test_git_config_goes_before_all(folder: Path) -> None:
    refer(folder, {'plan_id': 6})
    git('config', 'branch.topic.learn-issue', '8', cwd=folder)
    assert plan_number(opened(folder), 'topic', 'P5-x') == PlanNumber(8, 'config')


def test_none_means_never_this_branch(folder: Path) -> None:
    git('config', 'branch.topic.learn-issue', 'none', cwd=folder)
    assert number(folder, 'topic', 'P5-x') is None


def test_a_word_that_names_no_issue_is_an_error(folder: Path) -> None:
    git('config', 'branch.topic.learn-issue', 'soon', cwd=folder)
    with pytest.raises(LearnError, match='soon'):
        number(folder)


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('.erk/impl-context/plan-ref.json', {'plan_id': '12'}),
        ('.impl/plan-ref.json', {'plan_id': 12}),
        ('.erk/impl-context/topic/ref.json', {'pr_id': 12}),
        ('.impl/issue.json', {'issue_number': 12}),
    ],
)
def test_the_reference_speaks_for_the_branch_beside_it(
    folder: Path, name: str, content: object
) -> None:
    refer(folder, content, name)
    assert plan_number(opened(folder), 'topic', 'topic') == PlanNumber(12, 'reference')
    assert number(folder, 'elsewhere') is None


def test_a_reference_on_the_default_branch_is_a_merged_plans(folder: Path) -> None:
    git('switch', '-q', 'master', cwd=folder)
    refer(folder, {'plan_id': 12})
    assert number(folder, 'master') is None


def test_a_reference_that_the_default_branch_holds_is_left_over(folder: Path) -> None:
    git('switch', '-q', 'master', cwd=folder)
    refer(folder, {'plan_id': 12})
    git('add', '.', cwd=folder)
    git('commit', '-qm', 'merged with the plan', cwd=folder)
    git('switch', '-qc', 'fix', cwd=folder)
    assert number(folder, 'fix') is None
    assert number(folder, 'fix', 'P5-x') == 5
    refer(folder, {'plan_id': 13})
    assert number(folder, 'fix') == 13


def test_what_only_the_remotes_default_branch_holds_is_left_over_too(folder: Path) -> None:
    refer(folder, {'plan_id': 12})
    git('add', '.', cwd=folder)
    git('commit', '-qm', 'work', cwd=folder)
    assert number(folder) == 12
    git('update-ref', 'refs/remotes/origin/trunk', 'HEAD', cwd=folder)
    assert number(folder) == 12
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk', cwd=folder)
    assert number(folder) is None


def test_a_glob_of_ones_own_goes_before_the_built_in_ones() -> None:
    assert glob_of(['plnd/x'], []) == 'built-in'
    assert glob_of(['plnd/x'], ['plnd/*']) == 'own'
    assert glob_of(['topic', 'team/a/b'], ['team/*']) == 'own'
    assert glob_of(['Plnd/x', 'plnd', ''], ['team/*']) == ''


def test_what_the_remote_calls_its_default_is_one(folder: Path) -> None:
    git('update-ref', 'refs/remotes/origin/topic', 'HEAD', cwd=folder)
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/topic', cwd=folder)
    refer(folder, {'plan_id': 12})
    assert number(folder, 'topic') is None


def test_a_linked_worktree_has_a_reference_of_its_own(folder: Path) -> None:
    linked = folder.parent / 'linked'
    git('worktree', 'add', '-q', '-b', 'other', str(linked), cwd=folder)
    refer(linked, {'plan_id': 13})
    assert number(folder, 'other') == 13
    assert number(folder, 'topic') is None


def test_reference_and_name_must_not_differ(folder: Path) -> None:
    refer(folder, {'plan_id': 12})
    assert number(folder, 'topic', 'P12-x') == 12
    with pytest.raises(LearnError, match=r'#12 .* #5'):
        number(folder, 'topic', 'P5-x')


@pytest.mark.parametrize(
    'content',
    [
        *('{', '[]', 'null', '[' * 9999, '\udcff', '{"issue_number": 5}'),
        *('{"plan_id": 0}', '{"plan_id": true}', '{"plan_id": "x"}', '{"plan_id": 1.5}'),
        '{"plan_id": 1234567890}',
    ],
)
def test_a_damaged_reference_is_an_error_that_names_the_file(folder: Path, content: str) -> None:
    path = folder / '.impl' / 'plan-ref.json'
    path.parent.mkdir()
    path.write_bytes(content.encode('utf-8', 'surrogateescape'))
    with pytest.raises(LearnError, match=r'plan-ref\.json'):
        number(folder)


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('123', (123, '')),
        (' #123 ', (123, '')),
        ('https://github.com/acme/widgets/issues/123', (123, 'github.com/acme/widgets')),
        ('https://github.com/a/b/issues/9#issuecomment-1', (9, 'github.com/a/b')),
        ('https://github.com/a/b/pull/9/files', (9, 'github.com/a/b')),
    ],
)
def test_an_issue_is_named_by_number_or_url(text: str, expected: tuple[int, str]) -> None:
    assert issue_named(text) == expected


@given(st.text() | st.integers().map(str))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        assert issue_named(text)[0] > 0
    except LearnError as error:
        assert '\n' not in str(error)  # noqa: PT017  (either is right)


REMOTES = ['origin', 'up/stream']


@pytest.mark.parametrize(
    ('action', 'branches'),
    [
        ('merge P5-x', ['P5-x']),
        ('merge --no-ff P5-x P6-y', ['P5-x', 'P6-y']),
        ('merge origin/P5-x', ['P5-x']),
        ('merge refs/heads/P5-x', ['P5-x']),
        ('merge fix/P5-x', ['fix/P5-x']),
        ('pull origin P5-x +P6-y:P6-z', ['P5-x', 'P6-y']),
        ('pull --rebase', []),
        ('rebase P5-x', []),
        ('', []),
    ],
)
def test_the_reflog_action_names_merged_branches(action: str, branches: list[str]) -> None:
    assert merged_branches(action, [], REMOTES) == branches


@pytest.mark.parametrize(
    ('subject', 'branches'),
    [
        ('Merge pull request #45 from owner/P123-slug', ['P123-slug']),
        ('Merge pull request #45 from owner/fix/P1-x', ['fix/P1-x']),
        ("Merge branch 'P123-slug'", ['P123-slug']),
        ("Merge branch 'P123-slug' into topic", ['P123-slug']),
        ("Merge branches 'P5-e' and 'P6-f'", ['P5-e', 'P6-f']),
        ("Merge remote-tracking branch 'origin/P5-e'", ['P5-e']),
        ("Say 'Merge branch'", []),
    ],
)
def test_merge_subjects_name_branches(subject: str, branches: list[str]) -> None:
    assert merged_branches('', [subject], REMOTES) == branches


def test_a_branch_is_named_once() -> None:
    assert merged_branches('merge P5-x', ["Merge branch 'P5-x'"], []) == ['P5-x']


def test_squash_subjects_name_their_pulls_twenty_at_most() -> None:
    subjects = ['Add (#45) to it', 'Retry (#44)', 'Again (#44)', 'x (#0)', 'y (#٣)']
    assert squashed_pulls(subjects) == [44]
    assert squashed_pulls([f'x (#{n})' for n in range(1, 40)]) == list(range(1, 21))


@given(st.lists(st.text()), st.text(), st.lists(st.text()))
def test_any_subjects_are_read(subjects: list[str], action: str, remotes: list[str]) -> None:
    assert isinstance(merged_branches(action, subjects, remotes), list)
    assert isinstance(squashed_pulls(subjects), list)
