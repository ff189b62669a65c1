"""The other way in: a consumer repository whose `.pre-commit-config.yaml` names this project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.conftest import commit, git
from tests.promises.planted import plant, ran
from tests.promises.publishing import published_in, run, unsealed
from tests.promises.world import (
    REPO,
    at_rest,
    branch,
    is_taken_in,
    landed,
    materials,
    plan,
    plans,
    push,
    said,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from tests.promises.world import World

# both read that file; where each keeps what it installs
MANAGERS = {'pre-commit': 'PRE_COMMIT_HOME', 'prek': 'PREK_HOME'}

CONFIG = """\
repos:
- repo: {path}
  rev: {rev}
  hooks:
  - id: learn-hook-pre-push
  - id: learn-hook-post-merge
  - id: learn-hook-status
  - id: learn-hook-doctor
"""

FAILING = """\
- repo: local
  hooks:
  - id: never
    name: never
    language: system
    entry: 'false'
    stages: [pre-push]
    always_run: true
    pass_filenames: false
"""


class Published(NamedTuple):
    """A commit of this working tree, and a manager's store with its environment."""

    manager: str
    path: Path
    rev: str
    store: Path

    @property
    def config(self) -> str:
        """What a consumer writes."""
        return CONFIG.format(path=self.path, rev=self.rev)

    @property
    def program(self) -> str:
        """The manager itself."""
        return str(Path(sys.executable).with_name(self.manager))


