"""What a script reads is one line of JSON; what a person reads is plain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from learn_core import status
from learn_core.agents import Transcript
from learn_core.config import Settings
from learn_core.github import Gist, WorkflowRun
from learn_core.pipeline.steps import RunResult
from learn_core.plans.plan import plan_issue
from learn_core.plans.run import Run, Trigger
from learn_core.sessions.source import Discovered, LeftOut, SessionSource

GIST = Gist(id='g', url='https://gist/g')
WORKFLOW = WorkflowRun(id='9', url='https://run/9')
SUMMARY: dict[str, object] = {
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
    return json.loads(status.result_line(RunResult(issue=5, **{'summary': SUMMARY, **given})))


def test_a_run_that_went_through_names_its_gist_and_run() -> None:
    assert line(gist=GIST, workflow=WORKFLOW) == {
        'success': True,
        'issue_number': 5,
        'workflow_triggered': True,
        'run_id': '9',
        'workflow_url': 'https://run/9',
        'gist_url': 'https://gist/g',
    }


def test_the_same_materials_name_the_earlier_run() -> None:
    found = line(gist=GIST, workflow=WORKFLOW, skipped='same materials')
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


def test_why_names_every_source_and_its_reason() -> None:
    plan = plan_issue(number=5, url='u', title='t', body='', labels=[], comments=[])
    local = SessionSource(
        source_type='local',
        session_id='a',
        kind='impl',
        why='header',
        transcript=Transcript(agent='claude', session_id='a', files=(Path('/a.jsonl'),)),
    )
    remote = SessionSource(
        source_type='remote', session_id='b', kind='impl', why='remote', run_id='77'
    )
    found = Discovered(
        sources=(local, remote),
        missing={'c': 'not on this machine'},
        left_out=(LeftOut('d', 'other repository', Path('/d.jsonl')),),
        skipped=2,
        commits=7,
        unattended=3,
    )
    lines = status.why_lines(plan, 'name', found)
    assert lines == [
        "issue (no plan: it has no plan-header block) #5, by the branch's name: u",
        '  impl     a  by header: /a.jsonl',
        '  impl     b  by remote: run 77',
        '  missing  c  not on this machine',
        '  left out d  other repository: /d.jsonl',
        '  2 kept out by #learn-skip',
        '  3 of 7 commits with no session here',
    ]
    document = json.loads(json.dumps(status.why_document(plan, 'name', found)))
    assert [source['path'] for source in document['session_sources']] == ['/a.jsonl', None]
    assert (document['is_plan'], document['missing']) == (False, {'c': 'not on this machine'})
    assert 'no session' in status.why_lines(plan, 'config', Discovered(sources=()))[-1]


@pytest.mark.parametrize(
    ('settings', 'switched_off', 'hooks', 'expected'),
    [
        (Settings(consents=('yes',)), True, [], 'off, by the environment'),
        (
            Settings(enabled=False, consents=('yes',)),
            False,
            [],
            'off, by git config learn-hook.enabled',
        ),
        (Settings(consents=('no',)), False, ['pre-push'], 'off, by git config learn-hook.consent'),
        (Settings(), False, ['pre-push'], 'with 10 minutes to object'),
        (Settings(consents=('yes',), review=True), False, [], 'waits for learn-hook send'),
        (Settings(consents=('yes',)), False, ['pre-push', 'post-merge'], 'pre-push and post-merge'),
        (Settings(consents=('yes',)), False, [], 'no native hook'),
    ],
)
def test_status_says_whether_it_is_on_and_why(
    settings: Settings, switched_off: bool, hooks: list[str], expected: str
) -> None:
    assert expected in status.standing(hooks, settings, switched_off=switched_off)


def test_status_tells_the_newest_runs_first() -> None:
    runs = [Run(Path(f'/r{n}'), Trigger(kind='push', issue=n or None)) for n in range(12)]
    runs[11].steps = {'gist': {'id': 'g', 'url': 'https://gist/g'}, 'packed': ['p']}
    now = runs[11].began
    document = status.status_document(runs, 'on', [], [], now)
    lines = status.status_lines(document)
    assert lines[:4] == [
        'learn-hook: on',
        '',
        'plan #11  push  waiting after gist  just now',
        '  https://gist/g',
    ]
    assert sum(line.startswith('plan #') for line in lines) == status.MOST_SHOWN
    assert lines[-1] == 'and 2 older ones: learn-hook status --json'
    (first, *_) = json.loads(json.dumps(document))['runs']
    assert (first['steps'], first['step']) == (['packed', 'gist'], 'gist')
    assert status.status_lines(status.status_document([], 'on', [], [], now))[-1] == 'no run yet'


def test_status_tells_of_a_run_what_a_person_asks() -> None:
    trigger = Trigger(kind='push', issue=5, local_branch='P5-x', worktree='/w')
    run = Run(Path('/r'), trigger)
    run.note, run.attempts, run.ended = 'cannot reach github.com', 3, run.began
    run.steps = {'summary': {**SUMMARY}}
    document = status.status_document(
        [run], 'on', ['/r/1 can not be read'], ['a notice'], run.began + 7300
    )
    assert status.status_lines(document)[1:] == [
        '  a notice',
        'left alone: /r/1 can not be read',
        '',
        'plan #5  push of P5-x  waiting  2 hours ago, tried 3 times',
        '  cannot reach github.com',
        '  3 files, 12,345 tokens; redacted: 2 github-pat, 1 jwt',
    ]
    run = Run(Path('/r'), Trigger(kind='push'))
    assert 'no plan yet' in status.status_lines(status.status_document([run], 'on', [], [], 0.0))[2]


@pytest.mark.parametrize(
    ('seconds', 'words'),
    [(59, 'just now'), (60, '1 minute ago'), (7200, '2 hours ago'), (90_000, '1 day ago')],
)
def test_an_age_is_one_word_and_a_number(seconds: int, words: str) -> None:
    assert status.ago(seconds) == words
