from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import LearnError
from learn_core.github import Address, address_of, parse_remote, token_for
from learn_core.github.address import beside

GHES = 'https://ghe.corp.example/o/r'


def the_address(url: str, api_url: str | None = None, graphql_url: str | None = None) -> Address:
    found = address_of(url, api_url=api_url, graphql_url=graphql_url)
    assert found is not None
    return found


@pytest.mark.parametrize(
    'url',
    [
        'https://github.com/o/r',
        'https://github.com/o/r.git',
        'https://github.com/o/r/',
        'https://github.com:443/o/r.git/',
        'https://user@github.com/o/r.git',
        'https://user:pass@github.com/o/r.git',
        'https://www.github.com/o/r',
        'https://GitHub.com/o/r',
        'http://github.com/o/r',
        'HTTPS://github.com/o/r',
        'ssh://git@github.com/o/r.git',
        'ssh://git@github.com:22/o/r.git',
        'ssh://git@ssh.github.com:443/o/r.git',
        'git+ssh://git@github.com/o/r.git',
        'git://github.com/o/r.git',
        'git@github.com:o/r.git',
        'git@github.com:/o/r.git',
        'github.com:o/r',
        'git@ssh.github.com:o/r',
    ],
)
def test_every_way_to_write_a_github_remote_is_read(url: str) -> None:
    assert parse_remote(url) == ('github.com', 'o', 'r')


@pytest.mark.parametrize(
    'url',
    [
        '',
        '/srv/git/o/r.git',
        '../o/r.git',
        './o/r',
        'o/r',
        'file:///srv/git/r.git',
        r'C:\git\o\r',
        'C:/o/r',
        r'\\server\o\r',
        'https://github.com/o',
        'https://github.com/o/.git',
        'https://github.com/o/..',
        'https://github.com/a/b/c',
        'git@gitlab.example.com:group/sub/project.git',
        'https://github.com/o/r?x=1',
        'https://github.com/o/r#x',
        'https://github.com\\@evil.example/o/r',
        'https://github.com /o/r',
        'https://git\thub.com/o/r',
        'https://github.com:99999999/o/r',
        'https://[::1/o/r',
        'https://gíthub.com/o/r',
        'ftp://github.com/o/r',
        'ext::sh -c x',
    ],
)
def test_what_is_no_owner_and_repo_on_a_host_is_none(url: str) -> None:
    assert parse_remote(url) is None


def test_the_port_of_the_pages_belongs_to_the_host_and_that_of_ssh_does_not() -> None:
    assert parse_remote('http://127.0.0.1:8080/o/r.git') == ('127.0.0.1:8080', 'o', 'r')
    assert parse_remote('http://[::1]:8080/o/r.git') == ('[::1]:8080', 'o', 'r')
    assert parse_remote('ssh://git@ghe.corp.example:2222/o/r') == ('ghe.corp.example', 'o', 'r')


@given(st.text() | st.from_regex(r'(https?|ssh|git)?(://)?[a-z@:\[\].]*[:/][\w/.%?#-]*'))
def test_no_text_makes_parse_remote_raise(url: str) -> None:
    found = parse_remote(url)
    assert found is None or all(found)


@pytest.mark.parametrize(
    ('url', 'rest', 'graphql'),
    [
        ('git@github.com:o/r', 'https://api.github.com', 'https://api.github.com/graphql'),
        (
            'git@octo.ghe.com:o/r',
            'https://api.octo.ghe.com',
            'https://api.octo.ghe.com/graphql',
        ),
        (GHES, 'https://ghe.corp.example/api/v3', 'https://ghe.corp.example/api/graphql'),
        (
            'https://ghe.corp.example:8443/o/r',
            'https://ghe.corp.example:8443/api/v3',
            'https://ghe.corp.example:8443/api/graphql',
        ),
        ('https://ghe.com.evil.example/o/r', *['https://ghe.com.evil.example/api/v3'] * 2),
    ],
)
def test_each_kind_of_server_has_its_own_bases(url: str, rest: str, graphql: str) -> None:
    found = the_address(url)
    assert (found.rest, found.graphql.replace('/api/graphql', '/api/v3')) == (
        rest,
        graphql.replace('/api/graphql', '/api/v3'),
    )
    assert not found.chosen


@pytest.mark.parametrize(
    'url',
    [
        'git@gitlab.com:o/r',
        'https://gitlab.corp.example/o/r',
        'https://code.gitlab-ee.example/o/r',
        'git@bitbucket.org:o/r',
        'https://bitbucket.corp.example/o/r',
        'https://codeberg.org/o/r',
        'https://dev.azure.com/o/r',
        'https://org.visualstudio.com/o/r',
        'https://git.sr.ht/~o/r',
        'https://gist.github.com/o/0123456789abcdef0123',
    ],
)
def test_another_forge_is_never_github_even_beside_a_stand_in(url: str) -> None:
    assert address_of(url, api_url='http://127.0.0.1:1', graphql_url=None) is None


