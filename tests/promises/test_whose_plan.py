"""Which plan a pushed branch belongs to: git config, reference file, name, in that order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.conftest import commit, git
from tests.promises.world import (
    branch,
    learn_hook,
    notes,
    plan,
    plans,
    push,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World

OTHER_NAMES = ('P10', 'P11-', 'xP12-y', '13', 'feature/P14-x', 'P0-x', '15_x', 'Q16-x')


def test_a_name_is_a_plans_as_a_whole_or_not_at_all(world: World) -> None:
    world.hub.add_issue('acme/widgets', 2024, title='Numbers of the year')
    names = ('P7-x', 'p8-y', '9-z', '2024-q1-report', *OTHER_NAMES)
    for number in (7, 8, 9, 10, 11, 12, 13, 14, 15, 16):
        small_plan(world, number)
    for name in names:
        git('branch', name, cwd=world.folder)
    pushed = push(world, 'origin', *names)
    assert pushed.code == 0
    assert sorted(sent(world)) == [7, 8, 9]
    assert 'plans #7, #8 in the background' in pushed.words


def test_git_config_comes_before_every_other_source(world: World) -> None:
    for number, value in (
        (7, '7'),
        (8, '#8'),
        (9, 'https://github.com/acme/widgets/issues/9'),
    ):
        small_plan(world, number)
        branch(world, f'P5-{number}')
        git('config', f'branch.P5-{number}.learn-issue', value, cwd=world.folder)
    commit(world.folder, '.impl/issue.json', '{"issue_number": 5}')
    pushed = push(world, 'origin', 'P5-7', 'P5-8', 'P5-9')
    assert sorted(sent(world)) == [7, 8, 9]
    assert 'plans #7, #8, #9 in the background' in pushed.words


def test_the_url_of_an_issue_elsewhere_says_where_the_plan_lies(world: World) -> None:
    small_plan(world, 7)
    world.hub.add_repo('acme/plans')
    world.hub.repos['acme/plans'].issues[7] = world.hub.repos['acme/widgets'].issues.pop(7)
    branch(world, 'topic')
    url = 'https://github.com/acme/plans/issues/7'
    git('config', 'branch.topic.learn-issue', url, cwd=world.folder)
    push(world, 'origin', 'topic')
    assert sent(world) == [7]
    (record,) = plans(world)
    assert record.plan.url == url


def test_a_branch_without_a_number_may_be_given_one(world: World) -> None:
    small_plan(world, 7)
    branch(world, 'topic')
    branch(world, 'other')
    git('config', 'branch.topic.learn-issue', '7', cwd=world.folder)
    push(world, 'origin', 'topic', 'other')
    assert sent(world) == [7]


def reference(folder: Path, name: str, **content: object) -> None:
    commit(folder, name, json.dumps(content))


def test_a_reference_file_applies_to_the_branch_of_its_worktree(world: World) -> None:
    given: tuple[tuple[str, str, dict[str, object]], ...] = (
        ('a', '.erk/impl-context/plan-ref.json', {'plan_id': '6'}),
        ('b', '.impl/plan-ref.json', {'plan_id': 7}),
        ('c', '.impl/issue.json', {'issue_number': 8}),
    )
    for number, (name, file, content) in enumerate(given, 6):
        small_plan(world, number)
        tree = world.folder.with_name(f'tree of {name}')
        git('worktree', 'add', '-q', '-b', f'topic-{name}', str(tree), cwd=world.folder)
        reference(tree, file, **content)
    push(world, 'origin', 'topic-a', 'topic-b', 'topic-c')
    assert sorted(sent(world)) == [6, 7, 8]


def test_the_first_reference_file_counts(world: World) -> None:
    for number in (6, 7, 8):
        small_plan(world, number)
    branch(world, 'topic')
    reference(world.folder, '.impl/issue.json', issue_number=8)
    reference(world.folder, '.impl/plan-ref.json', plan_id=7)
    reference(world.folder, '.erk/impl-context/plan-ref.json', plan_id=6)
    push(world, 'origin', 'topic')
    assert sent(world) == [6]


def test_a_reference_file_does_not_apply_to_a_branch_that_is_not_checked_out(world: World) -> None:
    small_plan(world, 6)
    branch(world, 'topic')
    branch(world, 'standing-here')
    reference(world.folder, '.impl/plan-ref.json', plan_id=6)
    push(world, 'origin', 'topic')
    assert sent(world) == []
    assert world.hub.requests == []


def test_a_reference_and_a_name_that_disagree_send_nothing(world: World) -> None:
    for number in (5, 6):
        small_plan(world, number)
    branch(world, 'P5-x')
    reference(world.folder, '.impl/plan-ref.json', plan_id=6)
    assert push(world, 'origin', 'P5-x').code == 0
    assert world.hub.requests == []
    status = learn_hook(world, 'status').words
    assert '#5' in status
    assert '#6' in status

    by_hand = learn_hook(world, 'run')
    assert by_hand.code == 1
    assert '#5' in by_hand.words
    assert '#6' in by_hand.words
    git('config', 'branch.P5-x.learn-issue', '6', cwd=world.folder)
    assert learn_hook(world, 'run').code == 0
    assert sent(world) == [6]


def test_a_broken_reference_file_is_one_line_and_no_harm(world: World) -> None:
    texts = ('', '[]', '{"plan_id": "x"}', '{"plan_id": true}', '{"a": 1}')
    names = [f'topic-{number}' for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        tree = world.folder.with_name(name)
        git('worktree', 'add', '-q', '-b', name, str(tree), cwd=world.folder)
        commit(tree, '.impl/plan-ref.json', text)
    assert push(world, 'origin', *names).code == 0
    assert [state for state, _ in notes(world)] == ['dropped'] * len(texts)
    assert all('plan-ref.json' in note for _, note in notes(world))
    assert world.hub.requests == []


def test_a_number_of_a_branch_name_alone_needs_a_mark_and_what_is_named_does_not(
    world: World,
) -> None:
    world.hub.add_issue('acme/widgets', 7, body='Please add a retry')
    session(world, 'session-7', branch='P7-x')
    branch(world, 'P7-x')
    assert push(world, 'origin', 'P7-x').code == 0
    assert '#7 is not marked as a plan' in learn_hook(world, 'log').words
    assert world.hub.gists == {}
    git('config', 'learn-hook.plans', 'any', cwd=world.folder)
    commit(world.folder, 'more.txt')
    assert push(world, 'origin', 'P7-x').code == 0
    assert sent(world) == [7]


def test_a_header_of_broken_yaml_is_no_header(world: World) -> None:
    plan(world, 7)
    issue = world.hub.repos['acme/widgets'].issues[7]
    issue.body = issue.body.replace('schema_version: ', 'schema_version: [')
    issue.labels = []
    branch(world, 'P7-x')
    push(world, 'origin', 'P7-x')
    assert [state for state, _ in notes(world)] == ['dropped']
    assert world.hub.gists == {}
