from __future__ import annotations

from collections import Counter
from hashlib import sha256

from learn_core.agents import Entry, Note, Text, ToolCall, ToolResult
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules.noise import short_documentation, without_repeats

CALL = ToolCall('t1', 'Bash', {'command': 'make'})
MANUAL = 'How to use this command. ' * 30


def through(*entries: Entry) -> tuple[list[Entry], Counter[str]]:
    memory, left_out = Memory(agent='claude'), Counter[str]()
    done = [
        entry._replace(blocks=tuple(without_repeats(entry, memory, left_out))) for entry in entries
    ]
    return done, left_out


def answer(*blocks: Text | ToolCall) -> Entry:
    return Entry(type='assistant', blocks=blocks)


def meta(text: str) -> Entry:
    return Entry(type='user', is_meta=True, blocks=(Text(text),))


def test_a_repeated_answer_with_a_tool_call_is_dropped() -> None:
    entries, left_out = through(answer(Text('I look.')), answer(Text('I look.'), CALL))
    assert entries[1].blocks == (CALL,)
    assert left_out == {'repeated assistant text': 1}


def test_a_repeated_answer_without_a_tool_call_is_kept() -> None:
    entries, _ = through(answer(Text('Done.')), answer(Text('Done.')))
    assert entries[1].blocks == (Text('Done.'),)


def test_a_different_answer_with_a_tool_call_is_kept() -> None:
    entries, _ = through(answer(Text('I look.')), answer(Text('I look again.'), CALL))
    assert entries[1].blocks == (Text('I look again.'), CALL)


def test_a_repeated_answer_after_a_prompt_is_kept() -> None:
    asks = Entry(type='user', blocks=(Text('once more'),))
    entries, _ = through(answer(Text('I look.')), asks, answer(Text('I look.'), CALL))
    assert entries[2].blocks == (Text('I look.'), CALL)


def test_a_repeated_answer_after_a_tool_result_is_dropped() -> None:
    result = Entry(type='user', blocks=(ToolResult('t1', 'x'),))
    entries, _ = through(answer(Text('I look.'), CALL), result, answer(Text('I look.'), CALL))
    assert entries[2].blocks == (CALL,)


def test_repeated_documentation_becomes_a_numbered_reference() -> None:
    entries, left_out = through(meta(MANUAL), meta(MANUAL), meta(MANUAL))
    mark = sha256(MANUAL.encode()).hexdigest()[:16]
    said = [block.text for entry in entries for block in entry.blocks if isinstance(block, Text)]
    assert said == [
        f'{MANUAL[:300]}\n[450 more characters of the documentation omitted]',
        f'[Duplicate command documentation block omitted - hash {mark}, occurrence #2]',
        f'[Duplicate command documentation block omitted - hash {mark}, occurrence #3]',
    ]
    assert left_out == {'repeated command documentation': 2, 'characters of documentation': 450}


def test_documentation_of_500_characters_is_kept_whole() -> None:
    entries, _ = through(meta('x' * 500), meta('x' * 500))
    assert entries[0] == entries[1]


def test_what_a_person_says_twice_is_kept_twice() -> None:
    said = Entry(type='user', blocks=(Text(MANUAL),))
    assert through(said, said)[0] == [said, said]


def test_a_prompt_that_the_client_delivers_again_is_kept_once() -> None:
    typed = Entry(type='user', queued=True, blocks=(Text('stop'),))
    again = typed._replace(subtype='auto-continuation')
    entries, left_out = through(typed, again)
    assert [entry.blocks for entry in entries] == [(Text('stop'),), ()]
    assert left_out == {'prompt delivered again': 1}


def test_a_prompt_that_is_delivered_first_by_the_client_is_kept() -> None:
    typed = Entry(type='user', queued=True, subtype='auto-continuation', blocks=(Text('go'),))
    assert through(typed)[0] == [typed]


def test_a_plan_is_kept_once() -> None:
    plan = Entry(type='attachment', blocks=(Note('plan', '# Plan'),))
    entries, left_out = through(plan, plan)
    assert [entry.blocks for entry in entries] == [(Note('plan', '# Plan'),), ()]
    assert left_out == {'repeated plan': 1}


def test_a_plan_that_its_prompt_quotes_is_kept_in_the_prompt() -> None:
    prompt = Text('Implement this:\n# Plan')
    entries, _ = through(Entry(type='user', blocks=(prompt, Note('plan', '# Plan'))))
    assert entries[0].blocks == (prompt,)


def results(*texts: str, is_error: bool = False) -> tuple[list[str], Counter[str]]:
    blocks = tuple(ToolResult(f'id{n}', text, is_error=is_error) for n, text in enumerate(texts))
    entries, left_out = through(Entry(type='user', blocks=blocks))
    return [block.text for block in entries[0].blocks if isinstance(block, ToolResult)], left_out


def test_why_a_person_refused_is_kept_each_time() -> None:
    said = "The user doesn't want to proceed with this tool use. " + 'No. ' * 30
    refused = [ToolResult(f'id{n}', said, is_error=True, is_answer=True) for n in range(2)]
    assert through(Entry(type='user', blocks=tuple(refused)))[0][0].blocks == tuple(refused)


def test_a_reminder_behind_a_result_is_kept_once() -> None:
    reminder = '\n\n<system-reminder>\nBe careful with files.\n</system-reminder>\n'
    found, left_out = results('one ' * 20 + reminder, 'two ' * 20 + reminder)
    assert found == ['one ' * 20 + reminder, ('two ' * 20).rstrip()]
    assert left_out == {'repeated reminder': 1}


def test_the_plan_that_an_approval_repeats_is_a_reference() -> None:
    plan = '# Plan\n\nDo this.'
    proposes = ToolCall('x', 'ExitPlanMode', {'plan': plan})
    approved = ToolResult('x', f'User has approved your plan.\n\n## Approved Plan:\n{plan}')
    entries, _ = through(answer(proposes), Entry(type='user', blocks=(approved,)))
    assert entries[0].blocks == (proposes,)
    (result,) = entries[1].blocks
    assert isinstance(result, ToolResult)
    assert result.text == 'User has approved your plan.\n\n## Approved Plan:\n[the plan above]'


def test_a_repeated_proposal_of_a_plan_becomes_a_reference() -> None:
    proposes = ToolCall('x', 'ExitPlanMode', {'plan': '# Plan'})
    entries, left_out = through(answer(proposes), answer(proposes))
    assert [block.parameters for block in entries[1].blocks if isinstance(block, ToolCall)] == [
        {'plan': '[the plan above]'}
    ]
    assert left_out == {'repeated plan': 1}


def test_documentation_keeps_its_name_and_300_characters() -> None:
    text = (
        'Base directory for this skill: /h/.claude/skills/tdd\n\n' + 'Write the test first. ' * 50
    )
    short = short_documentation(text, Counter())
    assert short.startswith(text[:300])
    assert short.endswith(' more characters of the documentation of tdd omitted]')
