"""`learn-hook.store ref`: materials in the repository itself, from the run to the runner."""

from __future__ import annotations

import json
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from learn_core.materials.unpack import unpacked
from learn_core.pipeline import deliver
from tests.conftest import TOKEN, git
from tests.golden import FOLDER
from tests.promises.world import REPO, World, plan, session, small_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from learn_demo import Repo
    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]

LEARN_YML = '.github/workflows/learn.yml'


@pytest.fixture
def repo(world: World, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The repository with our learn.yml, where materials go to a ref."""
    monkeypatch.setattr(deliver, 'SECONDS_UNTIL_LISTED', 0.0)
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    repo = world.hub.repos[REPO]
    repo.files[repo.default_branch, LEARN_YML] = (FOLDER / 'learn.yml').read_text()
    git('config', 'learn-hook.store', 'ref', cwd=world.folder)
    small_plan(world, 5)
    return repo


def files(repo: Repo) -> dict[str, bytes]:
    """What the one ref holds."""
    (commit,) = repo.refs.values()
    tree = repo.objects[str(repo.objects[commit].about['tree'])].about
    return {name: repo.objects[str(sha)].content for name, sha in tree.items()}


def test_a_run_puts_one_ref_and_asks_for_no_gist(
    world: World, repo: Repo, learn_hook: Command
) -> None:
    said = learn_hook('--issue', 5, '--json')
    assert said.code == 0, said.error
    (ref,) = repo.refs
    answer = json.loads(said.out)
    assert answer['materials_ref'] == f'{ref}@{repo.refs[ref]}'
    assert 'gist_url' not in answer
    (run,) = world.hub.runs
    assert (run.inputs['materials_ref'], run.inputs['gist_url']) == (answer['materials_ref'], '')
    assert not any('/gists' in asked.path for asked in world.hub.requests)


def test_a_runner_unpacks_what_was_prepared(
    world: World,
    repo: Repo,
    learn_hook: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert learn_hook('--issue', 5).code == 0
    inputs = {'issue_number': '5', 'gist_url': '', **world.hub.runs[0].inputs}
    event = tmp_path / 'event.json'
    event.write_text(json.dumps({'inputs': inputs}))
    monkeypatch.setenv('GITHUB_EVENT_PATH', str(event))
    monkeypatch.setenv('GITHUB_REPOSITORY', REPO)
    said = learn_hook('unpack', '--event', '--output-dir', tmp_path / 'out')
    assert (said.code, said.error) == (0, '')
    sent = unpacked([content.decode() for content in files(repo).values()])
    assert {path.name: path.read_text() for path in (tmp_path / 'out').iterdir()} == sent


class KilledError(BaseException):
    """The process ends at once: nothing of ours catches it."""


@pytest.fixture
def kill() -> Iterator[Callable[[], None]]:
    """Ends what the test's own thread is doing, from the thread of the stand-in."""

    def end(_: int, __: object) -> None:
        raise KilledError

    main, before = threading.main_thread().ident, signal.signal(signal.SIGUSR1, end)
    assert main is not None
    yield lambda: signal.pthread_kill(main, signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize(
    ('method', 'path'),
    [
        ('POST', '/graphql'),
        ('POST', '/git/trees'),
        ('POST', '/git/commits'),
        ('GET', '/git/ref'),
        ('POST', '/git/refs'),
        ('POST', '/dispatches'),
    ],
)
@pytest.mark.parametrize('after_effect', [True, False])
def test_a_run_that_was_killed_at_any_request_leaves_one_ref_and_one_start(
    world: World,
    repo: Repo,
    learn_hook: Command,
    kill: Callable[[], None],
    method: str,
    path: str,
    after_effect: bool,
) -> None:
    world.hub.misbehave(
        method=method, path_contains=path, status=502, after_effect=after_effect, meanwhile=kill
    )
    with pytest.raises(KilledError):
        learn_hook('--issue', 5)
    assert learn_hook('retry').code == 0
    assert (len(repo.refs), len(world.hub.runs)) == (1, 1)
    assert world.hub.gists == {}


@pytest.mark.parametrize('after_effect', [True, False])
def test_newer_materials_that_were_cut_off_are_moved_to_once(
    world: World,
    repo: Repo,
    learn_hook: Command,
    kill: Callable[[], None],
    after_effect: bool,
) -> None:
    assert learn_hook('--issue', 5).code == 0
    session(world, 'session-6', said_by_person='Also the docs')
    plan(world, 5, last_local_impl_session='session-6')
    world.hub.misbehave(
        method='PATCH',
        path_contains='/git/refs',
        status=502,
        after_effect=after_effect,
        meanwhile=kill,
    )
    with pytest.raises(KilledError):
        learn_hook('--issue', 5)
    assert learn_hook('retry').code == 0
    newest = world.hub.runs[0].inputs['materials_ref']
    assert repo.refs == dict([newest.split('@')])
    assert len(world.hub.runs) == 2


def test_newer_materials_move_the_ref_and_an_earlier_run_keeps_its_own(
    world: World, repo: Repo, learn_hook: Command
) -> None:
    assert learn_hook('--issue', 5).code == 0
    session(world, 'session-6', said_by_person='Also the docs')
    plan(world, 5, last_local_impl_session='session-6')
    assert learn_hook('--issue', 5).code == 0
    second, first = [run.inputs['materials_ref'].split('@') for run in world.hub.runs]
    assert first[0] == second[0]
    assert first[1] != second[1] == repo.refs[second[0]]
    assert first[1] in repo.objects


def test_forget_deletes_the_ref(world: World, repo: Repo, learn_hook: Command) -> None:
    assert learn_hook('--issue', 5).code == 0
    said = learn_hook('forget', 5, '--yes')
    assert said.code == 0, said.error
    assert repo.refs == {}
    assert 'GitHub keeps' in said.out


def test_a_public_repository_is_refused_before_anything_is_uploaded(
    world: World, repo: Repo, learn_hook: Command
) -> None:
    repo.visibility = 'public'
    said = learn_hook('--issue', 5)
    assert said.code == 1
    assert f'{REPO} is public, so anyone could fetch' in said.error
    assert repo.refs == {}


def test_an_account_that_may_not_make_gists_is_told_the_way_out(
    world: World, repo: Repo, learn_hook: Command
) -> None:
    git('config', '--unset', 'learn-hook.store', cwd=world.folder)
    body = json.dumps({'message': 'Enterprise managed users cannot create gists'})
    world.hub.misbehave(method='POST', path_contains='/gists', status=403, body=body)
    said = learn_hook('--issue', 5)
    assert 'git config learn-hook.store ref' in said.error


def test_doctor_asks_for_no_gist_scope_where_none_is_made(
    world: World, repo: Repo, learn_hook: Command
) -> None:
    world.hub.tokens[TOKEN]['scopes'] = {'repo', 'workflow'}
    rows = {row['name']: row for row in json.loads(learn_hook('doctor', '--json').out)['rows']}
    assert (rows['scopes']['mark'], rows['workflow']['mark']) == ('ok', 'ok')


def test_doctor_tells_an_account_of_an_enterprise_the_way_out(
    world: World, repo: Repo, learn_hook: Command
) -> None:
    git('config', '--unset', 'learn-hook.store', cwd=world.folder)
    world.hub.tokens[TOKEN]['login'] = 'ann_acme'
    rows = {row['name']: row for row in json.loads(learn_hook('doctor', '--json').out)['rows']}
    assert rows['scopes']['mark'] == 'warning'
    assert 'learn-hook.store ref' in rows['scopes']['fix']


def test_doctor_warns_of_refs_in_a_repository_that_became_public(
    world: World, repo: Repo, learn_hook: Command
) -> None:
    assert learn_hook('--issue', 5).code == 0
    repo.visibility = 'public'
    rows = {row['name']: row for row in json.loads(learn_hook('doctor', '--json').out)['rows']}
    assert rows['workflow']['mark'] == 'broken'
    assert 'learn-hook forget' in rows['visibility']['fix']


def test_another_machine_reads_the_ref_that_a_comment_names(
    world: World,
    repo: Repo,
    learn_hook: Command,
    repository: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    git('config', 'learn-hook.track', 'true', cwd=world.folder)
    assert learn_hook('--issue', 5).code == 0
    other = repository('other')
    for key, value in (('store', 'ref'), ('track', 'true')):
        git('config', f'learn-hook.{key}', value, cwd=other)
    monkeypatch.chdir(other)
    monkeypatch.setenv('CLAUDE_CONFIG_DIR', str(other.parent / 'nothing'))
    said = learn_hook('--issue', 5)
    assert said.code == 0, said.error
    assert len(repo.refs) == 2
    newest = world.hub.runs[0].inputs['materials_ref'].partition('@')[2]
    tree = repo.objects[str(repo.objects[newest].about['tree'])].about
    content = [repo.objects[str(sha)].content.decode() for sha in tree.values()]
    assert any('session-5' in name for name in unpacked(content))
