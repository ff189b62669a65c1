"""Sessions of the other agents: by what each of them writes down about its repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.agents import NO_PROMPT
from tests.agents.codex.rollouts import OTHER, THREAD, meta, rollout, says, typed
from tests.agents.codex.rollouts import event as event_of_codex
from tests.agents.copilot.test_reading import SESSION, event
from tests.agents.odd import write
from tests.agents.opencode.databases import DAY, answers, asks, database, text
from tests.conftest import commit, git
from tests.sessions.conftest import BRANCH, Machine, set_age, talk

if TYPE_CHECKING:
    from pathlib import Path

ROLLOUT = f'rollout-2026-10-01T10-00-00-{THREAD}.jsonl'
OURS, OTHERS = 'git@github.com:Acme/widgets.git', 'https://github.com/globex/app'


@pytest.fixture
def codex(machine: Machine) -> Path:
    machine.roots['codex'] = [machine.home / 'codex']
    day = machine.home / 'codex' / 'sessions' / '2026' / '10' / '01'
    day.mkdir(parents=True)
    return day


@pytest.mark.parametrize(
    ('cwd', 'branch', 'url', 'is_found'),
    [
        ('/gone', BRANCH, OURS, True),
        ('.', BRANCH, OTHERS, True),
        ('/gone', BRANCH, OTHERS, False),
        ('/gone', 'main', OURS, False),
        ('.', 'main', OURS, False),
        ('/gone', BRANCH, '', False),
    ],
)
def test_a_session_of_codex_is_found_by_its_folder_or_repository(
    machine: Machine, codex: Path, cwd: str, branch: str, url: str, is_found: bool
) -> None:
    folder = str(machine.repository) if cwd == '.' else cwd
    head = {'branch': branch, 'repository_url': url}
    rollout(codex, *typed('Add a retry'), says('Done'), cwd=folder, git=head)
    assert machine.found() == ([THREAD] if is_found else [])


def test_what_could_not_be_read_since_the_plan_began_is_counted(
    machine: Machine, codex: Path
) -> None:
    commit(machine.repository, 'b.txt')
    talk = [event_of_codex('spoken_by_a_person', text='Add a retry'), says('Done')]
    rollout(codex, *talk, cwd=str(machine.repository), git={'branch': BRANCH})
    packed = f'rollout-2026-10-01T10-00-00-{OTHER}.jsonl.zst'
    (codex / packed).touch()
    assert machine.find().unread == {'compressed (.zst)': 1, NO_PROMPT: 1}
    set_age(codex / packed, 4000)
    assert machine.find().unread == {NO_PROMPT: 1}
    assert machine.reasons() == {OTHER: 'compressed (.zst)', THREAD: NO_PROMPT}


@pytest.mark.parametrize(('named', 'is_found'), [('acme/widgets', True), ('a/b', False)])
def test_a_session_of_copilot_is_found_by_its_repository(
    machine: Machine, named: str, is_found: bool
) -> None:
    machine.roots['copilot'] = [machine.home / 'copilot']
    context = {'cwd': '/gone', 'branch': BRANCH, 'repository': named}
    events = [
        event('session.start', sessionId=SESSION, context=context),
        event('user.message', content='Add a retry'),
        event('assistant.message', content='Done'),
    ]
    write(machine.home / 'copilot' / 'session-state' / SESSION / 'events.jsonl', events)
    assert machine.found() == ([SESSION] if is_found else [])


@pytest.mark.parametrize(
    ('folder', 'minutes', 'is_found'), [('.', 0, True), ('.', -90, False), ('/gone', 0, False)]
)
def test_a_session_of_opencode_is_found_if_it_ran_here_while_a_commit_was_made(
    machine: Machine, folder: str, minutes: int, is_found: bool
) -> None:
    seconds = DAY // 1000 + 30 + minutes * 60
    (machine.repository / 'b.txt').write_text('b')
    git('add', '.', cwd=machine.repository)
    git('commit', '-qm', 'work', '--date', f'@{seconds} +0000', cwd=machine.repository)
    root = machine.home / 'opencode'
    root.mkdir()
    directory = str(machine.repository) if folder == '.' else folder
    talk = [asks('Add a retry'), answers(text('Done'))]
    database(root, talk, directory=directory)
    machine.roots['opencode'] = [root]
    assert machine.found() == (['ses_1'] if is_found else [])


@pytest.mark.parametrize(
    ('header', 'reason'),
    [
        ({'thread_source': 'guardian_review'}, 'automatic session (guardian_review)'),
        ({'thread_source': 'memory_consolidation'}, 'automatic session (memory_consolidation)'),
        ({'source': {'subagent': 'review'}}, 'automatic session (review)'),
    ],
)
def test_an_automatic_session_is_left_out_with_its_reason(
    machine: Machine, codex: Path, header: dict[str, object], reason: str
) -> None:
    place: dict[str, object] = {'cwd': str(machine.repository), 'git': {'branch': BRANCH}}
    write(codex / ROLLOUT, [meta(THREAD, **place, **header), *typed('Review it'), says('Done')])
    assert machine.found() == []
    assert machine.reasons() == {THREAD: reason}


def test_a_headless_session_on_the_branch_stays_and_is_marked(
    machine: Machine, codex: Path
) -> None:
    head = {'branch': BRANCH}
    talked = [*typed('Add a retry'), says('Done')]
    rollout(codex, *talked, cwd=str(machine.repository), git=head, source='exec')
    rows = talk('p', machine.repository)
    machine.write('any', 'p', *({**one, 'entrypoint': 'sdk-cli'} for one in rows))
    sources = [source.index.source for source in machine.find().sources if source.index]
    assert sources == ['exec', 'exec']
