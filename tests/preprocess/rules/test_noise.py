from __future__ import annotations

from collections import Counter

import pytest

from learn_core.agents import (
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
)
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules import noise


def judged(*entries: Entry) -> str:
    impression = noise.Impression()
    for entry in entries:
        noise.take_in(impression, entry)
    return noise.verdict(impression)


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
    impression = noise.Impression(is_subagent=True)
    for entry in (says('system', 'go')._replace(subtype='agent'), ANSWERS):
        noise.take_in(impression, entry)
    assert noise.verdict(impression) == ''


@pytest.mark.parametrize(
    'command',
    [
        'pwd',
        ' pwd\n',
        'ls ~/.claude',
        'ls ~/.claude/',
        'ls -la ~/.claude/projects',
        'ls -t ~/.claude/projects/-work-x/*.jsonl | head -5',
        'ls "$HOME/.claude/projects" 2>/dev/null',
        'find /Users/dev/.claude/projects -name "*.jsonl" -mmin -60 | sort | tail -1',
        'pwd && ls ~/.claude/projects; pwd',
    ],
)
def test_commands_that_search_for_transcripts_are_recognised(command: str) -> None:
    assert noise.finds_logs(command)


@pytest.mark.parametrize(
    'command',
    [
        '',
        'ls',
        'pwd && make test',
        'ls ~/.claude/skills',
        'cat ~/.claude/CLAUDE.md',
        'echo pwd',
        'find . -name .claude',
        'rm -r ~/.claude/projects',
        'ls ~/.claude/projects $(make)',
        'find ~/.claude -name x | xargs rm',
        'find ~/.claude/projects -name x -delete',
        'find ~/.claude/projects -fprint out',
        'ls ~/.claude/projects/$(make)',
        'ls ~/.claude/projects/`make`',
        'ls ~/.claude/projects/x>out',
    ],
)
def test_other_commands_are_work(command: str) -> None:
    assert not noise.finds_logs(command)


def test_a_log_finding_command_goes_with_its_result() -> None:
    left_out: Counter[str] = Counter()
    memory = Memory(agent='claude')
    call = Entry(type='assistant', blocks=(Text('hm'), ToolCall('t1', 'Bash', {'command': 'pwd'})))
    result = Entry(type='user', blocks=(ToolResult('t1', '/w'), ToolResult('t2', 'kept')))
    assert noise.without_noise(call, memory, left_out).blocks == (Text('hm'),)
    assert noise.without_noise(result, memory, left_out).blocks == (ToolResult('t2', 'kept'),)
    assert left_out == {'log-finding command': 1, 'result of a log-finding command': 1}


def test_dropped_blocks_are_counted() -> None:
    left_out: Counter[str] = Counter()
    blocks = (Thinking(''), Unknown('hologram'), Note('system', ''))
    entry = Entry(type='system', subtype='turn_duration', blocks=blocks)
    assert noise.without_noise(entry, Memory(), left_out).blocks == ()
    assert left_out == {
        'thinking without text': 1,
        'unknown block hologram': 1,
        'system turn_duration without text': 1,
    }


def test_a_compaction_without_text_is_kept() -> None:
    entry = Entry(type='system', subtype='compact_boundary', blocks=(Note('system', ''),))
    assert noise.without_noise(entry, Memory(), Counter()) == entry


def test_a_command_without_an_id_hides_no_result() -> None:
    memory = Memory()
    call = Entry(type='assistant', blocks=(ToolCall('', 'Bash', {'command': 'pwd'}),))
    result = Entry(type='user', blocks=(ToolResult('', 'important'),))
    noise.without_noise(call, memory, Counter())
    assert noise.without_noise(result, memory, Counter()).blocks == result.blocks


def test_an_image_is_a_prompt_and_not_a_warm_up() -> None:
    seen = noise.Impression()
    noise.take_in(seen, Entry(type='user', blocks=(Text('warmup'), Image('image/png', 9))))
    for _ in range(2):
        noise.take_in(seen, says('assistant', 'I see.'))
    assert noise.verdict(seen) == ''
