"""A plan's work by several agents: the files look alike, whoever wrote the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.preprocess import Job, preprocess
from tests.agents.codex.rollouts import OTHER, THREAD, calls, gives, rollout, says, turn, typed
from tests.agents.copilot.test_reading import SESSION, ends, event, session, starts
from tests.agents.opencode.databases import answers, asks, database, text, tool
from tests.preprocess.reading import elements, metas

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.agents import Transcript
    from learn_core.preprocess import Chunk
    from learn_core.redact import Redactor


def files(redactor: Redactor, *transcripts: Transcript) -> list[Chunk]:
    chunks: list[Chunk] = []
    for done in preprocess([Job(one, 'impl') for one in transcripts], redactor=redactor):
        assert not isinstance(done, LearnError), done
        chunks += done.chunks
    return chunks


def test_three_agents_give_the_same_elements(tmp_path: Path, redactor: Redactor) -> None:
    codex = rollout(
        tmp_path / 'codex', *typed('do it'), says('I look.'), calls('exec_command', cmd='make'),
        gives('Process exited with code 2\nOutput:\nno rule'),
    )  # fmt: skip
    copilot = session(
        tmp_path / 'copilot',
        event('user.message', content='do it'),
        event('assistant.message', content='I look.'),
        starts('bash', command='make'),
        ends('no rule\n<shellId: 1 completed with exit code 2>'),
    )
    (tmp_path / 'opencode').mkdir()
    opencode = database(
        tmp_path / 'opencode',
        [
            asks('do it'),
            answers(
                text('I look.'),
                tool('bash', 'no rule', input={'command': 'make'}, metadata={'exit': 2}),
            ),
        ],
    )
    chunks = files(redactor, codex, copilot, opencode)
    assert [chunk.name for chunk in chunks] == [
        f'impl-{THREAD}.xml',
        f'impl-{SESSION}.xml',
        'impl-ses_1.xml',
    ]
    assert [metas(chunk)[0]['agent'] for chunk in chunks] == ['codex', 'copilot', 'opencode']
    for chunk in chunks:
        found = elements([chunk])
        assert [each.tag for each in found] == ['user', 'assistant', 'tool_use', 'tool_result']
        assert found[-1].attributes == {'tool': 't1', 'is_error': 'true'}


def test_a_headless_session_is_marked_and_is_not_empty(tmp_path: Path, redactor: Redactor) -> None:
    log = rollout(tmp_path, *typed('do it'), says('done'), source='exec')
    (chunk,) = files(redactor, log)
    assert metas(chunk)[0]['source'] == 'exec'
    assert [(each.tag, each.attributes) for each in elements([chunk])] == [
        ('system', {'subtype': 'exec'}),
        ('assistant', {}),
    ]


def test_what_a_sub_agent_copied_from_its_session_comes_once(
    tmp_path: Path, redactor: Redactor
) -> None:
    day = tmp_path / 'sessions' / '2026' / '10' / '01'
    told = [turn('a'), *typed('do it'), says('I ask an agent.')]
    rollout(
        day, *told, turn('b'), *typed('look'), says('found'), thread=OTHER,
        source={'subagent': {'thread_spawn': {'parent_thread_id': THREAD}}},
    )  # fmt: skip
    _, agent = files(redactor, rollout(day, *told))
    assert [each.text for each in elements([agent])] == ['look', 'found']
