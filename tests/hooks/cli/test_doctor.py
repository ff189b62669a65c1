"""`learn-hook doctor`: what it finds, and what it says to do."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learn_core.plans import record as plan_record
from learn_core.plans.fields import REVIEW, PlanName, folder_of
from learn_core.plans.trigger import Trigger
from learn_core.preprocess.xml.tokens import encoding
from learn_core.push import spool
from learn_core.receive.workflow import COMMAND, SECRET, learn_yml
from tests.agents.codex.rollouts import OTHER, event, rollout, says
from tests.conftest import TOKEN, git
from tests.golden import INSTALL_FROM
from tests.promises.world import REPO, World, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.plans.fields import PlanRecord
    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]
    Rows = Callable[[], dict[str, dict[str, str]]]

DOCTOR = (sys.executable, '-I', '-m', 'hooks.cli.main', 'doctor')
OURS = learn_yml(install_from=INSTALL_FROM, command=COMMAND, secrets=[SECRET])
ROWS = [
    'git',
    'repository',
    'settings',
    'on or off',
    'consent',
    'hooks',
    'other hooks',
    'remote',
    'token',
    'scopes',
    'visibility',
    'workflow',
    'sessions',
    'claude',
    'codex',
    'copilot',
    'opencode',
    'encoding',
    'secret scanner',
    'disk',
    'runs',
]


@pytest.fixture(autouse=True)
def on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person can call `learn-hook` by its name."""
    monkeypatch.setenv('PATH', f'{Path(sys.executable).parent}:{os.environ["PATH"]}')


@pytest.fixture
def well(world: World, learn_hook: Command) -> World:
    """A world where everything is set up."""
    assert learn_hook('install', '--yes').code == 0
    session(world, 's')
    world.hub.add_repo(REPO, workflow=OURS)
    return world


@pytest.fixture
def rows(learn_hook: Command) -> Callable[[], dict[str, dict[str, str]]]:
    """The rows by their names; the exit code is 1 where one is broken, and only then."""

    def ask() -> dict[str, dict[str, str]]:
        said = learn_hook('doctor', '--json')
        found = {row['name']: row for row in json.loads(said.out)['rows']}
        assert list(found) == ROWS
        assert said.code == int('broken' in [row['mark'] for row in found.values()])
        return found

    return ask


def elsewhere(**changed: str) -> dict[str, str]:
    return {**os.environ, **changed}


def in_a_process(environ: dict[str, str], *words: str) -> dict[str, dict[str, str]]:
    done = subprocess.run((*words, *DOCTOR, '--json'), env=environ, capture_output=True, text=True)
    assert done.stderr == ''
    return {row['name']: row for row in json.loads(done.stdout)['rows']}


def test_where_all_is_well_every_row_is(well: World, rows: Rows) -> None:
    found = rows()
    assert {row['mark'] for row in found.values()} == {'ok'}
    assert {row['fix'] for row in found.values()} == {''}
    assert found['remote']['found'].startswith('acme/widgets on github.com (origin), asked at http')
    assert found['token']['found'] == "ann's token, from GH_TOKEN; no expiry date reported"
    assert found['consent']['found'] == "yes, by this repository's own git config"
    assert found['scopes']['found'] == 'gist, repo, workflow'
    assert found['visibility']['found'].startswith('private')
    assert found['workflow']['found'] == 'learn.yml on master of acme/widgets'
    assert found['hooks']['found'] == 'pre-push and post-merge'
    assert found['sessions']['found'].startswith('1 of this project in ')
    assert found['runs']['found'] == 'none yet'
    assert len(well.hub.requests) == 1


def test_the_table_is_right_at_80_columns_and_has_no_colour_in_a_pipe(
    world: World, learn_hook: Command
) -> None:
    said = learn_hook('doctor')
    assert said.code == 0
    assert [line[9:25].strip() for line in said.out.splitlines() if line[:9].strip()] == ROWS
    for line in said.out.splitlines():  # a path or a command stays whole
        assert len(line) <= 80 or ' ' not in line[25:] or line[25:].strip('->,. ').startswith('`')
    assert '\x1b' not in said.out
    assert '-> run `learn-hook install`' in said.out