@pytest.fixture(scope='session', params=MANAGERS)
def published(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Published:
    """Made once, before the first test is sealed: pip reaches its index as it usually does."""
    place = tmp_path_factory.mktemp('published')
    consumer = place / 'consumer'
    environ = {**unsealed(), MANAGERS[request.param]: str(place / 'store')}
    path, rev = published_in(place, environ)
    made = Published(request.param, path, rev, place / 'store')
    run('git', 'init', '-q', '-b', 'master', str(consumer), cwd=place, environ=environ)
    (consumer / '.pre-commit-config.yaml').write_text(made.config, encoding='utf-8')
    run('git', 'add', '.', cwd=consumer, environ=environ)
    run(made.program, 'install-hooks', cwd=consumer, environ=environ)
    return made


@pytest.fixture
def consumer(published: Published, bare_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A repository whose team uses one of the two; this person has not been asked for consent."""
    world = bare_world
    monkeypatch.setenv(MANAGERS[published.manager], str(published.store))
    configure(world, published.config)
    words = ('install', '--hook-type', 'pre-push', '--hook-type', 'post-merge')
    assert said(published.program, *words, cwd=world.folder).code == 0
    git('push', '-q', '--no-verify', 'origin', 'master', cwd=world.folder)
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    return world


@pytest.fixture
def agreed(consumer: World) -> World:
    """The same with this person's consent."""
    git('config', 'learn-hook.consent', 'yes', cwd=consumer.folder)
    return consumer


def configure(world: World, config: str) -> None:
    commit(world.folder, '.pre-commit-config.yaml', config)


def merge(world: World, *words: str) -> None:
    git('switch', '-q', 'master', cwd=world.folder)
    done = said('git', 'merge', *words, cwd=world.folder)
    assert done.code == 0, done.words


def status(world: World, published: Published, name: str = 'learn-hook-status') -> str:
    """As a consumer without a `learn-hook` on the path asks for it."""
    words = ('run', name, '--hook-stage', 'manual')
    return said(published.program, *words, cwd=world.folder).words


def test_a_push_and_a_merge_both_lead_to_a_gist_and_a_dispatch(
    agreed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = agreed
    monkeypatch.delenv('LEARN_HOOK_MODE')
    session(world, 'session-123')
    plan(world, 123, branch_name='P123-x', last_local_impl_session='session-123')
    world.hub.add_pull(REPO, 45, head='P123-x')
    branch(world, 'P123-x')
    pushed = push(world, 'origin', 'P123-x')
    assert pushed.code == 0
    assert 'modified' not in pushed.words
    at_rest(world)
    assert sent(world) == [123]
    assert 'impl-session-123.xml' in materials(world, 123)

    world.hub.add_comment(REPO, 45, 'Approved, thank you')
    merge(world, '--no-edit', 'P123-x')
    at_rest(world)
    assert sent(world) == [123, 123]
    (gist,) = world.hub.gists.values()
    assert len(gist.revisions) == 2
    assert 'Approved, thank you' in materials(world, 123)['pr-discussion-comments.json']

    commit(world.folder, 'more.txt')
    git('branch', 'P123-y', cwd=world.folder)
    push(world, 'origin', 'P123-y')
    at_rest(world)
    assert sent(world) == [123, 123, 123]  # a head that was not learned from


@pytest.mark.parametrize('words', [('--no-ff', '--no-edit'), ('--squash',)])
def test_every_kind_of_merge_is_seen(agreed: World, words: tuple[str, ...]) -> None:
    small_plan(agreed, 5)
    branch(agreed, 'P5-x')
    merge(agreed, *words, 'P5-x')
    assert sent(agreed) == [5]


def test_what_is_no_plan_asks_nothing(agreed: World) -> None:
    world = agreed
    small_plan(world, 5)
    commit(world.folder, '.impl/plan-ref.json', '{"plan_id": 5}')
    git('tag', 'P5-x', cwd=world.folder)
    git('push', '-q', '--no-verify', 'origin', 'master:P5-gone', cwd=world.folder)
    branch(world, 'topic', 'master~1')
    for words in (('master',), ('topic',), ('tag', 'P5-x'), (':P5-gone',)):
        assert push(world, 'origin', *words).code == 0
    merge(world, '--no-edit', 'topic')
    assert world.hub.requests == []
    assert plans(world) == []


def test_a_plan_branch_that_goes_to_another_forge_asks_nothing(agreed: World) -> None:
    world = agreed
    small_plan(world, 5)
    git('remote', 'add', 'lab', 'https://gitlab.com/acme/widgets.git', cwd=world.folder)
    git('remote', 'set-url', '--push', 'lab', str(world.bare), cwd=world.folder)
    branch(world, 'P5-x')
    assert push(world, 'lab', 'P5-x').code == 0
    assert landed(world, 'P5-x')
    assert world.hub.requests == []


def test_a_head_that_is_pushed_under_another_name_is_seen(agreed: World) -> None:
    small_plan(agreed, 5)
    branch(agreed, 'topic')
    assert push(agreed, 'origin', 'HEAD:refs/heads/P5-x').code == 0
    assert sent(agreed) == [5]


def test_the_first_push_of_a_whole_tree_is_seen(
    agreed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = agreed
    monkeypatch.delenv('LEARN_HOOK_MODE')
    fresh = world.folder.with_name('fresh.git')
    git('init', '-q', '--bare', str(fresh), cwd=world.folder)
    git('remote', 'add', 'fresh', 'git@github.com:acme/widgets.git', cwd=world.folder)
    git('remote', 'set-url', '--push', 'fresh', str(fresh), cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    for name in ('refs/remotes/origin/master', 'refs/remotes/origin/HEAD'):
        git('update-ref', '-d', name, cwd=world.folder)
    assert push(world, 'fresh', 'HEAD').code == 0
    at_rest(world)
    assert sent(world) == [5]


def test_without_consent_all_waits_and_status_says_so(
    consumer: World, published: Published
) -> None:
    world = consumer
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    merge(world, '--no-edit', 'P5-x')
    assert world.hub.gists == {}
    assert sent(world) == []
    assert 'git config learn-hook.consent yes' in status(world, published)

    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    commit(world.folder, 'more.txt')
    small_plan(world, 6)
    branch(world, 'P6-x')
    push(world, 'origin', 'P6-x')
    assert sorted(sent(world)) == [5, 6]
    assert 'learn-hook: on' in status(world, published)


def test_a_push_that_the_manager_stops_is_no_push_until_it_lands(
    agreed: World, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = agreed
    monkeypatch.delenv('LEARN_HOOK_MODE')
    small_plan(world, 5)
    git('switch', '-q', '-c', 'P5-x', cwd=world.folder)
    configure(world, published.config + FAILING)
    stopped = push(world, 'origin', 'P5-x')
    assert stopped.code != 0
    assert 'never' in stopped.words
    assert landed(world, 'P5-x') == ''
    assert not is_taken_in(world)
    assert world.hub.requests == []
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=world.folder)
    at_rest(world)
    assert sent(world) == [5]


def test_a_branch_runs_nothing_of_its_own_in_a_process_of_ours(
    agreed: World, published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, marker = agreed, tmp_path / 'marker'
    small_plan(world, 5)
    branch(world, 'P5-x')
    plant(world, marker)
    monkeypatch.setenv('PYTHONPATH', '.')
    assert push(world, 'origin', 'P5-x').code == 0
    world.hub.add_pull(REPO, 45, head='P5-x')
    world.hub.add_comment(REPO, 45, 'Approved')
    merge(world, '--no-edit', 'P5-x')
    assert sent(world) == [5, 5]
    of_pre_commit = [line for line in ran(marker) if '-mpre_commit' in line]
    if published.manager == 'pre-commit':
        assert of_pre_commit, 'pre-commit itself falls into the trap'
    assert ran(marker) == of_pre_commit


def test_a_consumer_can_ask_what_is_missing(consumer: World, published: Published) -> None:
    words = status(consumer, published, 'learn-hook-doctor')
    assert 'by .pre-commit-config.yaml' in words
    assert 'workflow        learn.yml on master of acme/widgets' in words
    assert '\x1b' not in words
