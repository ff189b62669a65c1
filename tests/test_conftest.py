"""The seal itself, and what every test may build on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import FETCH_URL, TOKEN, commit, git

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_demo import StandIn


def test_nothing_of_the_person_who_tests_is_seen() -> None:
    home = Path(os.environ['HOME'])
    assert list(home.iterdir()) == []
    assert Path.home() == home
    strangers = ('GH_', 'GITHUB_', 'GHAPI', 'LEARN_HOOK', 'CLAUDE', 'PRE_COMMIT')
    assert [name for name in os.environ if name.startswith(strangers)] == []
    assert 'CI' not in os.environ


def test_no_socket_leaves_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(PermissionError):
        outside.connect(('192.0.2.1', 443))


def test_no_child_process_reaches_out_by_http() -> None:
    code = 'import urllib.request; urllib.request.urlopen("https://192.0.2.1/", timeout=30)'
    child = subprocess.run((sys.executable, '-I', '-c', code), capture_output=True, text=True)
    assert 'Connection refused' in child.stderr


def test_a_repository_pushes_for_real_and_says_github(
    repository: Callable[..., Path], tmp_path: Path
) -> None:
    folder = repository()
    assert git('remote', 'get-url', 'origin', cwd=folder) == FETCH_URL
    git('switch', '-q', '-c', 'P123-x', cwd=folder)
    pushed = commit(folder, 'b/ü.txt')
    git('push', '-q', 'origin', 'P123-x', cwd=folder)
    assert git('rev-parse', 'P123-x', cwd=tmp_path / f'{folder.name}.git') == pushed
    assert git('rev-parse', 'origin/P123-x', cwd=folder) == pushed
    with pytest.raises(AssertionError, match='no such'):
        git('no such', cwd=folder)


def test_the_environment_leads_to_the_stand_in(environ_of_hub: StandIn) -> None:
    assert os.environ['GH_TOKEN'] == TOKEN
    assert os.environ['GITHUB_API_URL'] == environ_of_hub.url
