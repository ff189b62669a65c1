from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import digest
from learn_core.errors import LearnError
from learn_core.preprocess import count_tokens
from learn_core.redact import Redactor
from tests.agents.claude.logs import (
    SESSION,
    assistant,
    gives,
    odd_objects,
    progress,
    typed,
    user,
    uses,
    write,
)
from tests.preprocess.reading import elements, metas, preprocessed, run, texts

UNREADABLE = Path('/proc/sys/vm/compact_memory')  # not even root can open it to read
OPENING = (user('do it', uuid='1'), assistant('I do it.', uuid='2'), user('good', uuid='3'))
NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,149}')


def agent(text: str = 'done') -> tuple[dict[str, object], ...]:
    side = {'isSidechain': True, 'agentId': 'a1'}
    return (user('go', **side), assistant(text, **side), user([gives('x')], **side))


def names(*parts: object) -> list[str]:
    return [getattr(part, 'name', '') for part in parts]


def test_a_session_becomes_one_file_named_after_it(tmp_path: Path, redactor: Redactor) -> None:
    done = run(tmp_path, redactor, *OPENING)
    assert names(*done.chunks) == [f'impl-{SESSION}.xml']
    assert [(each.tag, each.text) for each in elements(done.chunks)] == [
        ('user', 'do it'),
        ('assistant', 'I do it.'),
        ('user', 'good'),
    ]
    log = tmp_path / f'{SESSION}.jsonl'
    assert (done.said.entries, done.said.unreadable, done.said.bytes_in) == (
        3,
        0,
        log.stat().st_size,
    )


def test_a_long_session_becomes_numbered_parts(tmp_path: Path, redactor: Redactor) -> None:
    done = run(tmp_path, redactor, *OPENING, user('word ' * 2000), max_tokens=1000)
    assert names(*done.chunks) == [
        f'impl-{SESSION}-part{number}.xml' for number in range(1, len(done.chunks) + 1)
    ]
    assert all(count_tokens(chunk.text) == chunk.tokens <= 1000 for chunk in done.chunks)


def test_meta_lines_say_branch_model_and_time(tmp_path: Path, redactor: Redactor) -> None:
    done = run(
        tmp_path,
        redactor,
        user('x', gitBranch='main', timestamp='2026-01-01T10:00:00Z'),
        assistant('y', gitBranch='P1-x', timestamp='2026-01-01T11:00:00Z'),
        user('z'),
    )
    assert metas(done.chunks[0]) == [
        {
            'agent': 'claude',
            'model': 'claude-opus-4-5',
            'branch': 'main',
            'first': '2026-01-01T10:00:00Z',
            'last': '2026-01-01T11:00:00Z',
        },
        {'branch': 'P1-x'},
    ]


@pytest.mark.parametrize(
    ('entries', 'why'),
    [((), 'empty'), (OPENING[:2], 'empty'), ((user('Warmup'), *OPENING), 'warm-up')],
)
def test_empty_and_warm_up_sessions_give_no_file(
    tmp_path: Path, redactor: Redactor, entries: tuple[object, ...], why: str
) -> None:
    write(tmp_path / 'agent-a1.jsonl', *agent())
    done = run(tmp_path, redactor, *entries)
    assert (done.chunks, done.left_out[f'{why} session']) == ((), 1)


def test_a_secret_leaves_neither_in_words_nor_in_what_is_cut(
    tmp_path: Path, redactor: Redactor
) -> None:
    secret = 'gh' + 'p_' + '16C7e42F292c6912E7710c838347Ae178B4a'
    done = run(
        tmp_path,
        redactor,
        user(f'my token is {secret}', gitBranch=secret),
        assistant(
            uses('Bash', command=f'{"x " * 50}{secret}{" y" * 100}', deep=[{secret: secret}])
        ),
        user([gives(f'{"z" * 380} {secret} {"z" * 3000}')]),
        assistant(f'It is {secret}.'),
    )
    written = ''.join(chunk.text for chunk in done.chunks)
    assert '[REDACTED:' in written
    assert not [size for size in (8, 16, len(secret)) if secret[:size] in written]


def test_entries_of_another_session_are_kept_unless_that_one_is_a_source_too(
    tmp_path: Path, redactor: Redactor
) -> None:
    resumed = user('resumed', sessionId='gone')
    without = {'type': 'summary', 'summary': 'what came before'}
    done = run(tmp_path, redactor, without, resumed, *OPENING)
    assert texts(done, 'user') == ['resumed', 'do it', 'good']
    assert texts(done, 'summary') == ['what came before']


