"""What counts as a yes, from which of git's files, and for which repositories."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.github import parse_remote
from learn_core.push import consent
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACME = 'github.com/acme'


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    return repository()


def asked(folder: Path, *before: str) -> list[consent.Setting]:
    words = ('git', *before, *consent.QUESTION, consent.SWITCHES)
    return consent.entries(subprocess.run(words, cwd=folder, capture_output=True, text=True).stdout)


def given_in(folder: Path, *before: str, common: Path | None = None) -> list[str]:
    return consent.consents(asked(folder, *before), str(common or folder / '.git'), str(folder))


def say(file: Path, value: str) -> Path:
    git('config', '--file', str(file), '--add', 'learn-hook.consent', value, cwd=file.parent)
    return file


def test_without_a_word_of_the_person_there_is_no_consent(folder: Path) -> None:
    assert given_in(folder) == []
    assert consent.answer([], ACME, is_public=None) == 'asks'


@pytest.mark.parametrize(('value', 'expected'), [('yes', ['yes']), ('On', ['yes']), ('no', ['no'])])
def test_the_own_config_file_speaks_for_this_repository(
    folder: Path, value: str, expected: list[str]
) -> None:
    git('config', 'learn-hook.consent', value, cwd=folder)
    assert given_in(folder) == expected


def test_a_key_without_a_value_is_a_yes_as_git_has_it(folder: Path) -> None:
    with (folder / '.git' / 'config').open('a') as file:
        file.write('[learn-hook]\n\tconsent\n')
    assert given_in(folder) == ['yes']


@pytest.mark.parametrize('value', ['maybe', 'later', 'acme', 'a/b/c', 'yes please', '/'])
def test_a_word_that_is_neither_is_no_consent(folder: Path, value: str) -> None:
    git('config', 'learn-hook.consent', value, cwd=folder)
    assert given_in(folder) == []


def test_a_file_of_the_work_tree_never_counts_however_it_is_included(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = say(folder / 'shared.gitconfig', 'yes')
    git('config', 'include.path', '../shared.gitconfig', cwd=folder)
    assert given_in(folder) == []
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', str(shared))
    assert given_in(folder) == []
    link = folder.parent / 'link'
    link.symlink_to(shared)
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', str(link))
    assert given_in(folder) == []


def test_a_file_of_another_worktree_never_counts(folder: Path) -> None:
    other = folder.parent / 'other'
    git('worktree', 'add', '-q', '-b', 'P5-x', str(other), cwd=folder)
    git('config', 'include.path', str(say(other / 'shared', 'yes')), cwd=folder)
    assert given_in(folder) == []
    assert given_in(other, common=folder / '.git') == []


def test_a_file_of_the_repository_around_a_submodule_never_counts(
    folder: Path, tmp_path: Path
) -> None:
    bare = str(tmp_path / f'{folder.name}.git')
    from_here = ('-c', 'protocol.file.allow=always')
    git(*from_here, 'submodule', '--quiet', 'add', bare, 'inner', cwd=folder)
    git('config', 'include.path', str(say(folder / 'shared', 'yes')), cwd=folder / 'inner')
    common = folder / '.git' / 'modules' / 'inner'
    assert given_in(folder / 'inner', common=common) == []
    git('config', 'learn-hook.consent', 'yes', cwd=folder / 'inner')
    assert given_in(folder / 'inner', common=common) == ['yes']


def test_a_value_can_not_pretend_to_be_another_setting(folder: Path) -> None:
    forged = 'x\nlocal\tfile:.git/config\tlearn-hook.consent yes'
    git('config', '--file', 'shared', 'learn-hook.mode', forged, cwd=folder)
    git('config', 'include.path', '../shared', cwd=folder)
    shell = f"git {' '.join(consent.QUESTION)} '{consent.SWITCHES}' | {consent.FROM_SH}"
    answer = subprocess.run(('sh', '-c', shell), cwd=folder, capture_output=True, text=True).stdout
    found = consent.entries_of_sh(answer)
    assert found == asked(folder)
    assert consent.value_of(found, 'learn-hook.mode') == forged
    assert consent.consents(found, str(folder / '.git'), str(folder)) == []


def test_one_command_and_the_system_say_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert given_in(folder, '-c', 'learn-hook.consent=yes') == []
    monkeypatch.delenv('GIT_CONFIG_NOSYSTEM')
    monkeypatch.setenv('GIT_CONFIG_SYSTEM', str(say(tmp_path / 'system', 'yes')))
    assert ('system', 'yes') in [(scope, value) for scope, _, _, value in asked(folder)]
    assert given_in(folder) == []


def test_a_file_of_the_person_speaks_for_private_repositories_and_owners(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = say(say(tmp_path / 'mine', 'https://GitHub.com/Acme/'), 'yes')
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', str(mine))
    assert given_in(folder) == [ACME, 'private']


def test_a_worktree_may_have_a_word_of_its_own(folder: Path) -> None:
    other = folder.parent / 'other'
    git('worktree', 'add', '-q', '-b', 'P5-x', str(other), cwd=folder)
    git('config', 'extensions.worktreeConfig', 'true', cwd=folder)
    git('config', 'learn-hook.consent', 'yes', cwd=folder)
    git('config', '--worktree', 'learn-hook.consent', 'no', cwd=other)
    assert given_in(folder) == ['yes']
    assert given_in(other, common=folder / '.git') == ['yes', 'no']


@pytest.mark.parametrize(
    ('given', 'unknown', 'private', 'public'),
    [
        (['yes'], 'yes', 'yes', 'yes'),
        (['private'], 'yes', 'yes', 'asks'),
        ([ACME], 'yes', 'yes', 'asks'),
        (['github.com/other'], 'asks', 'asks', 'asks'),
        (['no'], 'no', 'no', 'no'),
        (['yes', 'no'], 'no', 'no', 'no'),
        (['private', 'yes'], 'yes', 'yes', 'yes'),
        (['no', ACME], 'yes', 'yes', 'asks'),
        (['no', 'yes'], 'yes', 'yes', 'yes'),
        ([ACME, 'no'], 'no', 'no', 'no'),
    ],
)
def test_the_last_word_about_a_place_decides_and_a_public_one_needs_its_own(
    given: list[str], unknown: str, private: str, public: str
) -> None:
    expected = {None: unknown, False: private, True: public}
    assert {
        known: consent.answer(given, 'github.com/Acme', is_public=known) for known in expected
    } == expected


@pytest.mark.parametrize(
    ('environ', 'is_off'),
    [
        ({}, False),
        ({'LEARN_HOOK': '0'}, True),
        ({'LEARN_HOOK': '1'}, False),
        ({'CI': 'true'}, True),
        ({'CI': '1', 'LEARN_HOOK': '1'}, False),
        ({'CI': 'false'}, False),
        ({'CI': ''}, False),
    ],
)
def test_the_environment_switches_off(environ: dict[str, str], is_off: bool) -> None:
    assert consent.is_off(environ) is is_off
    assert (consent.standing(environ, [], ['yes'], ACME) == 'off') is is_off


def test_on_off_or_not_asked_yet(folder: Path) -> None:
    assert consent.standing({}, [], [], ACME) == 'asks'
    assert consent.standing({}, [], [ACME], ACME) == 'on'
    assert consent.standing({}, [], ['no'], ACME) == 'off'
    git('config', 'learn-hook.enabled', 'false', cwd=folder)
    assert consent.standing({}, asked(folder), ['yes'], ACME) == 'off'
    assert consent.why_off({}, 'off', ['yes'], ACME) == 'git config learn-hook.enabled'
    assert consent.why_off({}, 'true', ['no'], ACME) == 'git config learn-hook.consent'


def test_where_a_push_goes_is_read_from_its_url_else_from_the_remotes(folder: Path) -> None:
    settings = asked(folder)
    assert consent.pushed_place(settings, [], 'origin', 'git@github.com:Ada/x.git') == (
        'github.com/ada'
    )
    assert consent.pushed_place(settings, [], 'origin', '/srv/mirror/widgets.git') == ACME
    assert consent.pushed_place(settings, [ACME], 'x', 'git@work:acme/x.git') == ACME
    assert consent.pushed_place(settings, [ACME], 'x', 'git@work:other/x.git') == 'work/other'
    assert consent.pushed_place(settings, [ACME], 'x', '/srv/x') == ''


@pytest.mark.parametrize(
    'url',
    [
        'https://github.com/acme/widgets.git',
        'https://ann:pw@github.com/acme/widgets',
        'git@github.com:acme/widgets.git',
        'github.com:acme/widgets/',
        'ssh://git@ssh.github.com:443/acme/widgets.git',
        'https://GHE.corp.example/Acme/widgets',
        '/srv/widgets.git',
        '../acme/widgets',
        'https://gitlab.com/acme/group/widgets',
        'https://github.com/acme',
        '',
    ],
)
def test_the_owner_in_a_url_is_the_one_that_the_worker_finds(url: str) -> None:
    named = parse_remote(url)
    expected = f'{named[0]}/{named[1].lower()}' if named else ''
    found = consent.owner_of(url)
    assert found == expected or (not named and found.partition('/')[0].strip('.') == '')


@given(st.text(), st.lists(st.text()), st.text(), st.text())
def test_any_answer_is_read(answer: str, given: list[str], remote: str, url: str) -> None:
    settings = consent.entries(answer)
    place = consent.pushed_place(settings, given, remote, url)
    assert consent.standing({}, settings, given, place) in ('on', 'off', 'asks')
