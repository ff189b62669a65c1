"""A push of a plan branch: the six steps, once, with nothing secret in what they leave behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from learn_demo import sample
from tests.conftest import TOKEN, commit, git
from tests.promises.world import (
    add_entries,
    at_rest,
    branch,
    landed,
    learn_hook,
    manifest,
    materials,
    notes,
    plan,
    push,
    sent,
    small_plan,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.promises.world import World


def test_a_push_of_a_plan_branch_leads_to_one_secret_gist_and_one_dispatch(
    background: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = background
    story = sample.populate(world.hub, world.folder, world.claude)
    branch(world, sample.BRANCH)
    pushed = push(world, '-u', 'origin', sample.BRANCH)
    assert pushed.code == 0
    at_rest(world)

    assert notes(world) == [('done', '')]
    (gist,) = world.hub.gists.values()
    (started,) = world.hub.runs
    assert (gist.public, gist.description) == (False, 'Learn materials for plan #123')
    assert list(gist.files) == ['learn-materials-plan-123.txt']
    assert started.inputs.keys() == {'issue_number', 'gist_url', 'materials_ref', 'distinct_id'}
    assert started.inputs['materials_ref'] == ''
    assert started.inputs['issue_number'] == '123'
    assert started.inputs['gist_url'] == f'https://gist.github.com/ann/{gist.id}'
    assert (started.ref, started.title.split(':')[:2]) == ('master', ['learn', '123'])

    planning, (first, second) = story.planning_id, story.implementation_ids
    names = materials(world, 123)
    assert {'manifest.json', 'pr-review-comments.json', 'pr-discussion-comments.json'} <= set(names)
    assert {entry.get('session_id') for entry in manifest(world, 123)['files']} - {None} == {
        planning,
        first,
        second,
    }
    assert any(name.startswith(f'planning-{planning}-agent-') for name in names)
    assert any(name.startswith(f'impl-{first}') for name in names)

    for secret in (*story.secrets, TOKEN):
        assert secret.encode() not in left_behind(world)
        assert secret not in pushed.words


def left_behind(world: World) -> bytes:
    """Every byte that went out or was written here, headers of requests apart."""
    folders = (world.common / 'learn-hook', world.folder / '.erk')
    files = [path for folder in folders for path in folder.rglob('*') if path.is_file()]
    assert {path.name for path in files} >= {'plan.json', 'log', 'manifest.json', '.gitignore'}
    asked = [exchange.path.encode() + exchange.body for exchange in world.hub.requests]
    return b'\n'.join([*(path.read_bytes() for path in files), *asked])


def test_the_same_materials_go_once(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    requests = len(world.hub.requests)
    assert 'Everything up-to-date' in push(world, 'origin', 'P5-x').words
    assert len(world.hub.requests) == requests

    assert learn_hook(world, '--issue', '5').code == 0
    assert notes(world) == [('done', ''), ('done', 'same materials')]
    assert sent(world) == [5]
    (gist,) = world.hub.gists.values()
    assert len(gist.revisions) == 1


def test_a_session_that_grew_goes_into_the_same_gist(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    log = session_log(world, 'session-5')
    add_entries(log, str(world.folder), 'P5-x', ('user', 'And now the docs'), ('assistant', 'Yes.'))
    commit(world.folder, 'more.txt')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5, 5]
    (gist,) = world.hub.gists.values()
    assert len(gist.revisions) == 2
    assert 'And now the docs' in materials(world)['impl-session-5.xml']


def session_log(world: World, session_id: str) -> Path:
    """Where that log lies."""
    (log,) = world.claude.rglob(f'{session_id}.jsonl')
    return log


def test_the_distinct_id_is_only_sent_to_a_workflow_that_declares_it(world: World) -> None:
    repo = world.hub.repos['acme/widgets']
    for place, text in repo.files.items():
        kept = [line for line in text.splitlines() if 'distinct_id' not in line]
        repo.files[place] = '\n'.join([*kept, ''])
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    (started,) = world.hub.runs
    assert started.inputs.keys() == {'issue_number', 'gist_url'}


def test_a_workflow_that_is_missing_means_that_nothing_is_uploaded(world: World) -> None:
    world.hub.repos['acme/widgets'].files.clear()
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert world.hub.gists == {}
    assert 'learn.yml' in learn_hook(world, 'status').words


def test_a_plan_with_neither_session_nor_comment_sends_nothing(world: World) -> None:
    plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert world.hub.gists == {}
    assert 'neither a session' in learn_hook(world, 'status').words


def test_what_an_earlier_run_left_is_not_uploaded(world: World) -> None:
    small_plan(world, 5)
    stale = world.folder / '.erk' / 'scratch' / 'learn-5' / 'impl-stale.xml'
    stale.parent.mkdir(parents=True)
    stale.write_text('<session />', encoding='utf-8')
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert sorted(materials(world)) == ['impl-session-5.xml', 'manifest.json', 'overview.md']
    assert git('status', '--short', cwd=world.folder) == ''


def test_a_dry_run_of_ours_prepares_all_and_sends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('LEARN_HOOK_MODE', 'dry-run')
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    at_rest(world)
    assert world.hub.gists == {}
    assert (world.folder / '.erk/scratch/learn-5/impl-session-5.xml').exists()


def test_by_hand_the_result_is_one_line_of_json(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    answer = json.loads(learn_hook(world, 'run').words.splitlines()[-1])
    (gist,) = world.hub.gists.values()
    (started,) = world.hub.runs
    assert answer == {
        'success': True,
        'issue_number': 5,
        'workflow_triggered': True,
        'run_id': str(started.id),
        'workflow_url': f'https://github.com/acme/widgets/actions/runs/{started.id}',
        'gist_url': f'https://gist.github.com/ann/{gist.id}',
    }
    again = json.loads(learn_hook(world, '--issue', '5').words.splitlines()[-1])
    assert again == {**answer, 'workflow_triggered': False, 'skipped': 'same materials'}
    learn_hook(world, '--issue', '5', '--force')
    assert sent(world) == [5, 5]


def test_a_run_goes_on_with_the_next_hook_when_github_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (5, 6):
        small_plan(world, number)
        branch(world, f'P{number}-x')
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    assert push(world, 'origin', 'P5-x').code == 0
    assert landed(world, 'P5-x')
    assert [state for state, _ in notes(world)] == ['waiting']

    monkeypatch.setenv('GITHUB_API_URL', world.hub.url)
    world.hub.misbehave(status=500)
    push(world, 'origin', 'P6-x')
    assert sorted(sent(world)) == [5, 6]


def test_a_run_that_was_put_off_goes_on_when_it_is_told_to(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    world.hub.misbehave(status=429, headers={'Retry-After': '3600'})
    assert push(world, 'origin', 'P5-x').code == 0
    assert [state for state, _ in notes(world)] == ['waiting']
    assert learn_hook(world, 'retry').code == 0
    assert sent(world) == [5]
