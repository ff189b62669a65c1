"""Seals every test: an own home, no token, no network but 127.0.0.1, a stand-in for GitHub."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from learn_demo import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.promises.world import World

# `make test` gives the same verdict twice; `make test-all` looks further. No test measures speed.
hypothesis.settings.register_profile(
    'same', deadline=None, derandomize=True, database=None, max_examples=30
)
hypothesis.settings.register_profile('random', deadline=None, max_examples=100)
hypothesis.settings.load_profile(os.environ.get('HYPOTHESIS_PROFILE', 'same'))

TOKEN = 'hub-token'
FETCH_URL = 'https://github.com/acme/widgets.git'

# Real hook managers, the table of faults, and whole pushes whose parts have tests in their rooms.
_LONG = (
    'tests/faults/',
    *(
        f'tests/promises/test_{name}.py'
        for name in (
            *('beside_managers', 'pre_commit'),
            'hosts',  # tests/github/http
            'how_it_ended',  # tests/github/test_runs.py, tests/pipeline
            'leaving',  # tests/hooks/cli/test_undo.py
            'many',  # tests/plans, tests/worker
            'on_the_runner',  # tests/receive
            'once_in_a_while',  # tests/push/test_schedule.py, tests/worker
            'places',  # tests/git, tests/push/test_git_dir.py
            'sources',  # tests/pipeline/test_gather.py, tests/sessions
            'team',  # tests/push/test_team.py, tests/hooks/test_pre_push.py
            'two_of_a_kind',  # tests/plans, tests/pipeline/test_steps.py
            'ways_to_plan',  # tests/plans/test_of_branch.py
            'whose_plan',  # tests/plans/test_of_branch.py
        )
    ),
)
_STRANGERS = (
    *('GH_', 'GIT_', 'GITHUB_', 'GHAPI', 'LEARN_HOOK', 'PRE_COMMIT', 'XDG_'),
    *('CLAUDE', 'CODEX_', 'COPILOT_', 'OPENCODE'),
)
_MORE_STRANGERS = (
    *('CI', 'PYTHONPATH', 'PYTHONSTARTUP', 'VISUAL', 'ALL_PROXY', 'all_proxy'),
    *('AI_AGENT', 'CURSOR_AGENT', 'GEMINI_CLI'),
)
_NOBODY = 'http://127.0.0.1:9'  # the port `discard`, where nothing listens
_MOMENT = '2026-01-05T10:00:00Z'

_SEALED = {
    'GIT_CONFIG_GLOBAL': os.devnull,
    'GIT_CONFIG_SYSTEM': os.devnull,
    'GIT_CONFIG_NOSYSTEM': '1',
    'GIT_TERMINAL_PROMPT': '0',
    'GIT_AUTHOR_NAME': 'Ann',
    'GIT_AUTHOR_EMAIL': 'ann@example.com',
    'GIT_AUTHOR_DATE': _MOMENT,
    'GIT_COMMITTER_NAME': 'Ann',
    'GIT_COMMITTER_EMAIL': 'ann@example.com',
    'GIT_COMMITTER_DATE': _MOMENT,
    'EDITOR': 'true',
    'GIT_EDITOR': 'true',
    'TZ': 'UTC',
    'LANG': 'C.UTF-8',
    'LC_ALL': 'C.UTF-8',
    'http_proxy': _NOBODY,
    'https_proxy': _NOBODY,
    'HTTP_PROXY': _NOBODY,
    'HTTPS_PROXY': _NOBODY,
    'no_proxy': '127.0.0.1,localhost',
    'NO_PROXY': '127.0.0.1,localhost',
}


@pytest.fixture(scope='session')
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for all tests. The scanner's compiled rules are kept: compiling takes 7 s."""
    home = tmp_path_factory.mktemp('cache')
    kept = Path(__file__).parents[1] / '.rules_cache'
    kept.mkdir(mode=0o700, exist_ok=True)
    rules = shutil.copytree(kept, home / 'learn-hook' / 'rules')
    yield home
    for new in {path.name for path in rules.iterdir()} - set(os.listdir(kept)):
        shutil.copy(rules / new, kept / f'.{os.getpid()}')
        (kept / f'.{os.getpid()}').rename(kept / new)