def test_a_log_under_another_name_is_its_own(tmp_path: Path, redactor: Redactor) -> None:
    log = write(tmp_path / f'{SESSION}.jsonl', *OPENING)
    done = preprocessed(log, 'another-id', prefix='planning', redactor=redactor)
    assert names(*done.chunks) == ['planning-another-id.xml']
    assert len(elements(done.chunks)) == 3


def test_what_an_earlier_log_holds_is_left_out(tmp_path: Path, redactor: Redactor) -> None:
    log = write(tmp_path / f'{SESSION}.jsonl', user('old', uuid='0'), *OPENING)
    done = preprocessed(log, SESSION, prefix='impl', redactor=redactor, already={digest('0')})
    assert (texts(done, 'user'), done.left_out['entry of an earlier log']) == (['do it', 'good'], 1)


def test_a_repeated_entry_is_dropped(tmp_path: Path, redactor: Redactor) -> None:
    done = run(tmp_path, redactor, *OPENING, OPENING[0])
    assert texts(done, 'user') == ['do it', 'good']


def test_what_is_dropped_is_counted(tmp_path: Path, redactor: Redactor) -> None:
    odd = {'type': 'hologram'}
    snapshot = {'type': 'file-history-snapshot', 'snapshot': {}}
    hook = {'type': 'progress', 'data': {'type': 'hook_progress'}}
    done = run(tmp_path, redactor, odd, odd, snapshot, hook, 7, *OPENING)
    assert done.left_out == {
        'file-history-snapshot': 1,
        'progress hook_progress': 1,
        'unknown type hologram': 2,
    }
    assert done.said.unreadable == 1


def test_the_last_words_a_person_typed_into_the_queue_are_kept(
    tmp_path: Path, redactor: Redactor
) -> None:
    queued = {'type': 'queue-operation', 'operation': 'enqueue', 'content': 'and tests?'}
    done = run(tmp_path, redactor, *OPENING, queued, typed('stop'))
    said = [(each.text, each.attributes) for each in elements(done.chunks) if each.tag == 'user'][
        2:
    ]
    assert said == [('and tests?', {'queued': 'true'}), ('stop', {'queued': 'true'})]


def test_images_are_described_and_not_sent(tmp_path: Path, redactor: Redactor) -> None:
    data = base64.b64encode(bytes(3000)).decode()
    image = {'type': 'image', 'source': {'type': 'base64', 'media_type': 'image/png', 'data': data}}
    done = run(tmp_path, redactor, *OPENING, user([image]))
    assert elements(done.chunks)[-1][:2] == ('image', {'media_type': 'image/png', 'bytes': '3000'})


def test_a_sub_agents_log_becomes_a_file_of_its_own(tmp_path: Path, redactor: Redactor) -> None:
    folder = tmp_path / SESSION / 'subagents'
    log = write(folder / 'agent-a1.jsonl', *agent('found it'))
    about = {'agentType': 'Explore', 'description': 'Find <it>'}
    (folder / 'agent-a1.meta.json').write_text(json.dumps(about))
    done = run(tmp_path, redactor, *OPENING)
    assert names(*done.chunks) == [f'impl-{SESSION}.xml', f'impl-{SESSION}-agent-a1.xml']
    assert metas(done.chunks[1])[0] == {
        'source': 'agent-a1',
        'type': 'Explore',
        'description': 'Find <it>',
    }
    assert [each.text for each in elements(done.chunks[1:])][:2] == ['go', 'found it']
    assert done.said.entries == 6
    assert done.said.bytes_in == log.stat().st_size + (tmp_path / f'{SESSION}.jsonl').stat().st_size


def test_a_nested_sub_agents_log_becomes_a_file_of_its_own(
    tmp_path: Path, redactor: Redactor
) -> None:
    inside = (user('go', uuid='a'), assistant(uses('Bash', command='ls'), uuid='b'))
    nested = [progress('a1', entry, timestamp='2026-01-01T00:00:00Z') for entry in inside]
    nested.append(progress('a1', user([gives('x')], uuid='c')))
    done = run(tmp_path, redactor, *OPENING, *nested)
    assert names(*done.chunks)[1:] == [f'impl-{SESSION}-agent-a1.xml']
    assert [each.tag for each in elements(done.chunks[1:])] == ['system', 'tool_use', 'tool_result']


