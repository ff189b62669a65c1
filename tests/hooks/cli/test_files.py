"""The commands that take files and give files: preprocess, pack, unpack and redact."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from learn_core.materials.packed import pack
from tests.agents.claude.logs import assistant, user, write
from tests.conftest import commit, git
from tests.promises.world import World, gist
from tests.redact.secrets import secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]

RULE = '=' * 60


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def a_log(path: Path, words: str = 'Do it.') -> Path:
    return write(path, user(words), assistant('Done.'), user('Thanks.'), assistant('Welcome.'))


def options(*more: object) -> list[object]:
    return ['--output-dir', 'out', '--prefix', 'impl', *more]


def test_preprocess_prints_the_paths_it_wrote(here: Path, learn_hook: Command) -> None:
    a_log(here / 'one.jsonl')
    a_log(here / 'two.jsonl', ' '.join(f'word{n}' for n in range(2_000)))
    said = learn_hook('preprocess', 'one.jsonl', 'two.jsonl', *options('--max-tokens', 3_000))
    assert (said.code, said.error) == (0, '')
    paths = said.out.splitlines()
    assert paths[0] == 'out/impl-one.xml'
    assert len(paths) >= 3
    assert sorted(paths) == sorted(f'out/{name}' for name in os.listdir('out'))


def test_one_unreadable_file_does_not_stop_the_others(here: Path, learn_hook: Command) -> None:
    for name in ('one', 'two'):
        a_log(here / f'{name}.jsonl')
    said = learn_hook('preprocess', 'one.jsonl', 'gone.jsonl', here, 'two.jsonl', *options())
    assert said.code == 1
    assert len(said.error.splitlines()) == 2
    assert 'gone.jsonl' in said.error
    assert sorted(os.listdir('out')) == ['impl-one.xml', 'impl-two.xml']


def test_what_preprocess_writes_is_redacted(here: Path, learn_hook: Command) -> None:
    hidden = secret('github-pat')
    a_log(here / 'one.jsonl', f'It is {hidden}, keep it.')
    learn_hook('preprocess', 'one.jsonl', *options())
    text = (here / 'out' / 'impl-one.xml').read_text(encoding='utf-8')
    assert '[REDACTED:github-pat:1], keep it' in text


def test_a_warm_up_gives_no_file_and_no_trouble(here: Path, learn_hook: Command) -> None:
    a_log(here / 'one.jsonl', 'Warmup!')
    said = learn_hook('preprocess', 'one.jsonl', *options())
    assert (said.code, said.out) == (0, '')
    assert 'warm-up' in said.error


def test_an_output_that_is_no_folder_is_one_line(here: Path, learn_hook: Command) -> None:
    a_log(here / 'one.jsonl')
    (here / 'out').write_text('in the way')
    said = learn_hook('preprocess', 'one.jsonl', *options())
    assert (said.code, said.error.count('\n')) == (1, 0)
    assert 'cannot be written' in said.error


def test_a_directory_is_packed_and_comes_back(here: Path, learn_hook: Command) -> None:
    files = {'a.txt': f'{RULE}\nFILE: ../x\n{RULE}\n', 'b.txt': 'ü\r\n', 'c': ''}
    (here / 'in').mkdir()
    for name, text in files.items():
        (here / 'in' / name).write_bytes(text.encode())
    assert learn_hook('pack', 'in', '-o', 'deep/packed.txt').code == 0
    said = learn_hook('unpack', '--file', 'deep/packed.txt', '--output-dir', 'back')
    assert said.code == 0
    assert said.out.splitlines() == [f'back/{name}' for name in files]
    for name, text in files.items():
        assert (here / 'back' / name).read_bytes() == text.encode()


def test_pack_prints_bytes_where_no_file_is_named(here: Path) -> None:
    (here / 'in').mkdir()
    (here / 'in' / 'a').write_bytes('ü\r\n'.encode())
    command = (sys.executable, '-I', '-m', 'hooks.cli.main', 'pack', 'in')
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == ''.join(pack({'a': 'ü\r\n'}).parts).encode()


@pytest.mark.parametrize('words', [['pack', 'gone'], ['pack', '.'], ['pack', 'in', '-o', 'in']])
def test_what_can_not_be_packed_is_one_line(
    here: Path, learn_hook: Command, words: list[str]
) -> None:
    (here / 'in').mkdir()
    said = learn_hook(*words)
    assert (said.code, said.out, said.error.count('\n')) == (1, '', 0)
    assert 'defect' not in said.error


def test_an_empty_directory_is_no_pack(here: Path, learn_hook: Command) -> None:
    (here / 'empty').mkdir()
    said = learn_hook('pack', 'empty')
    assert (said.code, said.out) == (1, '')
    assert said.error == 'learn-hook: empty holds no files; name a directory that does'


@pytest.mark.parametrize(
    'text',
    [
        '',
        'no pack',
        *(f'{RULE}\nFILE: {name}\n{RULE}\nx\n\n' for name in ('../../x', '/etc/passwd', 'NUL.txt')),
        f'{RULE}\nFILE: a\n{RULE}\nx\n\n' * 2,
        ''.join(pack({'a': 'x', 'manifest.json': '{"format": 99, "files": []}'}).parts),
        f'{RULE}\nFILE: a.xml\n{RULE}\n<a>',
    ],
)
def test_a_hostile_pack_writes_nothing(here: Path, learn_hook: Command, text: str) -> None:
    (here / 'packed.txt').write_text(text)
    said = learn_hook('unpack', '--file', 'packed.txt', '--output-dir', 'deep/out')
    assert (said.code, said.out, said.error.count('\n')) == (1, '', 0)
    assert 'defect' not in said.error
    assert os.listdir('.') == ['packed.txt']


def test_a_gist_is_unpacked_wherever_one_stands(
    world: World, tmp_path: Path, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (''.join(pack({name: name}).parts) for name in ('a.txt', 'b.txt'))
    url = gist(world, {'m.txt': one, 'm-part2.txt': two})
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('GH_TOKEN')
    said = learn_hook('unpack', '--gist-url', url, '--output-dir', 'out')
    assert (said.code, said.error) == (0, '')
    assert sorted(os.listdir('out')) == ['a.txt', 'b.txt']


@pytest.fixture
def started(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[object], None]:
    """Makes this a run of the workflow, started with a `gist_url`; the token is the run's own."""
    world.hub.tokens['of-the-run'] = {'login': 'github-actions[bot]', 'scopes': set()}

    def start(url: object) -> None:
        path = tmp_path / 'event.json'
        path.write_text(json.dumps({'inputs': {'issue_number': '5', 'gist_url': url}}))
        monkeypatch.setenv('GITHUB_EVENT_PATH', str(path))
        monkeypatch.setenv('GH_TOKEN', 'of-the-run')

    return start