@pytest.fixture(autouse=True)
def hermetic_seal(
    tmp_path_factory: pytest.TempPathFactory, cache_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in os.environ:
        if name.startswith(_STRANGERS) or name in _MORE_STRANGERS:
            monkeypatch.delenv(name)
    for name, value in _SEALED.items():
        monkeypatch.setenv(name, value)
    home = tmp_path_factory.mktemp('home')
    monkeypatch.setenv('HOME', str(home))
    monkeypatch.setenv('XDG_CONFIG_HOME', str(home / '.config'))
    monkeypatch.setenv('XDG_DATA_HOME', str(home / '.local' / 'share'))
    monkeypatch.setenv('XDG_STATE_HOME', str(home / '.local' / 'state'))
    monkeypatch.setenv('XDG_CACHE_HOME', str(cache_home))
    monkeypatch.setattr(socket.socket, 'connect', _connect_here_only)


_connect = socket.socket.connect


def _connect_here_only(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and address[0] != '127.0.0.1':
        raise PermissionError(f'a test reaches out for {address}')
    _connect(self, address)


@pytest.fixture
def hub() -> Iterator[StandIn]:
    """A stand-in that runs. A request that does not fit GitHub's own description fails the test."""
    with StandIn.started() as started:
        started.tokens[TOKEN] = {'login': 'ann', 'scopes': {'repo', 'gist', 'workflow'}}
        yield started
    assert started.crashes == []
    if started.requests:
        from tests.conformance import check  # half a second, which most tests need not pay

        for exchange in started.requests:
            check(exchange)


@pytest.fixture
def environ_of_hub(hub: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The environment sends every request to the stand-in, those of child processes too."""
    monkeypatch.setenv('GH_TOKEN', TOKEN)
    monkeypatch.setenv('GITHUB_API_URL', hub.url)
    return hub


@pytest.fixture
def plain_world(
    environ_of_hub: StandIn,
    repository: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """A repository without hooks, the stand-in that has it as well, and an agent's own folder."""
    from tests.promises import world

    folder, claude = repository(), tmp_path / 'claude'
    monkeypatch.setenv('CLAUDE_CONFIG_DIR', str(claude))
    environ_of_hub.add_repo(world.REPO, workflow=world.WORKFLOW)
    bare = tmp_path / f'{folder.name}.git'
    return world.World(hub=environ_of_hub, folder=folder, bare=bare, claude=claude)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what only `make test-all` runs."""
    for item in items:
        if item.nodeid.startswith(_LONG):
            item.add_marker('long')


def git(*words: str, cwd: Path) -> str:
    """The output of git. A failure raises with all that it said."""
    done = subprocess.run(
        ('git', *words), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, f'git {words}: {done.stdout}{done.stderr}'
    return done.stdout.strip()


def commit(folder: Path, name: str = 'a.txt', text: str = 'a\n') -> str:
    """Writes a file and commits it. Returns the commit's sha."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
    git('add', '--', name, cwd=folder)
    git('commit', '-q', '-m', f'Add {name}', cwd=folder)
    return git('rev-parse', 'HEAD', cwd=folder)


@pytest.fixture(scope='session')
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `repository` copies: `work`, and the bare `remote.git` that its pushes land in."""
    place = tmp_path_factory.mktemp('template')
    folder, bare = place / 'work', place / 'remote.git'
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _SEALED.items():
            patch.setenv(name, value)
        git('init', '-q', '--bare', '-b', 'master', str(bare), cwd=place)
        git('init', '-q', '-b', 'master', str(folder), cwd=place)
        git('remote', 'add', 'origin', FETCH_URL, cwd=folder)
        git('remote', 'set-url', '--push', 'origin', str(bare), cwd=folder)
        # no process that cleans up behind each commit and push
        git('config', 'maintenance.auto', 'false', cwd=folder)
        git('config', 'receive.autogc', 'false', cwd=bare)
        commit(folder)
        git('push', '-q', '-u', 'origin', 'master', cwd=folder)
    return place


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes repositories: branch master with a commit that `origin` has too.

    The folder's name has a space and a letter outside ASCII. `origin` names GitHub for fetches,
    while pushes land in a bare repository beside it.
    """

    def make(name: str = 'mein gerät', *, fetch_url: str = FETCH_URL) -> Path:
        folder, bare = tmp_path / name, tmp_path / f'{name}.git'
        shutil.copytree(template / 'work', folder)
        shutil.copytree(template / 'remote.git', bare)
        config = folder / '.git' / 'config'
        text = config.read_text(encoding='utf-8').replace(FETCH_URL, fetch_url)
        text = text.replace(str(template / 'remote.git'), str(bare))
        config.write_text(text, encoding='utf-8')
        return folder

    return make
