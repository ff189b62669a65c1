"""Nothing secret leaves the machine, whatever the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import records
from tests.conftest import TOKEN, git
from tests.promises.world import (
    REPO,
    branch,
    learn_hook,
    materials,
    said,
    session,
    small_plan,
)
from tests.redact.secrets import filled, secret

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World

SETTING = 'words-of-a-setting'
HIDDEN = secret('github-pat', 5)
PASSWORD = filled('{alnum:14}')[1][0]


def sent(world: World) -> str:
    return json.dumps([gist.files for gist in world.hub.gists.values()])


@pytest.fixture
def leaky(world: World) -> World:
    """A session that saw a token, a password, a value of `.env`, and the token in use."""
    small_plan(world, 5)
    words = f'{HIDDEN} and DB_PASSWORD={PASSWORD} and {SETTING} and {TOKEN}'
    session(world, 'session-5', said_by_person=words)
    (world.folder / '.gitignore').write_text('.env\n')
    (world.folder / '.env').write_text(f'MY_TOKEN={SETTING}\n')
    return world


def test_what_is_sent_holds_no_secret(leaky: World) -> None:
    done = learn_hook(leaky, '--issue', '5')
    assert done.code == 0, done.words
    text = sent(leaky)
    for one in (HIDDEN, PASSWORD, SETTING, TOKEN):
        assert one not in text
    assert '[REDACTED:github-pat:1]' in materials(leaky)['impl-session-5.xml']


def test_the_manifest_and_a_dry_run_tell_kinds_and_no_values(leaky: World) -> None:
    done = learn_hook(leaky, '--issue', '5', '--dry-run', '--json')
    *_, line = (line for line in done.words.splitlines() if line.startswith('{'))
    counted = json.loads(line)['redactions']
    assert counted == {'github-pat': 1, 'local-secret': 2, 'password': 1}
    assert not any(one in done.words for one in (HIDDEN, PASSWORD, SETTING, TOKEN))
    done = learn_hook(leaky, '--issue', '5', '--dry-run')
    assert '1 github-pat, 2 local-secret, 1 password' in done.words


def test_the_same_logs_with_the_same_known_values_give_the_same_bytes(leaky: World) -> None:
    learn_hook(leaky, '--issue', '5')
    first = materials(leaky)
    learn_hook(leaky, '--issue', '5', '--force')
    assert materials(leaky) == first


def test_what_was_prepared_is_sent_from_another_shell_as_it_was(leaky: World) -> None:
    leaky.hub.misbehave(
        status=429, headers={'Retry-After': '3600'}, path_contains='/gists', method='POST'
    )
    learn_hook(leaky, '--issue', '5')
    (record,) = records(leaky.common)
    prepared = (record.folder / 'learn-materials-plan-5.txt').read_text()
    (leaky.folder / '.env').unlink()
    learn_hook(leaky, 'retry')
    assert prepared in [text for gist in leaky.hub.gists.values() for text in gist.files.values()]
    assert SETTING not in sent(leaky)


def test_an_error_and_the_log_tell_no_secret(leaky: World) -> None:
    leaky.hub.misbehave(
        status=422, body=json.dumps({'message': f'bad {SETTING}'}), path_contains='/gists'
    )
    done = learn_hook(leaky, '--issue', '5')
    (record,) = records(leaky.common)
    assert done.code == 1
    assert SETTING not in done.words
    assert SETTING not in record.error
    assert SETTING not in (record.folder / 'log').read_text(encoding='utf-8')


def test_without_a_scanner_nothing_is_sent_and_the_run_waits(
    leaky: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / 'broken'
    broken.mkdir()
    (broken / 'kingfisher_sdk.py').write_text('raise OSError("no such library")\n')
    monkeypatch.setenv('PYTHONPATH', str(broken))
    done = said(sys.executable, '-m', 'hooks.cli.main', '--issue', '5', cwd=leaky.folder)
    assert done.code == 1
    assert 'the secret scanner does not load' in done.words
    assert 'Traceback' not in done.words
    assert leaky.hub.gists == {}
    (record,) = records(leaky.common)
    assert (record.is_waiting, record.is_stuck) == (True, False)


def test_install_fills_the_cache_of_the_rules(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    words = (sys.executable, '-I', '-m', 'hooks.cli.main', 'install', '--yes')
    subprocess.run(words, cwd=world.folder, check=True, capture_output=True)
    assert list((tmp_path / 'cache' / 'learn-hook' / 'rules').iterdir())


def test_what_is_allowed_is_sent(leaky: World) -> None:
    git('config', 'learn-hook.allowSecret', f'^{SETTING}$', cwd=leaky.folder)
    learn_hook(leaky, '--issue', '5')
    assert SETTING in sent(leaky)
    assert HIDDEN not in sent(leaky)


def test_redact_is_a_filter_that_knows_the_repository(leaky: World) -> None:
    text = leaky.folder / 'text'
    text.write_text(f'a {SETTING} b {HIDDEN}\n')
    done = learn_hook(leaky, 'redact', os.fspath(text))
    assert done.words == 'a [REDACTED:local-secret:1] b [REDACTED:github-pat:2]\n'


@pytest.fixture
def reviewed(world: World) -> World:
    """A plan with a pull request; its session and its review are for the test to fill."""
    small_plan(world, 5)
    branch(world, 'P5-work')
    world.hub.add_pull(REPO, 7, head='P5-work')
    return world


def test_what_a_session_gave_away_a_comment_and_the_overview_hold_no_more(reviewed: World) -> None:
    git('commit', '-q', '--allow-empty', '-m', f'try {PASSWORD} first', cwd=reviewed.folder)
    session(reviewed, 'session-5', said_by_person=f'DB_PASSWORD={PASSWORD}', branch='P5-work')
    reviewed.hub.add_review(REPO, 7, f'try {PASSWORD}', state='CHANGES_REQUESTED')
    done = learn_hook(reviewed, '--issue', '5')
    assert done.code == 0, done.words
    assert 'try [REDACTED:password:1]' in materials(reviewed)['pr-reviews.json']
    assert 'try [REDACTED:password:1] first' in materials(reviewed)['overview.md']
    assert PASSWORD not in sent(reviewed)


def test_what_a_comment_gave_away_a_session_holds_no_more(reviewed: World) -> None:
    session(reviewed, 'session-5', said_by_person=f'try {PASSWORD}', branch='P5-work')
    reviewed.hub.add_review(REPO, 7, f'DB_PASSWORD={PASSWORD}', state='CHANGES_REQUESTED')
    assert learn_hook(reviewed, '--issue', '5').code == 0
    assert 'try [REDACTED:password:1]' in materials(reviewed)['impl-session-5.xml']
    assert PASSWORD not in sent(reviewed)
    done = learn_hook(reviewed, '--issue', '5', '--dry-run', '--json')
    *_, line = (line for line in done.words.splitlines() if line.startswith('{'))
    assert json.loads(line)['redactions'] == {'password': 2}


def test_what_a_commit_gave_away_a_session_holds_no_more(reviewed: World) -> None:
    subject = f'set DB_PASSWORD={PASSWORD}'
    git('commit', '-q', '--allow-empty', '-m', subject, cwd=reviewed.folder)
    session(reviewed, 'session-5', said_by_person=f'try {PASSWORD}', branch='P5-work')
    assert learn_hook(reviewed, '--issue', '5').code == 0
    assert 'try [REDACTED:password:1]' in materials(reviewed)['impl-session-5.xml']
    assert PASSWORD not in sent(reviewed)


def test_with_a_review_what_was_shown_is_shown_again_after_a_new_rule(leaky: World) -> None:
    git('config', 'learn-hook.review', 'true', cwd=leaky.folder)
    learn_hook(leaky, '--issue', '5')
    assert 'Let me see' not in learn_hook(leaky, 'show', '--text').words
    git('config', '--add', 'learn-hook.secret', 'I will l[a-z]+', cwd=leaky.folder)
    learn_hook(leaky, 'send')
    assert leaky.hub.gists == {}
    assert 'I will look' not in learn_hook(leaky, 'show', '--text', '--full').words
    assert learn_hook(leaky, 'send').code == 0
    assert '[REDACTED:own-secret:1]' in materials(leaky)['impl-session-5.xml']