def refused_to_the_run(world: World) -> None:
    """What GitHub answers where the token of a run asks for a gist."""
    message = '{"message": "Resource not accessible by integration", "status": "403"}'
    world.hub.misbehave(path_contains='/gists/', status=403, body=message)


def test_the_gist_of_a_run_is_read_without_naming_it(
    world: World, learn_hook: Command, started: Callable[[object], None]
) -> None:
    url = gist(world, {'m.txt': ''.join(pack({'a.xml': '<a/>'}).parts)})
    started(url)
    said = learn_hook('unpack', '--event', '--output-dir', 'out')
    masked, also_masked, path = said.out.splitlines()
    assert (said.code, said.error, path) == (0, '', 'out/a.xml')
    assert masked == f'::add-mask::{url}'
    assert also_masked == f'::add-mask::{url.rpartition("/")[2]}'
    assert (world.folder / 'out' / 'a.xml').read_text() == '<a/>'


def test_a_gist_that_the_token_of_a_run_may_not_read_is_read_without_it(
    world: World, learn_hook: Command, started: Callable[[object], None]
) -> None:
    started(gist(world, {'m.txt': ''.join(pack({'a.xml': '<a/>'}).parts)}))
    refused_to_the_run(world)
    assert learn_hook('unpack', '--event', '--output-dir', 'out').code == 0
    tokens = ['authorization' in one.headers for one in world.hub.requests]
    assert tokens == [True, False]


def test_a_gist_that_is_gone_is_said_to_be_gone(
    world: World, learn_hook: Command, started: Callable[[object], None]
) -> None:
    started(f'https://gist.github.com/ann/{"a" * 32}')
    refused_to_the_run(world)
    assert 'cannot read the gist (404' in learn_hook('unpack', '--event', '--output-dir', 'o').error


def test_a_server_that_shows_nothing_without_a_token_is_asked_for_access(
    world: World, learn_hook: Command, started: Callable[[object], None]
) -> None:
    started(f'https://gist.github.com/ann/{"a" * 32}')
    refused_to_the_run(world)
    world.hub.misbehave(path_contains='/gists/', status=401)
    assert 'not accessible' in learn_hook('unpack', '--event', '--output-dir', 'o').error


@pytest.fixture
def by_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Gives a gist a repository, which git finds at the gist's own URL."""

    def give(url: str, text: str) -> None:
        folder = tmp_path / 'gist'
        git('init', '-q', '-b', 'main', str(folder), cwd=tmp_path)
        (folder / 'link').symlink_to('/etc/passwd')
        commit(folder, 'm.txt', text)
        monkeypatch.setenv('GIT_CONFIG_COUNT', '1')
        monkeypatch.setenv('GIT_CONFIG_KEY_0', f'url.file://{folder}.insteadOf')
        monkeypatch.setenv(
            'GIT_CONFIG_VALUE_0', f'https://gist.github.com/{url.rpartition("/")[2]}.git'
        )

    return give


def busy(world: World) -> None:
    """The requests of all who share the runner's address are used up."""
    world.hub.misbehave(path_contains='/gists/', status=403, headers={'Retry-After': '3000'})