def test_a_path_has_no_address() -> None:
    assert address_of('/srv/git/r.git', api_url='http://127.0.0.1:1', graphql_url=None) is None


@pytest.mark.parametrize('api_url', ['https://api.github.com', 'https://api.github.com/'])
def test_the_base_that_ci_sets_is_that_of_github(api_url: str) -> None:
    found = the_address('git@github.com:o/r', api_url)
    assert found.rest == 'https://api.github.com'
    assert found.chosen


def test_the_base_that_ci_sets_does_not_get_another_hosts_repository() -> None:
    found = the_address(GHES, 'https://api.github.com', 'https://api.github.com/graphql')
    assert found == the_address(GHES)


@pytest.mark.parametrize('api_url', ['https://ghe.corp.example/api/v3', 'http://localhost:81/x/'])
def test_a_base_of_the_remotes_host_or_of_this_machine_is_taken(api_url: str) -> None:
    found = the_address(GHES, api_url)
    assert found.rest == api_url.rstrip('/')
    assert found.chosen


def test_the_graphql_url_counts_on_the_host_of_the_base_only() -> None:
    near = the_address('git@github.com:o/r', None, 'https://api.github.com/other')
    far = the_address('git@github.com:o/r', None, 'https://evil.example/graphql')
    assert near.graphql == 'https://api.github.com/other'
    assert far.graphql == 'https://api.github.com/graphql'


@pytest.mark.parametrize(
    'api_url',
    [
        'http://ghe.corp.example/api/v3',
        'ghe.corp.example/api/v3',
        'https://user:pass@ghe.corp.example',
        'https://ghe.corp.example?x',
        'https://',
        'https://[::1',
        'ftp://ghe.corp.example',
    ],
)
def test_a_base_that_is_no_https_url_is_refused(api_url: str) -> None:
    with pytest.raises(LearnError) as caught:
        address_of(GHES, api_url=api_url, graphql_url=None)
    assert 'pass' not in str(caught.value)


def test_another_repository_of_the_server_is_named_by_owner_and_name() -> None:
    found = beside(the_address(GHES), 'team/plans')
    assert (found.full_name, found.rest) == ('team/plans', 'https://ghe.corp.example/api/v3')


@pytest.mark.parametrize('name', ['plans', 'a/b/c', '../x', '/x', 'https://github.com/o/r'])
def test_what_names_no_repository_is_refused(name: str) -> None:
    with pytest.raises(LearnError):
        beside(the_address(GHES), name)


ALL = {'GH_TOKEN': 'one', 'GITHUB_TOKEN': 'two', 'GH_ENTERPRISE_TOKEN': 'three'}


@pytest.mark.parametrize(
    ('url', 'api_url', 'environ', 'token'),
    [
        ('git@github.com:o/r', None, ALL, 'one'),
        ('git@github.com:o/r', None, {'GITHUB_TOKEN': 'two'}, 'two'),
        ('git@github.com:o/r', None, {'GH_TOKEN': ' ', 'GITHUB_TOKEN': 'two\n'}, 'two'),
        ('git@github.com:o/r', None, {'GH_TOKEN': 'a b'}, 'gh for github.com'),
        ('git@github.com:o/r', None, {'GH_TOKEN': 'a\nb'}, 'gh for github.com'),
        ('git@github.com:o/r', None, {'GH_TOKEN': 'é'}, 'gh for github.com'),
        ('git@github.com:o/r', None, {'GH_ENTERPRISE_TOKEN': 'x'}, 'gh for github.com'),
        ('git@octo.ghe.com:o/r', None, ALL, 'one'),
        (GHES, None, ALL, 'three'),
        (GHES, None, {'GH_TOKEN': 'one', 'GITHUB_TOKEN': 'two'}, 'gh for ghe.corp.example'),
        (GHES, None, {**ALL, 'GH_HOST': 'ghe.corp.example'}, 'three'),
        (GHES, None, {**ALL, 'GH_HOST': 'other.example'}, 'gh for ghe.corp.example'),
        (GHES, 'https://ghe.corp.example/api/v3', ALL, 'one'),
        (GHES, 'https://api.github.com', ALL, 'three'),
        ('https://stranger.example/o/r', None, {'GITHUB_TOKEN': 'two'}, 'gh for stranger.example'),
        ('git@github.com:o/r', 'http://127.0.0.1:1', ALL, 'one'),
        ('git@github.com:o/r', 'http://127.0.0.1:1', {}, None),
    ],
)
def test_each_server_gets_the_token_that_is_meant_for_it(
    url: str, api_url: str | None, environ: dict[str, str], token: str | None
) -> None:
    def ask_gh(host: str) -> str:
        return f'gh-for-{host}'

    expected = token.replace(' ', '-') if token else token
    assert token_for(the_address(url, api_url), environ, ask_gh) == expected


def test_without_any_token_there_is_none() -> None:
    assert token_for(the_address('git@github.com:o/r'), {}, lambda _: None) is None
