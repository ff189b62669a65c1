"""Many pushes at once: one record a plan, nothing unreadable, nothing missing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from learn_core.plans.record import left_alone
from tests.conftest import commit, git
from tests.promises.world import (
    add_entries,
    at_rest,
    branch,
    learn_hook,
    materials,
    plans,
    push,
    sent,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.promises.world import World


def all_at_once(calls: list[Callable[[], object]], side_by_side: int = 8) -> None:
    gate = threading.Semaphore(side_by_side)

    def run(call: Callable[[], object]) -> None:
        with gate:
            call()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_forty_plans_and_twenty_pushes_of_one_leave_forty_one_records(background: World) -> None:
    world = background
    git('config', 'learn-hook.quiet', '3', cwd=world.folder)
    numbers = range(100, 140)
    small_plan(world, 5)
    (log,) = world.claude.rglob('session-5.jsonl')
    branch(world, 'P5-x')
    for number in numbers:
        small_plan(world, number)
        git('branch', f'P{number}-x', cwd=world.folder)
    add_entries(log, str(world.folder), 'P5-x', ('user', 'Still at it'), ('assistant', 'Yes.'))

    def of_one_plan() -> None:
        for number in range(20):
            commit(world.folder, f'{number}.txt')
            assert push(world, 'origin', 'P5-x').code == 0

    others = [lambda name=f'P{number}-x': push(world, 'origin', name) for number in numbers]
    all_at_once([of_one_plan, *others])
    add_entries(log, str(world.folder), 'P5-x', ('user', 'The last word'), ('assistant', 'Yes.'))
    at_rest(world)
    learn_hook(world, 'retry')
    assert left_alone(world.common) == []
    assert sorted(record.plan.number for record in plans(world)) == [5, *numbers]
    assert all(record.sent is not None and not record.is_waiting for record in plans(world))
    assert sorted(set(sent(world))) == [5, *numbers]
    assert 'Still at it' in materials(world)['impl-session-5.xml']


def test_two_repositories_whose_names_differ_in_a_dash_have_a_record_each(world: World) -> None:
    for repo in ('acme-web/app', 'acme/web-app'):
        world.hub.add_repo(repo)
    small_plan(world, 5)
    body = world.hub.repos['acme/widgets'].issues[5].body
    for repo in ('acme-web/app', 'acme/web-app'):
        world.hub.add_issue(repo, 5, body=body)
        url = f'https://github.com/{repo}/issues/5'
        assert learn_hook(world, '--issue', url).code == 0
    assert sorted(record.plan.full_name for record in plans(world)) == [
        'acme-web/app#5',
        'acme/web-app#5',
    ]
    assert len(world.hub.gists) == len(world.hub.runs) == 2
