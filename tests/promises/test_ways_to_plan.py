"""Teams that plan in other ways: by pull requests, by labels, by plain issues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.promises.world import (
    REPO,
    block,
    branch,
    learn_hook,
    manifest,
    materials,
    plans,
    push,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from tests.promises.world import World

REFERENCE = '.erk/impl-context/plnd-retry/ref.json'


@pytest.fixture
def plain(world: World) -> World:
    """Issue 5 without a mark, and a session on the branch that GitHub's button made for it."""
    world.hub.add_issue(REPO, 5, title='Retry uploads')
    branch(world, '5-retry-uploads')
    session(world, 's', branch='5-retry-uploads')
    return world


def test_plain_issues_need_one_setting(plain: World) -> None:
    pushed = push(plain, 'origin', '5-retry-uploads')
    assert (pushed.code, sent(plain)) == (0, [])
    assert 'learn-hook' not in pushed.words
    git('config', 'learn-hook.plans', 'any', cwd=plain.folder)
    commit(plain.folder, 'more.txt')
    assert push(plain, 'origin', '5-retry-uploads').code == 0
    assert sent(plain) == [5]


def test_a_label_is_a_mark(plain: World) -> None:
    git('config', 'learn-hook.planLabels', 'task', cwd=plain.folder)
    plain.hub.repos[REPO].issues[5].labels.append('task')
    push(plain, 'origin', '5-retry-uploads')
    assert sent(plain) == [5]


def test_an_issue_that_a_person_names_needs_no_mark(plain: World) -> None:
    assert learn_hook(plain, '--issue', '5').code == 0
    assert sent(plain) == [5]


@pytest.mark.parametrize('name', ['plnd/retry', 'team/retry'])
def test_the_pull_request_of_a_branch_that_a_glob_matches_is_the_plan(
    world: World, name: str
) -> None:
    git('config', 'learn-hook.branches', 'team/*', cwd=world.folder)
    branch(world, name)
    session(world, 's', branch=name)
    pushed = push(world, 'origin', name)
    assert (sent(world), 'learn-hook' in pushed.words) == ([], False)
    assert [record.is_waiting for record in plans(world)] == [True]
    body = block('plan-header', schema_version='2') if name.startswith('plnd') else ''
    world.hub.add_pull(REPO, 7, head=name, body=body, draft=True)
    world.hub.add_review(REPO, 7, 'Split it.', state='CHANGES_REQUESTED')
    assert learn_hook(world, 'retry').code == 0
    assert sent(world) == [7]
    assert manifest(world, 7)['plan_url'] == f'https://github.com/{REPO}/pull/7'
    (review,) = json.loads(materials(world, 7)['pr-reviews.json'])['reviews']
    assert review['body'] == 'Split it.'
    assert len(plans(world)) == 1


def test_a_pull_request_without_a_mark_is_no_plan_of_a_built_in_glob(world: World) -> None:
    branch(world, 'plan/holidays')
    world.hub.add_pull(REPO, 7, head='plan/holidays')
    pushed = push(world, 'origin', 'plan/holidays')
    assert (sent(world), 'learn-hook' in pushed.words) == ([], False)


def test_a_reference_to_a_pull_request_needs_no_mark(world: World) -> None:
    branch(world, 'plnd/retry')
    session(world, 's', branch='plnd/retry')
    commit(world.folder, REFERENCE, '{"pr_id": 7}')
    world.hub.add_pull(REPO, 7, head='plnd/retry', draft=True)
    assert push(world, 'origin', 'plnd/retry').code == 0
    assert sent(world) == [7]


def test_a_reference_that_leaked_into_the_default_branch_names_no_plan(world: World) -> None:
    small_plan(world, 123)
    world.hub.repos[REPO].issues[123].state = 'CLOSED'
    commit(world.folder, '.impl/plan-ref.json', '{"plan_id": 123}')
    push(world, 'origin', 'master')
    branch(world, 'fix-typo')
    assert push(world, 'origin', 'fix-typo').code == 0
    assert (sent(world), plans(world)) == ([], [])
    small_plan(world, 5)
    branch(world, 'P5-next', 'master')
    push(world, 'origin', 'P5-next')
    assert sent(world) == [5]


def test_a_reference_to_a_closed_plan_of_another_branch_names_no_plan(world: World) -> None:
    small_plan(world, 123)
    issue = world.hub.repos[REPO].issues[123]
    issue.state, issue.body = 'CLOSED', block('plan-header', branch_name='P123-old')
    branch(world, 'fix-typo')
    commit(world.folder, '.impl/plan-ref.json', '{"plan_id": 123}')
    push(world, 'origin', 'fix-typo')
    assert sent(world) == []
    assert 'learn-hook' not in push(world, 'origin', 'master').words
