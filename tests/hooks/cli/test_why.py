"""What `learn-hook why` says of each source, each with its reason."""

from __future__ import annotations

import json
from pathlib import Path

from hooks.cli.use import why_document, why_lines
from learn_core.agents import Transcript
from learn_core.plans.of_branch import PlanNumber
from learn_core.plans.plan import plan_issue
from learn_core.sessions.source import Discovered, LeftOut, SessionSource

PLAN = plan_issue(number=5, url='u', title='t', body='', labels=['ours'], comments=[])
LOCAL = SessionSource(
    source_type='local',
    session_id='a',
    kind='impl',
    why='header',
    transcript=Transcript(agent='claude', session_id='a', files=(Path('/a.jsonl'),)),
)
REMOTE = SessionSource(source_type='remote', session_id='b', kind='impl', why='remote', run_id='77')
FOUND = Discovered(
    sources=(LOCAL, REMOTE),
    missing={'c': 'not on this machine'},
    left_out=(LeftOut('d', 'other repository', Path('/d.jsonl')),),
    kept_out=frozenset('a'),
    commits=7,
    unattended=frozenset('abc'),
)


def test_every_source_is_named_with_its_reason() -> None:
    assert list(why_lines(why_document(PLAN, '', PlanNumber(5, 'name'), FOUND, ()))) == [
        "issue without a mark of a plan #5, by the branch's name: u",
        '  impl     a  by header: /a.jsonl',
        '  impl     b  by remote: run 77',
        '  missing  c  not on this machine',
        '  left out d  other repository: /d.jsonl',
        '  1 session kept out by #learn-skip',
        '  3 of 7 commits with no session here',
    ]


def test_a_program_reads_the_same() -> None:
    document = json.loads(json.dumps(why_document(PLAN, '', PlanNumber(5, 'name'), FOUND, ())))
    assert [source['path'] for source in document['session_sources']] == ['/a.jsonl', None]
    assert (document['is_plan'], document['missing']) == (False, {'c': 'not on this machine'})
    assert document['left_out'][0]['reason'] == 'other repository'


def test_without_any_session_it_says_so() -> None:
    named = PlanNumber(5, 'config')
    lines = list(why_lines(why_document(None, 'no network', named, Discovered(sources=()), ())))
    assert lines[1] == '  GitHub did not say more: no network'
    assert lines[-1] == '  no session of it is on this machine'


def test_a_teams_own_label_marks_a_plan() -> None:
    lines = why_lines(why_document(PLAN, '', PlanNumber(5, 'name'), FOUND, ('ours',)))
    assert next(lines) == "plan #5, by the branch's name: u"
