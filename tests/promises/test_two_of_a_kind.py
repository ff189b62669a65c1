"""Two plans, or two runs of one plan, that must not be taken for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import git
from tests.promises.world import (
    REPO,
    WORKFLOW,
    at_rest,
    block,
    branch,
    learn_hook,
    push,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from tests.promises.world import World

PLANS = 'acme/plans'


def plan_elsewhere(world: World, number: int) -> str:
    """A plan of that number in another repository, with its own session. Returns its URL."""
    session(world, f'elsewhere-{number}', said_by_person='Carry out the other plan')
    world.hub.add_repo(PLANS)
    header = block('plan-header', last_local_impl_session=f'elsewhere-{number}')
    world.hub.add_issue(PLANS, number, body=header)
    return f'https://github.com/{PLANS}/issues/{number}'


def test_plans_of_one_number_in_two_repositories_have_a_gist_each(world: World) -> None:
    small_plan(world, 5)
    url = plan_elsewhere(world, 5)
    assert learn_hook(world, '--issue', '5').code == 0
    assert learn_hook(world, '--issue', url).code == 0
    assert len(world.hub.gists) == len(world.hub.runs) == 2


def test_a_plan_that_was_named_by_its_url_is_the_one_that_is_retried(world: World) -> None:
    small_plan(world, 5)
    url = plan_elsewhere(world, 5)
    world.hub.misbehave(method='POST', path_contains='/gists', status=403)
    assert learn_hook(world, '--issue', url).code == 1
    assert learn_hook(world, 'retry').code == 0
    (gist,) = world.hub.gists.values()
    assert 'impl-elsewhere-5.xml' in ''.join(gist.files.values())


def test_a_run_that_a_later_one_overtook_sends_nothing_older(world: World) -> None:
    small_plan(world, 5)
    world.hub.misbehave(method='POST', path_contains='/gists', status=403)
    assert learn_hook(world, '--issue', '5').code == 1
    session(world, 'session-5', said_by_person='And one thing more')
    assert learn_hook(world, '--issue', '5').code == 0
    assert learn_hook(world, 'retry').code == 0
    assert sent(world) == [5]


def test_a_refused_start_is_never_taken_for_another_plans_run(world: World) -> None:
    repo = world.hub.repo(REPO)
    assert repo is not None
    unmarked = WORKFLOW.replace('distinct_id', 'unused')
    for place in list(repo.files):
        repo.files[place] = unmarked
    small_plan(world, 5)
    small_plan(world, 6)
    world.hub.misbehave(method='POST', path_contains='/dispatches', status=403)
    assert learn_hook(world, '--issue', '5').code == 1
    assert learn_hook(world, '--issue', '6').code == 0
    assert learn_hook(world, 'retry').code == 0
    assert sorted(sent(world)) == [5, 6]


def test_a_branch_that_was_merged_and_stood_on_at_once_is_learned_from(background: World) -> None:
    world = background
    small_plan(world, 5)
    branch(world, 'P5-x')
    git('switch', '-q', 'master', cwd=world.folder)
    git('merge', '-q', '--no-ff', 'P5-x', cwd=world.folder)
    git('switch', '-q', 'P5-x', cwd=world.folder)
    at_rest(world)
    assert sent(world) == [5]


def test_no_password_of_a_url_is_written_down(world: World) -> None:
    password = 'a-password-of-mine'
    branch(world, 'P5-x')
    base = f'https://ann:{password}@github.com/{REPO}.git'
    git('config', f'url.{world.bare}.pushInsteadOf', base, cwd=world.folder)
    assert push(world, base, 'P5-x').code == 0
    kept = [path for path in (world.common / 'learn-hook').rglob('*') if path.is_file()]
    assert kept
    assert all(password.encode() not in path.read_bytes() for path in kept)
