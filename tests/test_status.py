"""What a script reads is one line of JSON; what a person reads is plain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from learn_core import status
from learn_core.config import Settings
from learn_core.github import Stored, WorkflowRun
from learn_core.pipeline.steps import Result
from learn_core.plans.fields import (
    ASKS,
    Outcome,
    Place,
    PlanName,
    PlanRecord,
    Prepared,
    Wanted,
    folder_of,
)
from learn_core.plans.record import change, claimed, enter
from learn_core.plans.trigger import Trigger

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_790_000_000.0
GIST = Stored(id='g', url='https://gist/g')
WORKFLOW = WorkflowRun(id='9', url='https://run/9')
SUMMARY: dict[str, Any] = {
    'sessions': 2,
    'files': 3,
    'tokens': 12_345,
    'bytes': 54_321,
    'redactions': {'jwt': 1, 'github-pat': 2},
    'left_out': {'lines of tool results': 1234},
    'missing': [{'session_id': 's', 'reason': 'not on this machine'}],
    'directory': '/d',
    'packed': '/p',
    'pull_request': {'number': 45, 'others': []},
}


def line(**given: Any) -> Any:
    return json.loads(status.result_line(Result(issue=5, **{'summary': SUMMARY, **given})))


def test_a_run_that_went_through_names_its_gist_and_run() -> None:
    assert line(stored=GIST, workflow=WORKFLOW) == {
        'success': True,
        'issue_number': 5,
        'workflow_triggered': True,
        'run_id': '9',
        'workflow_url': 'https://run/9',
        'gist_url': 'https://gist/g',
    }


def test_the_same_materials_name_the_earlier_run() -> None:
    found = line(stored=GIST, workflow=WORKFLOW, skipped='same materials')
    assert (found['workflow_triggered'], found['skipped']) == (False, 'same materials')
    assert (found['run_id'], found['gist_url']) == ('9', 'https://gist/g')


def test_comments_without_a_session_say_so() -> None:
    assert line(summary={'sessions': 0})['sessions'] == 0
    assert 'sessions' not in line()


def test_nothing_sent_names_nothing() -> None:
    assert line(skipped='dry run') == {
        'success': True,
        'issue_number': 5,
        'workflow_triggered': False,
        'skipped': 'dry run',
    }


def test_an_error_is_one_line_of_json() -> None:
    assert json.loads(status.error_line('it "broke"')) == {
        'success': False,
        'error': 'it "broke"',
    }


def test_a_dry_run_tells_counts_and_places() -> None:
    assert status.dry_run_lines(SUMMARY) == [
        'sessions   2',
        'missing    s: not on this machine',
        'PR         #45',
        'files      3 files, 12,345 tokens, 54,321 bytes',
        'redacted   2 github-pat, 1 jwt',
        'left out   1,234 lines of tool results',
        'materials  /d',
        'packed     /p',
        'nothing was sent',
    ]
    empty = status.dry_run_lines({'pull_request': None})
    assert 'PR         none' in empty
    assert 'redacted   nothing' in empty


@pytest.mark.parametrize(
    ('settings', 'environ', 'hooks', 'expected'),
    [
        (Settings(consents=('yes',)), {'LEARN_HOOK': '0'}, [], 'off, by the environment'),
        (Settings(enabled=False), {}, [], 'off, by git config learn-hook.enabled'),
        (Settings(consents=('no',)), {}, ['pre-push'], 'off, by git config learn-hook.consent'),
        (Settings(), {}, ['pre-push'], 'nothing is read or sent before you agree'),
        (Settings(consents=('github.com/ann',)), {}, [], 'before you agree'),
        (Settings(consents=('yes',), review=True), {}, [], 'waits for learn-hook send'),
        (Settings(consents=('github.com/acme',)), {}, ['pre-push', 'post-merge'], 'on (pre-push'),
        (Settings(consents=('yes',)), {}, [], 'no hooks are installed'),
    ],
)
def test_status_says_whether_it_is_on_and_why(
    settings: Settings, environ: dict[str, str], hooks: list[str], expected: str
) -> None:
    assert expected in status.standing(hooks, settings, environ, 'github.com/acme')


def record(folder: Path, number: int = 5, **given: Any) -> PlanRecord:
    name = PlanName(number=number, host='github.com', owner='acme', repo='widgets')
    trigger = Trigger(kind='push', at=NOW, issue=number, local_branch='P5-x')
    known: dict[str, Any] = {'wanted': Wanted(id='1', trigger=trigger), **given}
    return PlanRecord(folder=folder / str(number), plan=name, made=NOW, **known)


def shown(*records: PlanRecord, now: float = NOW) -> list[str]:
    return status.status_lines(status.status_document(records, 'on', [], now))


def test_status_tells_the_plans_that_changed_last_first(tmp_path: Path) -> None:
    place = Place(kind='gist', id='g', url='https://gist/g')
    known = [record(tmp_path, number, places=(place,)) for number in range(12)]
    lines = shown(*known)
    assert lines[:4] == [
        'learn-hook: on',
        '',
        'plan #11  push of P5-x  waiting  just now',
        '  https://gist/g',
    ]
    assert sum(line.startswith('plan #') for line in lines) == status.MOST_SHOWN
    assert lines[-1] == 'and 2 older ones: learn-hook status --json'
    json.dumps(status.status_document(known, 'on', [], NOW))
    assert shown()[-1] == 'no plan yet'


def test_status_tells_of_a_plan_what_a_person_asks(tmp_path: Path) -> None:
    ready = Prepared(of='1', at=NOW, digest='d', sha256='s', names=('n',), summary=SUMMARY)
    one = record(tmp_path, attempts=3, tried=NOW, error='cannot reach github.com', prepared=ready)
    document = status.status_document([one], 'on', ['/r/1 cannot be read'], NOW + 7300)
    assert status.status_lines(document)[1:] == [
        'left alone: /r/1 cannot be read',
        '',
        'plan #5  push of P5-x  waiting  2 hours ago, tried 3 times',
        '  cannot reach github.com',
        '  3 files, 12,345 tokens; redacted: 2 github-pat, 1 jwt',
    ]
    assert 'no plan yet  push' in shown(record(tmp_path, 0))[2]


def test_the_state_of_a_plan_is_one_word(tmp_path: Path) -> None:
    done = Outcome(of='1', at=NOW, state='done', kind='push')
    assert status.state_of(record(tmp_path)) == 'waiting'
    assert status.state_of(record(tmp_path, due=None)) == 'stuck'
    assert status.state_of(record(tmp_path, error=ASKS)) == 'held'
    assert status.state_of(record(tmp_path, wanted=None, history=(done,))) == 'done'
    assert status.state_of(record(tmp_path, wanted=None, stopped=True)) == 'forgotten'
    assert status.state_of(record(tmp_path, wanted=None)) == 'dry run'


def test_a_plan_that_is_worked_on_is_running_and_has_not_failed(tmp_path: Path) -> None:
    one = enter(
        folder_of(tmp_path, 'github.com', 'acme/widgets', 5),
        Trigger(kind='push', issue=5),
        '1',
        PlanName(number=5),
    )
    one = change(one, due=None, error='interrupted; learn-hook retry continues it')
    with claimed(one):
        assert shown(one)[2].startswith('plan #5  push  running')
        assert not any('interrupted' in line for line in shown(one))
    assert any('interrupted' in line for line in shown(one))


@pytest.mark.parametrize(
    ('seconds', 'words'),
    [(59, 'just now'), (60, '1 minute ago'), (7200, '2 hours ago'), (90_000, '1 day ago')],
)
def test_an_age_is_one_word_and_a_number(seconds: int, words: str) -> None:
    assert status.ago(seconds) == words