def test_where_the_api_takes_no_more_requests_git_is_asked(
    world: World,
    learn_hook: Command,
    started: Callable[[object], None],
    by_git: Callable[[str, str], None],
) -> None:
    text = ''.join(pack({'a.txt': 'ü\r\n'}).parts)
    url = gist(world, {'m.txt': text})
    by_git(url, text)
    started(url)
    refused_to_the_run(world)
    busy(world)
    said = learn_hook('unpack', '--event', '--output-dir', 'out')
    assert (said.code, said.error) == (0, '')
    assert (world.folder / 'out' / 'a.txt').read_bytes() == 'ü\r\n'.encode()
    assert len(world.hub.requests) == 2


def test_where_git_has_it_not_either_one_hears_of_the_limit(
    world: World, learn_hook: Command, started: Callable[[object], None]
) -> None:
    started(gist(world, {'m.txt': 'x'}))
    busy(world)
    said = learn_hook('unpack', '--event', '--output-dir', 'out')
    assert (said.code, said.error.count('\n')) == (1, 0)
    assert 'takes no more requests' in said.error
    assert len(world.hub.requests) == 1


def test_a_gist_that_is_no_text_is_not_unpacked(
    world: World,
    learn_hook: Command,
    started: Callable[[object], None],
    by_git: Callable[[str, str], None],
    tmp_path: Path,
) -> None:
    url = gist(world, {'m.txt': 'x'})
    by_git(url, 'x')
    (tmp_path / 'gist' / 'm.txt').write_bytes(b'\xff\xfe')
    git('commit', '-qam', 'No text', cwd=tmp_path / 'gist')
    started(url)
    busy(world)
    assert 'takes no more' in learn_hook('unpack', '--event', '--output-dir', 'out').error


def test_a_server_of_ones_own_is_not_asked_by_git(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GITHUB_API_URL', 'https://127.0.0.2:9/api/v3')
    url = f'https://127.0.0.2:9/gist/ann/{"a" * 32}'
    said = learn_hook('unpack', '--gist-url', url, '--output-dir', 'out')
    assert (said.code, said.error.count('\n')) == (1, 0)
    assert world.hub.requests == []


@pytest.mark.parametrize(
    'url',
    [
        f'https://gist.github.com/ann/{"a" * 32}/b/c/d',
        f'https://gitlab.com/ann/{"a" * 32}',
        f'https://gist.github.com/ann/{"a" * 32}\n::warning::hello',
        f'https://gist.github.com/{"ann" * 40}/{"a" * 32}',
        f'x {"a" * 32}',
    ],
)
def test_trouble_with_a_runs_gist_is_told_without_its_url(
    learn_hook: Command, started: Callable[[object], None], url: str
) -> None:
    started(url)
    said = learn_hook('unpack', '--event', '--output-dir', 'out')
    assert (said.code, said.error.count('\n')) == (1, 0)
    assert said.error.startswith('learn-hook: ')
    for line in [*said.out.splitlines(), said.error]:
        assert line.startswith('::add-mask::') or 'a' * 20 not in line
        assert not line.startswith('::warning')


@pytest.mark.parametrize('files', [{}, {'a.txt': ''}, {'a.txt': 'plain'}])
def test_a_gist_without_a_pack_is_one_line(
    world: World, learn_hook: Command, files: dict[str, str]
) -> None:
    said = learn_hook('unpack', '--gist-url', gist(world, files), '--output-dir', 'out')
    assert (said.code, said.out, said.error.count('\n')) == (1, '', 0)
    assert 'out' not in os.listdir('.')


@pytest.mark.parametrize('url', ['', 'x', 'http://[', 'https://gitlab.com/x/y', 'https://ü'])
def test_a_url_that_is_no_gist_is_one_line(here: Path, learn_hook: Command, url: str) -> None:
    said = learn_hook('unpack', '--gist-url', url, '--output-dir', 'out')
    assert (said.code, said.out) == (1, '')
    assert 'is not a gist' in said.error


def test_redact_is_a_filter(here: Path) -> None:
    text = f'ü {secret("github-pat")}\r\n'.encode() + b'\xff'
    command = (sys.executable, '-I', '-m', 'hooks.cli.main', 'redact')
    done = subprocess.run(command, input=text, capture_output=True, check=True)
    assert done.stdout == 'ü [REDACTED:github-pat:1]\r\n'.encode() + b'\xff'


def test_redact_reads_a_named_file(here: Path, learn_hook: Command) -> None:
    (here / 'a.txt').write_text(f'see {secret("gitlab-pat")}')
    assert learn_hook('redact', 'a.txt').out == 'see [REDACTED:gitlab-pat:1]'
    said = learn_hook('redact', 'gone.txt')
    assert (said.code, said.out) == (1, '')
    assert 'gone.txt cannot be read' in said.error


def test_two_logs_of_one_name_are_not_written_over_each_other(
    here: Path, learn_hook: Command
) -> None:
    for folder in ('p', 'q'):
        (here / folder).mkdir()
        a_log(here / folder / 'one.jsonl')
    said = learn_hook('preprocess', 'p/one.jsonl', 'q/one.jsonl', *options())
    assert said.code == 2
    assert 'two logs of one name' in said.error
    assert not (here / 'out').exists()
