from __future__ import annotations

import pytest

from learn_core.agents import (
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from learn_core.preprocess.first_pass import FirstPass


def judged(*entries: Entry) -> str:
    first = FirstPass('claude')
    for entry in entries:
        first.meet(entry)
    return first.verdict


def says(kind: str, text: str, *, is_meta: bool = False, queued: bool = False) -> Entry:
    return Entry(type=kind, blocks=(Text(text),), is_meta=is_meta, queued=queued)


ASKS = says('user', 'do it')
ANSWERS = says('assistant', 'done')
NOTES = Entry(type='system', blocks=(Note('system', 'x'),))


def test_a_prompt_an_answer_and_one_more_entry_are_a_session() -> None:
    assert judged(ASKS, ANSWERS, NOTES) == ''


@pytest.mark.parametrize(
    'entries',
    [
        (),
        (ASKS, ANSWERS),
        (ASKS, ANSWERS, Entry('', dropped='file-history-snapshot')),
        (ASKS, ANSWERS, Entry('', dropped='unreadable')),
        (ASKS, NOTES, NOTES),
        (NOTES, ANSWERS, ANSWERS),
        (says('system', 'do it', is_meta=True), ANSWERS, ANSWERS),
        (ASKS, Entry(type='assistant', blocks=(Thinking('hm'), ToolCall('t', 'Bash', {}))), NOTES),
        (Entry(type='user', blocks=(ToolResult('t', 'x'),)), ANSWERS, ANSWERS),
    ],
)
def test_a_session_with_too_few_entries_is_empty(entries: tuple[Entry, ...]) -> None:
    assert judged(*entries) == 'empty'


@pytest.mark.parametrize(
    'prompt',
    [
        says('user', '<command-name>/review</command-name>'),
        says('summary', 'what came before')._replace(subtype='compact'),
        says('system', 'of a program')._replace(subtype='exec'),
        says('system', 'to a sub-agent')._replace(subtype='agent'),
        says('user', 'typed meanwhile', queued=True),
    ],
)
def test_any_prompt_counts(prompt: Entry) -> None:
    assert judged(prompt, ANSWERS, NOTES) == ''


@pytest.mark.parametrize('word', ['warmup', 'Warmup', 'WARMUP!', ' warm-up. ', '"warmup"\n'])
def test_a_session_whose_first_prompt_is_only_warmup_is_a_warm_up(word: str) -> None:
    meta = says('system', 'caveat', is_meta=True)
    assert judged(meta, says('user', word), ANSWERS, NOTES) == 'warm-up'


@pytest.mark.parametrize('text', ['add a cache warmup step', 'warmup the cache', 'warm'])
def test_a_prompt_that_mentions_a_warm_up_is_not_one(text: str) -> None:
    assert judged(says('user', text), ANSWERS, NOTES) == ''


def test_a_warm_up_after_a_real_prompt_is_real_work() -> None:
    assert judged(ASKS, says('user', 'warmup'), ANSWERS) == ''


def test_a_sub_agent_with_a_prompt_and_an_answer_is_not_empty() -> None:
    first = FirstPass('claude', is_subagent=True)
    for entry in (says('system', 'go')._replace(subtype='agent'), ANSWERS):
        first.meet(entry)
    assert first.verdict == ''


def test_an_image_is_a_prompt_and_not_a_warm_up() -> None:
    asks = Entry(type='user', blocks=(Text('warmup'), Image('image/png', 9)))
    assert judged(asks, *[says('assistant', 'I see.')] * 2) == ''