def test_a_sub_agent_that_only_warmed_up_gives_no_file(tmp_path: Path, redactor: Redactor) -> None:
    write(tmp_path / 'agent-a1.jsonl', user('Warmup', isSidechain=True), *agent())
    done = run(tmp_path, redactor, *OPENING)
    assert (len(done.chunks), done.left_out['warm-up sub-agent']) == (1, 1)


@pytest.mark.skipif(not UNREADABLE.exists(), reason='no file here that root can not read')
def test_an_unreadable_transcript_of_a_sub_agent_does_not_cost_the_session(
    tmp_path: Path, redactor: Redactor
) -> None:
    folder = tmp_path / SESSION / 'subagents'
    write(folder / 'agent-a1.jsonl', *agent())
    (folder / 'agent-b2.jsonl').symlink_to(UNREADABLE)
    done = run(tmp_path, redactor, *OPENING)
    assert len(done.chunks) == 2
    assert done.left_out["sub-agent's transcript that cannot be read"] == 1


@pytest.mark.parametrize(
    ('session', 'prefix'),
    [
        ('../../etc', 'impl'),
        ('a b/c', 'impl'),
        ('x' * 500, 'p' * 500),
        ('', ''),
        ('.', '..'),
        ('ü', '-'),
    ],
)
def test_every_file_name_is_safe(
    tmp_path: Path, redactor: Redactor, session: str, prefix: str
) -> None:
    log = write(tmp_path / 'a.jsonl', *OPENING, user('word ' * 3000))
    write(tmp_path / 'agent-ü ;x.jsonl', *(({**entry, 'sessionId': session}) for entry in agent()))
    done = preprocessed(log, session, prefix=prefix, redactor=redactor, max_tokens=1000)
    found = names(*done.chunks)
    assert len(set(found)) == len(found) > 2
    assert all(NAME.fullmatch(name) for name in found)


def test_two_sessions_whose_ids_differ_in_odd_letters_have_two_names(
    tmp_path: Path, redactor: Redactor
) -> None:
    log = write(tmp_path / 'a.jsonl', *OPENING)
    found = [preprocessed(log, name, prefix='p', redactor=redactor) for name in ('a/b', 'a b')]
    assert found[0].chunks[0].name != found[1].chunks[0].name


def test_a_transcript_that_cannot_be_opened_is_an_error_in_one_sentence(
    tmp_path: Path, redactor: Redactor
) -> None:
    with pytest.raises(LearnError, match='; '):
        preprocessed(tmp_path / 'none.jsonl', redactor=redactor)


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    secret = 'gh' + 'p_' + '16C7e42F292c6912E7710c838347Ae178B4a'
    entries = (*OPENING, user(secret), assistant(uses('Bash', command='ls', b=1, a=2)))
    assert run(tmp_path, Redactor(), *entries) == run(tmp_path, Redactor(), *entries)


def _said_by(who: str, text: str) -> dict[str, object]:
    if who == 'typed':
        return typed(text)
    return user(text) if who == 'user' else assistant(text)


said = st.text(st.characters(exclude_categories=['Cs', 'Cc', 'Cn']), min_size=1, max_size=400)


@given(st.lists(st.tuples(st.sampled_from(['user', 'assistant', 'typed']), said), max_size=30))
def test_nothing_that_a_person_or_the_assistant_said_is_lost(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[str, str]]
) -> None:
    entries = [_said_by(who, text) for who, text in turns]
    done = run(tmp_path_factory.mktemp('said'), Redactor(), *OPENING, *entries, max_tokens=600)
    assert all(chunk.tokens <= 600 for chunk in done.chunks)
    tag = {'user': 'user', 'assistant': 'assistant', 'typed': 'user'}
    expected = [('user', 'do it'), ('assistant', 'I do it.'), ('user', 'good')]
    expected += [(tag[who], text) for who, text in turns]
    together: list[tuple[str, str]] = []
    for element in elements(done.chunks):
        if element.attributes.get('part', '1/').startswith('1/'):
            together.append((element.tag, element.text))
        else:
            together[-1] = (element.tag, together[-1][1] + element.text)
    assert together == expected


@given(st.lists(odd_objects, max_size=8))
def test_no_value_in_any_field_breaks_a_file(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / 'odd-sessions'
    done = run(folder, Redactor(), *OPENING, *entries, max_tokens=2000)
    elements(done.chunks)
    assert done.chunks
    assert all(count_tokens(chunk.text) == chunk.tokens <= 2000 for chunk in done.chunks)
