"""Remotes as a real git resolves them, and what has arrived there."""

from __future__ import annotations

import base64
import http.server
import os
import subprocess
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest

from learn_core import git as asked
from learn_core.git import Repository, open_repository
from tests.conftest import FETCH_URL, commit, git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def test_the_remote_says_what_its_default_branch_is(folder: Path, here: Repository) -> None:
    assert asked.default_branches(here) == {'main', 'master'}
    git('update-ref', 'refs/remotes/origin/dev/x', 'HEAD', cwd=folder)
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/dev/x', cwd=folder)
    assert asked.default_branches(here) == {'main', 'master', 'dev/x'}


def test_a_remote_is_resolved_as_git_does(folder: Path, here: Repository) -> None:
    assert asked.remotes(here) == ['origin']
    assert asked.remote_urls(here, 'origin') == [FETCH_URL]
    git('config', 'url.https://github.com/.insteadOf', 'gh:', cwd=folder)
    assert asked.remote_urls(here, 'gh:acme/widgets') == ['https://github.com/acme/widgets']


def test_what_is_written_counts_where_it_is_pushed_through_a_mirror(
    folder: Path, here: Repository
) -> None:
    git('config', 'url./srv/mirror/.insteadOf', 'https://github.com/', cwd=folder)
    assert asked.remote_urls(here, 'origin') == ['/srv/mirror/acme/widgets.git', FETCH_URL]


def test_git_writes_down_what_a_push_brought_to_a_remote(folder: Path, here: Repository) -> None:
    git('switch', '-q', '-c', 'P5-x', cwd=folder)
    sha = commit(folder, 'b.txt')
    assert asked.tracking_tip(here, 'origin', 'P5-x') is None
    git('push', '-q', 'origin', 'P5-x', cwd=folder)
    assert asked.tracking_tip(here, 'origin', 'P5-x') == sha
    assert asked.tracking_tip(here, 'elsewhere', 'P5-x') is None


def test_of_a_push_by_url_the_remote_is_asked(folder: Path, here: Repository) -> None:
    bare = str(folder.parent / f'{folder.name}.git')
    sha = git('rev-parse', 'HEAD', cwd=folder)
    assert asked.remote_tip(here, bare, bare, 'master') == sha
    assert asked.remote_tip(here, bare, bare, 'other') == ''
    assert asked.remote_tip(here, f'{bare}x', f'{bare}x', 'master') is None


def test_a_url_that_looks_like_an_option_is_none(folder: Path, here: Repository) -> None:
    trap = f'--upload-pack=touch {folder.parent / "trapped"}'
    assert asked.remote_tip(here, trap, trap, 'master') is None
    assert FETCH_URL not in asked.remote_urls(here, trap)
    assert not (folder.parent / 'trapped').exists()


def test_a_place_on_this_machine_is_no_url() -> None:
    assert all(map(asked.is_path, ('/srv/x', './x', '../x', '~/x', 'file:///x', 'x')))
    assert not any(map(asked.is_path, ('https://github.com/a/b', 'git@github.com:a/b.git')))


def test_a_branch_that_moved_on_holds_what_it_held(repository: Callable[..., Path]) -> None:
    folder = repository()
    first = commit(folder, 'one.txt')
    commit(folder, 'two.txt')
    git('push', '-q', 'origin', 'master', cwd=folder)
    mine = commit(folder, 'three.txt')
    seen = open_repository(folder)
    tip = asked.tracking_tip(seen, 'origin', 'master')
    assert tip is not None
    assert asked.holds(seen, tip, first)
    assert not asked.holds(seen, tip, mine)
    assert not asked.holds(seen, '', mine)


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[str]:
    """The bare repository over HTTP, for ann with the password `s:cret` alone."""
    expected = 'Basic ' + base64.b64encode(b'ann:s:cret').decode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def answer(self) -> None:
            if self.headers.get('Authorization') != expected:
                self.send_response(401)
                self.send_header('WWW-Authenticate', 'Basic realm="git"')
                self.end_headers()
                return
            path, _, query = self.path.partition('?')
            environ = {
                **os.environ,
                'GIT_PROJECT_ROOT': str(tmp_path),
                'GIT_HTTP_EXPORT_ALL': '1',
                'REQUEST_METHOD': self.command,
                'PATH_INFO': unquote(path),
                'QUERY_STRING': query,
                'CONTENT_TYPE': self.headers.get('Content-Type', ''),
                'GIT_PROTOCOL': self.headers.get('Git-Protocol', ''),
            }
            body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
            done = subprocess.run(
                ('git', 'http-backend'), env=environ, input=body, capture_output=True
            )
            head, _, content = done.stdout.partition(b'\r\n\r\n')
            self.send_response(200)
            for line in head.decode().splitlines():
                self.send_header(*line.split(': ', 1))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f'127.0.0.1:{serving.server_port}/{quote(folder.name)}.git'
        serving.shutdown()
        thread.join()


def test_a_clone_of_one_branch_asks_its_remote_with_the_password_that_the_remote_has(
    folder: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git('push', '-q', 'origin', 'HEAD:P5-x', cwd=folder)
    sha, other = git('rev-parse', 'HEAD', cwd=folder), tmp_path / 'other'
    secret, trace = 'ann:s%3Acret', tmp_path / 'trace'
    monkeypatch.setenv('GIT_TRACE', str(trace))
    remote = f'http://{secret}@{server}'
    git('clone', '-q', '--single-branch', '--no-tags', remote, str(other), cwd=folder)
    trace.unlink()
    seen = open_repository(other)
    url = f'http://{server}'
    assert asked.remote_tip(seen, 'origin', url, 'P5-x') == sha
    assert asked.remote_tip(seen, 'origin', url, 'P6-y') == ''
    assert 'ls-remote' in trace.read_text()
    assert 'cret' not in trace.read_text()


def test_a_push_by_url_is_asked_for_with_the_password_that_stood_in_it(
    folder: Path, here: Repository, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha, url, trace = git('rev-parse', 'HEAD', cwd=folder), f'http://{server}', tmp_path / 'trace'
    monkeypatch.setenv('GIT_TRACE', str(trace))
    assert asked.remote_tip(here, url, url, 'master', secret='ann:s%3Acret') == sha
    assert asked.remote_tip(here, url, url, 'master') is None
    assert 'cret' not in trace.read_text()


def test_a_remote_without_a_tracking_ref_is_asked_where_it_pushes_to(folder: Path) -> None:
    git('push', '-q', 'origin', 'HEAD:P5-x', cwd=folder)
    git('update-ref', '-d', 'refs/remotes/origin/P5-x', cwd=folder)
    sha, seen = git('rev-parse', 'HEAD', cwd=folder), open_repository(folder)
    assert asked.tracking_tip(seen, 'origin', 'P5-x') is None
    assert asked.remote_tip(seen, 'origin', '', 'P5-x') == sha
    git('remote', 'set-url', '--push', 'origin', FETCH_URL, cwd=folder)
    bare = str(folder.parent / f'{folder.name}.git')
    git('remote', 'set-url', 'origin', bare, cwd=folder)
    git('config', '--unset', 'remote.origin.pushurl', cwd=folder)
    assert asked.tracking_tip(seen, 'origin', 'P5-x') is None
    assert asked.remote_tip(seen, 'origin', '', 'P5-x') == sha
