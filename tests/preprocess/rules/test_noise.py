from __future__ import annotations

from collections import Counter

import pytest

from learn_core.agents import (
    Entry,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
)
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules import noise


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
