"""Which server and repository hold a plan, and who gets the token."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from learn_core.config import Settings
from learn_core.errors import LearnError, NotAPlanError, NotFoundError
from learn_core.git import open_repository
from learn_core.pipeline.target import (
    ask_gh,
    ask_ssh,
    gist_texts,
    github_of_gist,
    holder_of,
    pushed_owner,
    targets,
)
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_core.github import GitHub
    from learn_demo import StandIn

HEADER = '<!-- erk:metadata-block:plan-header -->\n```yaml\na: 1\n```\n'
PLAN = f'{HEADER}<!-- /erk:metadata-block:plan-header -->'


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    return repository()


def candidates(folder: Path, pushed_to: str = '', **given: str) -> list[GitHub]:
    settings = Settings(api_url=os.environ.get('GITHUB_API_URL'), **given)  # type: ignore[arg-type]
    return targets(open_repository(folder), pushed_to, settings, lambda _: None)


def names(folder: Path, pushed_to: str = '', **given: str) -> list[str]:
    return [github.address.full_name for github in candidates(folder, pushed_to, **given)]


def add(folder: Path, remote: str, repo: str) -> None:
    git('remote', 'add', remote, f'https://github.com/{repo}.git', cwd=folder)


def test_upstream_goes_first_then_where_it_was_pushed_then_origin(folder: Path) -> None:
    add(folder, 'fork', 'ann/widgets')
    add(folder, 'upstream', 'boss/widgets')
    assert names(folder, 'fork') == ['boss/widgets', 'ann/widgets', 'acme/widgets']
    assert names(folder) == ['boss/widgets', 'acme/widgets']


def test_a_remote_that_is_named_is_the_only_one(folder: Path) -> None:
    add(folder, 'fork', 'ann/widgets')
    assert names(folder, 'origin', remote='fork') == ['ann/widgets']


def test_a_push_by_url_counts_as_a_remote(folder: Path) -> None:
    pushed_to = 'git@github.com:ann/widgets.git'
    assert names(folder, pushed_to) == ['ann/widgets', 'acme/widgets']


def test_two_remotes_of_one_repository_are_one(folder: Path) -> None:
    add(folder, 'upstream', 'acme/widgets')
    assert names(folder, 'origin') == ['acme/widgets']


def test_a_single_remote_may_have_any_name(folder: Path) -> None:
    git('remote', 'rename', 'origin', 'hub', cwd=folder)
    assert names(folder) == ['acme/widgets']


def test_a_remote_may_have_several_urls_and_others_for_pushes(folder: Path) -> None:
    settings = Settings()
    git('remote', 'add', 'both', 'https://gitlab.com/acme/widgets.git', cwd=folder)
    for url in ('git@github.com:ann/widgets.git', 'https://gitlab.com/acme/widgets.git'):
        git('remote', 'set-url', '--add', '--push', 'both', url, cwd=folder)
    assert names(folder, 'both') == ['ann/widgets', 'acme/widgets']
    git('remote', 'set-url', '--add', 'both', 'https://github.com/boss/widgets', cwd=folder)
    assert names(folder, 'both') == ['boss/widgets', 'ann/widgets', 'acme/widgets']
    assert pushed_owner(open_repository(folder), 'both', settings) == 'ann'


def test_pushes_may_go_elsewhere_by_rule(folder: Path) -> None:
    git('config', 'url.git@github.com:ann/.pushInsteadOf', 'https://hub/', cwd=folder)
    git('remote', 'add', 'hub', 'https://hub/widgets.git', cwd=folder)
    assert names(folder, 'hub')[-2:] == ['ann/widgets', 'acme/widgets']
    assert pushed_owner(open_repository(folder), 'hub', Settings()) == 'ann'


def test_without_the_usual_names_all_remotes_count(folder: Path) -> None:
    git('remote', 'rename', 'origin', 'hub', cwd=folder)
    add(folder, 'fork', 'ann/widgets')
    assert sorted(names(folder)) == ['acme/widgets', 'ann/widgets']


def test_a_push_to_another_forge_is_no_plan_push(folder: Path) -> None:
    git('remote', 'add', 'lab', 'https://gitlab.com/acme/widgets.git', cwd=folder)
    for pushed_to in ('lab', 'https://gitlab.com/acme/widgets.git', '/srv/widgets.git'):
        with pytest.raises(NotAPlanError, match='no GitHub server'):
            candidates(folder, pushed_to)


def test_without_a_github_remote_there_is_nowhere_to_go(folder: Path) -> None:
    with pytest.raises(LearnError, match='no remote here is a GitHub repository'):
        candidates(folder, remote='gone')
    git('remote', 'remove', 'origin', cwd=folder)
    with pytest.raises(LearnError, match='no remote here is a GitHub repository'):
        candidates(folder)


def test_the_plan_is_where_the_issue_has_a_header(environ_of_hub: StandIn, folder: Path) -> None:
    hub = environ_of_hub
    add(folder, 'upstream', 'boss/widgets')
    for repo, body in (('boss/widgets', 'no plan'), ('acme/widgets', PLAN)):
        hub.add_repo(repo)
        hub.add_issue(repo, 5, body=body)
    hub.add_issue('boss/widgets', 6)
    for number, repo in ((5, 'acme/widgets'), (6, 'boss/widgets')):
        github, answer = holder_of(number, candidates(folder), Settings())
        assert github.address.full_name == repo
        assert answer.plan.number == number
    with pytest.raises(NotFoundError, match='#7'):
        holder_of(7, candidates(folder), Settings())


def test_the_plan_may_be_in_a_repository_of_its_own(environ_of_hub: StandIn, folder: Path) -> None:
    for repo in ('acme/widgets', 'acme/plans'):
        environ_of_hub.add_repo(repo)
    environ_of_hub.add_issue('acme/plans', 5, body=PLAN)
    _, answer = holder_of(5, candidates(folder, plan_repo='acme/plans'), Settings())
    assert 'acme/plans' in answer.plan.url


ISSUE = 'github.com/acme/plans'


def test_the_url_of_an_issue_names_the_repository_beside_the_work(folder: Path) -> None:
    (github,) = candidates(folder, plan_repo=ISSUE)
    assert github.address.full_name == 'acme/widgets'
    assert github.plan_address.full_name == 'acme/plans'


def test_the_url_of_an_issue_of_a_remote_means_that_remote_alone(folder: Path) -> None:
    add(folder, 'upstream', 'boss/widgets')
    (github,) = candidates(folder, plan_repo='www.github.com/Acme/Widgets')
    assert github.address.full_name == github.plan_address.full_name == 'acme/widgets'


def test_the_url_of_an_issue_on_another_host_is_an_error_that_says_so(folder: Path) -> None:
    with pytest.raises(LearnError, match=r'issue is on ghe\.example, and the remote'):
        candidates(folder, plan_repo='ghe.example/acme/widgets')
    git('remote', 'add', 'ours', 'git@ghe.example:acme/widgets.git', cwd=folder)
    (github,) = candidates(folder, 'ours', plan_repo='ghe.example/acme/widgets')
    assert github.address.host == 'ghe.example'
    with pytest.raises(LearnError, match='is not a repository'):
        candidates(folder, plan_repo='ghe.example/acme/..')


def test_whose_repository_was_pushed_to_is_told(folder: Path) -> None:
    add(folder, 'fork', 'ann/widgets')
    opened = open_repository(folder)
    for pushed_to, owner in (
        ('fork', 'ann'),
        ('git@github.com:ben/widgets.git', 'ben'),
        ('', ''),
        ('/srv/widgets.git', ''),
    ):
        assert pushed_owner(opened, pushed_to, Settings()) == owner


@pytest.fixture
def ssh_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ssh of this machine with a config of ours: it would read that of the real home."""
    config = tmp_path / 'ssh config'
    program = tmp_path / 'programs' / 'ssh'
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F "{config}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv('PATH', str(program.parent), prepend=os.pathsep)
    return config