def test_colour_is_for_terminals_that_want_it(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('TERM', 'xterm')
    monkeypatch.setenv('FORCE_COLOR', '1')
    assert '\x1b[32mok' in learn_hook('doctor').out
    monkeypatch.setenv('NO_COLOR', '1')
    assert '\x1b[3' not in learn_hook('doctor').out


def test_what_comes_from_github_moves_no_cursor(world: World, learn_hook: Command) -> None:
    world.hub.add_repo(REPO, workflow=OURS.replace('      distinct_id', r'      "\e[2J\r\nx"', 1))
    text = world.hub.repos[REPO].files['master', '.github/workflows/learn.yml']
    world.hub.repos[REPO].files['master', '.github/workflows/learn.yml'] = text.replace(
        'required: false', 'required: true'
    ).replace("        default: ''\n", '')
    said = learn_hook('doctor')
    assert said.code == 1
    assert '[2J' in said.out
    assert '\x1b' not in said.out


def test_a_tokenizer_that_does_not_load_is_told_with_what_to_do(
    world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoding.cache_clear()
    monkeypatch.setitem(sys.modules, 'tiktoken', None)
    row = rows()['encoding']
    assert row['mark'] == 'broken'
    assert row['fix'].startswith('install learn-hook again')


def test_a_scanner_that_does_not_load_is_told_with_what_to_do(world: World, tmp_path: Path) -> None:
    broken = 'import sys; sys.modules["kingfisher_sdk"] = None; '
    doctor = f'{broken}from hooks.cli.main import main; main(["doctor", "--json"])'
    done = subprocess.run((sys.executable, '-I', '-c', doctor), capture_output=True, text=True)
    (row,) = [row for row in json.loads(done.stdout)['rows'] if row['name'] == 'secret scanner']
    assert row['mark'] == 'broken'
    assert 'nothing can be sent' in row['found']
    assert row['fix']


def test_outside_of_a_repository_the_machine_is_looked_at_all_the_same(
    world: World, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / 'outside'
    outside.mkdir()
    monkeypatch.chdir(outside)
    found = rows()
    assert found['repository']['mark'] == 'broken'
    assert found['repository']['fix'] == 'go to one and try again'
    assert found['workflow'] == {
        'name': 'workflow',
        'mark': 'unknown',
        'found': f'skipped: {found["repository"]["found"]}',
        'fix': '',
    }
    assert [found[name]['mark'] for name in ('encoding', 'secret scanner')] == ['ok', 'ok']


def test_without_a_network_one_hears_so_at_once(
    world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    found = rows()
    assert found['token']['mark'] == 'broken'
    assert found['token']['fix'] == 'check the network and the name'
    assert found['workflow']['mark'] == 'unknown'
    assert found['runs']['mark'] == 'ok'


def test_a_server_that_hangs_is_not_waited_for_long(world: World, rows: Rows) -> None:
    world.hub.misbehave(delay_seconds=60)
    assert rows()['token']['found'].endswith('it took too long')


def test_a_variable_that_hides_a_login_of_gh_is_named(
    world: World, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / 'bin' / 'gh'
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$GH_TOKEN" ] && echo "$GH_TOKEN" || echo kept-by-gh\n')
    program.chmod(0o755)
    monkeypatch.setenv('PATH', str(program.parent), prepend=os.pathsep)
    assert 'from GH_TOKEN, which hides the login of gh' in rows()['token']['found']
    world.hub.tokens[TOKEN]['scopes'] = {'repo'}
    assert rows()['scopes']['fix'].endswith('or unset GH_TOKEN and use the login of gh')


def test_a_server_of_ones_own_is_told_its_own_variable(
    world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('GITHUB_API_URL')
    monkeypatch.delenv('GH_TOKEN')
    url = 'https://ghe.corp.example/acme/widgets.git'
    git('remote', 'set-url', 'origin', url, cwd=world.folder)
    fix = 'run `gh auth login --hostname ghe.corp.example`, or set GH_ENTERPRISE_TOKEN'
    assert rows()['token']['fix'] == fix
    assert rows()['workflow']['found'] == 'skipped: there is no token for ghe.corp.example'


@pytest.mark.parametrize(
    ('value', 'mark', 'words'),
    [
        (None, 'warning', 'not given: nothing is read or sent'),
        ('yes', 'ok', "yes, by this repository's own"),
        ('github.com/acme', 'ok', 'for private and internal repositories'),
        ('no', 'warning', 'no: nothing is read or sent'),
        ('maybe', 'warning', 'a value is ignored'),
    ],
)
def test_the_consent_and_what_said_so(
    world: World, rows: Rows, value: str | None, mark: str, words: str
) -> None:
    if value is not None:
        git('config', 'learn-hook.consent', value, cwd=world.folder)
    row = rows()['consent']
    assert row['mark'] == mark
    assert words in row['found']


def test_a_public_repository_needs_its_own_yes(world: World, rows: Rows) -> None:
    world.hub.add_repo(REPO, private=False, workflow=OURS)
    git('config', 'learn-hook.consent', 'github.com/acme', cwd=world.folder)
    row = rows()['visibility']
    assert row['mark'] == 'warning'
    assert '`git config learn-hook.consent yes`' in row['fix']
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    assert rows()['visibility']['mark'] == 'ok'


def test_a_missing_or_a_wrong_token_is_told_with_what_to_do(
    world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('GH_TOKEN')
    assert 'gh auth login' in rows()['token']['fix']
    monkeypatch.setenv('GH_TOKEN', 'no-such-token')
    found = rows()
    assert found['token']['mark'] == 'broken'
    assert 'no-such-token' not in json.dumps(found)


def test_a_scope_that_is_missing_is_named(world: World, rows: Rows) -> None:
    world.hub.tokens[TOKEN]['scopes'] = {'repo'}
    row = rows()['scopes']
    assert (row['mark'], row['found']) == ('broken', 'the token lacks gist')
    assert row['fix'] == 'put a token that has gist into GH_TOKEN'
    world.hub.tokens[TOKEN]['scopes'] = set()
    found = rows()
    assert found['scopes']['found'] == 'the token lacks repo and gist'
    assert found['visibility']['mark'] == 'unknown'
    assert found['workflow']['mark'] == 'broken'


def test_in_a_public_repository_a_smaller_scope_will_do(world: World, rows: Rows) -> None:
    world.hub.add_repo(REPO, private=False, workflow=OURS)
    world.hub.tokens[TOKEN]['scopes'] = {'public_repo', 'gist'}
    found = rows()
    assert found['scopes']['mark'] == 'ok'
    assert found['visibility']['found'].startswith('public: anyone can read the log')
    assert found['workflow']['mark'] == 'ok'


def test_a_public_log_that_names_the_gist_is_warned_of(world: World, rows: Rows) -> None:
    text = OURS.replace('GH_TOKEN: ${{ github.token }}', 'URL: ${{ inputs.gist_url }}')
    world.hub.add_repo(REPO, private=False, workflow=text)
    row = rows()['workflow']
    assert row['mark'] == 'warning'
    assert row['fix'] == 'commit the one that `learn-hook workflow` prints'


def test_what_a_fine_grained_token_may_is_not_known(world: World, rows: Rows) -> None:
    world.hub.tokens[TOKEN]['scopes'] = None
    row = rows()['scopes']
    assert row['mark'] == 'unknown'
    assert 'Gists' in row['fix']


@pytest.mark.parametrize(('days', 'mark'), [(2, 'warning'), (30, 'ok')])
def test_a_token_that_ends_soon_is_to_be_renewed(
    world: World, rows: Rows, days: int, mark: str
) -> None:
    moment = time.gmtime(time.time() + days * 86_400)
    world.hub.tokens[TOKEN]['expires'] = time.strftime('%Y-%m-%d %H:%M:%S UTC', moment)
    row = rows()['token']
    assert row['mark'] == mark
    assert row['found'] == time.strftime(
        "ann's token, from GH_TOKEN; expires %Y-%m-%d %H:%M UTC", moment
    )


def test_a_workflow_that_is_missing_is_to_be_committed(world: World, rows: Rows) -> None:
    world.hub.add_repo(REPO, workflow=None)
    row = rows()['workflow']
    assert row['mark'] == 'broken'
    assert row['found'] == 'acme/widgets has no .github/workflows/learn.yml on master'
    assert '`learn-hook workflow`' in row['fix']


def test_who_may_not_write_can_start_no_workflow(world: World, rows: Rows) -> None:
    world.hub.add_repo(REPO, workflow=OURS, permission='TRIAGE')
    row = rows()['workflow']
    assert row['mark'] == 'broken'
    assert row['fix'] == 'ask for write access to acme/widgets'


def test_a_workflow_without_a_mark_is_good_enough(world: World, rows: Rows) -> None:
    text = OURS.replace('      distinct_id', '      other')
    world.hub.add_repo(REPO, workflow=text)
    row = rows()['workflow']
    assert (row['mark'], row['found'].endswith(', without distinct_id')) == ('ok', True)


def test_where_no_other_api_is_chosen_none_is_named(
    world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('GITHUB_API_URL')
    assert rows()['remote']['found'] == 'acme/widgets on github.com (origin)'


def test_of_a_fork_and_its_upstream_the_one_with_the_workflow_counts(
    world: World, rows: Rows
) -> None:
    git('remote', 'add', 'upstream', 'https://github.com/up/widgets.git', cwd=world.folder)
    found = rows()
    assert found['remote']['found'].startswith('up/widgets on github.com (upstream), asked at')
    assert found['remote']['found'].endswith('; else acme/widgets')
    assert found['workflow']['mark'] == 'ok'


def test_a_server_without_a_token_does_not_stand_before_one_that_answers(
    world: World, rows: Rows
) -> None:
    url = 'https://github.example.com/up/widgets.git'
    git('remote', 'add', 'upstream', url, cwd=world.folder)
    git('config', 'learn-hook.apiUrl', 'https://github.example.com/api/v3', cwd=world.folder)
    found = rows()
    assert found['token']['found'].startswith("ann's token")


def test_a_remote_of_another_forge_is_no_place_for_plans(world: World, rows: Rows) -> None:
    git('remote', 'set-url', 'origin', 'https://gitlab.com/acme/widgets.git', cwd=world.folder)
    assert rows()['remote']['mark'] == 'broken'
    assert world.hub.requests == []


def test_a_setting_that_is_none_is_named(world: World, rows: Rows) -> None:
    git('config', 'learn-hook.maxTokens', 'many', cwd=world.folder)
    found = rows()
    assert found['settings']['mark'] == 'broken'
    assert 'learn-hook.maxtokens' in found['settings']['found']
    assert found['hooks']['mark'] == 'warning'


def test_settings_that_were_made_are_named(
    world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    git('config', 'learn-hook.quiet', '5', cwd=world.folder)
    assert rows()['settings']['found'] == 'git config learn-hook.quiet'
    monkeypatch.setenv('LEARN_HOOK_MODE', 'dry-run')
    assert rows()['settings']['found'] == 'git config learn-hook.quiet; mode dry-run'


def test_a_misspelled_setting_is_a_warning(world: World, rows: Rows) -> None:
    git('config', 'learn-hook.secrets', 'acme_[a-z]+', cwd=world.folder)
    row = rows()['settings']
    assert row['mark'] == 'warning'
    assert row['found'].startswith('learn-hook.secrets is no setting, so it does nothing; ')
    assert row['fix'] == 'run `git config --unset-all learn-hook.secrets`'


def test_off_is_a_warning_that_says_why(
    well: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('LEARN_HOOK', '0')
    row = rows()['on or off']
    assert row['mark'] == 'warning'
    assert 'LEARN_HOOK=0' in row['found']


def test_a_hook_that_git_would_not_run_or_that_leads_nowhere_is_broken(
    well: World, rows: Rows, learn_hook: Command
) -> None:
    hook = well.common / 'hooks' / 'post-merge'
    text = hook.read_text(encoding='utf-8')
    python = f'learn_python={sys.executable}'
    for there, gone in ((python, 'learn_python=/gone/python'), ('learn_home=', 'learn_home=/no')):
        assert there in text
        hook.write_text(text.replace(there, gone), encoding='utf-8')
        row = rows()['hooks']
        assert (row['mark'], row['fix']) == ('broken', 'run `learn-hook install` again')
        assert row['found'].startswith(f'post-merge starts {gone.partition("=")[2]}')
    learn_hook('install', '--yes')
    assert rows()['hooks']['mark'] == 'ok'
    hook.chmod(0o644)
    assert rows()['hooks']['mark'] == 'broken'
    learn_hook('install', '--yes')
    assert rows()['hooks']['mark'] == 'ok'
    hook.unlink()
    row = rows()['hooks']
    assert (row['mark'], row['found']) == ('warning', 'post-merge is not installed')


def test_a_hook_of_ours_that_a_manager_has_moved_is_found(well: World, rows: Rows) -> None:
    hook = well.common / 'hooks' / 'pre-push'
    hook.rename(hook.with_name('pre-push.legacy'))
    hook.write_text('#!/bin/sh\nexec ./pre-push.legacy\n', encoding='utf-8')
    assert rows()['hooks']['mark'] == 'ok'


def test_the_hook_of_a_teams_pre_commit_is_seen(world: World, rows: Rows) -> None:
    config = world.folder / '.pre-commit-config.yaml'
    config.write_text('repos: [{hooks: [{id: learn-hook-pre-push}]}]', encoding='utf-8')
    row = rows()['hooks']
    assert row['mark'] == 'warning'
    assert row['fix'].startswith('run `pre-commit install --hook-type pre-push')
    hook = world.common / 'hooks' / 'pre-push'
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\nexec pre-commit hook-impl\n', encoding='utf-8')
    assert rows()['hooks']['mark'] == 'ok'


def test_a_person_without_our_command_is_told_the_path_of_it(
    world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(sys.executable).with_name('learn-hook')
    monkeypatch.setenv('PRE_COMMIT', '1')
    assert rows()['hooks']['fix'] == f'run `{path} install`'


def test_other_peoples_hooks_are_named(world: World, rows: Rows, learn_hook: Command) -> None:
    hook = world.common / 'hooks' / 'pre-push'
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n', encoding='utf-8')
    learn_hook('install', '--yes')
    assert rows()['other hooks']['found'] == 'pre-push of yours, called by ours'


def test_a_manager_that_does_not_call_ours_is_to_be_told(
    world: World, rows: Rows, learn_hook: Command
) -> None:
    git('config', 'core.hooksPath', '.husky', cwd=world.folder)
    said = learn_hook('install', '--yes')
    row = rows()['other hooks']
    assert (row['mark'], said.code) == ('warning', 1)
    assert row['found'].startswith('core.hooksPath is ')
    assert said.error.endswith(f'learn-hook: {row["found"]}; {row["fix"]}')
    line = row['fix'].partition('`')[2].removesuffix('`')
    assert f'`{line}`' in learn_hook('doctor').out  # on one line, to be pasted
    (world.folder / '.husky').mkdir()
    for name in ('pre-push', 'post-merge'):
        (world.folder / '.husky' / name).write_text(f'#!/bin/sh\n{line}\n', encoding='utf-8')
    found = rows()
    assert [found[name]['mark'] for name in ('other hooks', 'hooks')] == ['ok', 'ok']
    assert found['other hooks']['found'].endswith('; ours are called')


def test_sessions_of_other_projects_are_not_this_ones(world: World, rows: Rows) -> None:
    assert rows()['sessions']['fix'].startswith('set CLAUDE_CONFIG_DIR, CODEX_HOME')
    session(world, 's', folder=Path('/elsewhere/entirely'))
    row = rows()['sessions']
    assert row['mark'] == 'warning'
    assert row['found'].startswith('none of this project in ')


def test_what_logs_of_each_agent_can_tell_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    monkeypatch.setenv('CODEX_HOME', str(tmp_path / 'codex'))
    day = tmp_path / 'codex' / 'sessions' / '2026' / '10' / '01'
    rollout(day)
    (day / f'rollout-2026-10-01T10-00-00-{OTHER}.jsonl.zst').touch()
    found = rows()['codex']['found']
    assert found == (
        '1 session; 1 not read: compressed (.zst); '
        'tells branch, times, errors, reasoning, subagents, rewinds, queued prompts'
    )
    assert rows()['copilot']['found'].endswith('subagents, queued prompts; no rewinds')


def test_a_session_that_yields_no_prompt_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    monkeypatch.setenv('CODEX_HOME', str(tmp_path / 'codex'))
    day = tmp_path / 'codex' / 'sessions' / '2026' / '10' / '01'
    rollout(day, event('spoken_by_a_person', text='Hello'), says('Hello'))
    assert '1 of the newest 10: no prompt found in it' in rows()['codex']['found']


def a_plan(world: World, number: int = 5) -> PlanRecord:
    """A plan that waits."""
    folder = folder_of(world.common, 'github.com', REPO, number)
    trigger = Trigger(kind='push', at=time.time(), issue=number)
    name = PlanName(number=number, host='github.com', owner='acme', repo='widgets')
    return plan_record.enter(folder, trigger, '1', name)


def test_plans_that_go_no_further_by_themselves_are_stuck(world: World, rows: Rows) -> None:
    record = a_plan(world)
    assert rows()['runs'] == {'name': 'runs', 'mark': 'ok', 'found': '1 waiting', 'fix': ''}
    plan_record.change(record, due=None, error='GitHub was on holiday')
    row = rows()['runs']
    assert row['mark'] == 'warning'
    assert row['found'] == '1 stuck; of plan #5: GitHub was on holiday'
    assert row['fix'].startswith('run `learn-hook retry`')


def test_a_plan_that_waits_for_a_person_says_so(world: World, rows: Rows) -> None:
    plan_record.change(a_plan(world), error=REVIEW)
    row = rows()['runs']
    assert (row['mark'], row['found']) == ('warning', f'1 held; of plan #5: {REVIEW}')
    assert row['fix'].startswith('look with `learn-hook show`')


def test_a_plan_that_nobody_has_taken_on_is_stuck(world: World, rows: Rows) -> None:
    record = a_plan(world)
    assert record.wanted is not None
    old = replace(record.wanted, trigger=replace(record.wanted.trigger, at=time.time() - 7_200))
    plan_record.change(record, wanted=old, due=time.time() + 60)
    assert rows()['runs']['mark'] == 'ok'
    plan_record.change(record, due=0.0)
    assert rows()['runs']['found'] == '1 waiting; of plan #5: nothing was said'


def test_a_plan_that_was_given_up_is_stuck_until_it_went(world: World, rows: Rows) -> None:
    record = plan_record.finish(a_plan(world), '1', 'failed', 'too bad')
    assert rows()['runs']['found'] == '1 failed; of plan #5: nothing was said'
    plan_record.finish(record, '2', 'done')
    assert rows()['runs'] == {'name': 'runs', 'mark': 'ok', 'found': '1 done', 'fix': ''}


def test_a_push_that_no_worker_has_taken_on_is_stuck(world: World, rows: Rows) -> None:
    spool.write(str(world.common), [{'kind': 'push'}])
    assert rows()['runs']['mark'] == 'ok'
    (noted,) = (world.common / 'learn-hook' / 'spool').iterdir()
    os.utime(noted, (time.time() - 7_200,) * 2)
    row = rows()['runs']
    assert (row['mark'], row['found']) == (
        'warning',
        'none yet; a push or merge was not taken on',
    )


def test_a_disk_that_can_not_be_written_is_broken(world: World) -> None:
    # coverage would want to write as well
    environ = {name: os.environ[name] for name in os.environ if not name.startswith('COVERAGE')}
    found = in_a_process(environ, 'sh', '-c', 'ulimit -f 0; exec "$@"', 'sh')
    assert found['disk']['mark'] == 'broken'
    assert found['runs']['mark'] == 'ok'


def test_a_machine_without_git_is_told_so(world: World, tmp_path: Path) -> None:
    found = in_a_process(elsewhere(PATH=str(tmp_path / 'nothing')))
    assert (found['git']['mark'], found['git']['fix']) == ('broken', 'install git and try again')
    assert found['repository']['mark'] == 'unknown'
    assert found['encoding']['mark'] == 'ok'


def test_a_git_that_is_too_old_is_told_so(world: World, tmp_path: Path) -> None:
    old = tmp_path / 'bin' / 'git'
    old.parent.mkdir()
    real = shutil.which('git')
    old.write_text(
        f'#!/bin/sh\n[ "$1" = version ] && exec echo git version 2.25.1\nexec {real} "$@"\n'
    )
    old.chmod(0o755)
    row = in_a_process(elsewhere(PATH=f'{old.parent}:{os.environ["PATH"]}'))['git']
    assert (row['mark'], row['found']) == ('broken', '2.25.1')
    assert row['fix'] == 'install git 2.26 or newer'


def test_who_has_seen_enough_may_leave(world: World) -> None:
    asked = threading.Event()  # earlier, Python may lose the signal in a `__del__` of GitPython
    world.hub.misbehave(delay_seconds=30, meanwhile=asked.set)
    with subprocess.Popen(
        DOCTOR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # as in a terminal: who runs the tests in the background ignores the signal
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as doctor:
        assert doctor.stdout is not None
        assert doctor.stderr is not None
        while not doctor.stdout.readline().startswith('ok       remote'):
            pass
        assert asked.wait(30)
        doctor.send_signal(signal.SIGINT)
        assert 'interrupted' in doctor.stderr.read()
        assert 'token' not in doctor.stdout.read()
    assert doctor.returncode == 130