@pytest.mark.parametrize(
    ('host', 'real', 'expected'),
    [
        ('work', 'github.com', 'github.com'),
        ('github.com-work', 'github.com', 'github.com'),
        ('work', 'ssh.github.com', 'github.com'),
        ('work', 'octo.ghe.com', 'octo.ghe.com'),
        ('work', 'GHE.example.', 'ghe.example'),
        ('work', '10.0.0.7', 'work'),
        ('ghe.example', '10.0.0.7', 'ghe.example'),
        ('ghe.example', 'git.example', 'ghe.example'),
        ('work', 'work', 'work'),
    ],
)
def test_an_alias_of_the_ssh_config_is_the_host_behind_it(
    folder: Path, ssh_config: Path, host: str, real: str, expected: str
) -> None:
    ssh_config.write_text(f'Host {host}\n  HostName {real}\n')
    for url in (f'git@{host}:acme/widgets.git', f'ssh://git@{host}/acme/widgets'):
        git('remote', 'set-url', 'origin', url, cwd=folder)
        (github,) = candidates(folder)
        assert (github.address.host, github.address.full_name) == (expected, 'acme/widgets')


def test_git_itself_resolves_what_stands_for_a_url(folder: Path, ssh_config: Path) -> None:
    ssh_config.write_text('Host work\n  HostName github.com\n')
    git('config', 'url.git@work:.insteadOf', 'gh:', cwd=folder)
    git('remote', 'set-url', 'origin', 'gh:acme/widgets', cwd=folder)
    assert candidates(folder)[0].address.host == 'github.com'


def test_ssh_is_asked_only_where_a_remote_goes_by_it(
    folder: Path, ssh_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh_config.write_text('Host ghe.example\n  HostName github.com\n')
    git('remote', 'set-url', 'origin', 'https://ghe.example/acme/widgets', cwd=folder)
    assert candidates(folder)[0].address.host == 'ghe.example'
    assert ask_ssh('-V') is None
    assert ask_ssh('a\0b') is None
    monkeypatch.setenv('PATH', '/nowhere')
    assert ask_ssh('ghe.example') is None


def test_a_gist_says_itself_where_it_is() -> None:
    for url, host in (
        ('https://gist.github.com/ann/0123456789abcdef0123', 'github.com'),
        ('https://gist.githubusercontent.com/ann/0123456789abcdef0123/raw', 'github.com'),
        ('https://gist.ghe.example.com/0123456789abcdef0123', 'ghe.example.com'),
    ):
        assert github_of_gist(url).address.host == host


@pytest.mark.parametrize('url', ['', 'gist', 'http://[', 'https://gitlab.com/x', 'https://ü/1'])
def test_what_is_no_gist_is_an_error(url: str) -> None:
    with pytest.raises(LearnError, match='is not a gist of a GitHub server'):
        github_of_gist(url)


def test_a_gist_is_read_by_anyone(
    environ_of_hub: StandIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ_of_hub.add_repo('acme/widgets')
    from learn_core.materials.packed import pack

    (github,) = candidates(folder)
    gist = github.store().put(5, pack({'a.txt': 'one'}))
    monkeypatch.delenv('GH_TOKEN')
    (text,) = gist_texts(gist.url)
    assert 'FILE: a.txt' in text


def test_gh_is_asked_if_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PATH', str(tmp_path), prepend=os.pathsep)
    program = tmp_path / 'gh'
    program.write_text(
        '#!/bin/sh\n[ "$*" = "auth token --hostname github.com" ] && echo " word "\n'
    )
    program.chmod(0o755)
    assert ask_gh('github.com') == 'word'
    assert ask_gh('example.com') is None
    monkeypatch.setenv('PATH', '/nowhere')
    assert ask_gh('github.com') is None


def test_a_server_without_a_token_does_not_stand_in_the_way(
    environ_of_hub: StandIn, folder: Path
) -> None:
    environ_of_hub.add_repo('acme/widgets')
    environ_of_hub.add_issue('acme/widgets', 5, body=PLAN)
    add(folder, 'upstream', 'boss/widgets')
    environ_of_hub.misbehave(status=403, body='{"message": "no"}', body_contains='boss')
    github, answer = holder_of(5, candidates(folder), Settings())
    assert (github.address.full_name, answer.plan.number) == ('acme/widgets', 5)
