from __future__ import annotations

import json
import time
from collections import Counter

import pytest

from learn_core.agents import Entry, Image, Text, ToolCall, ToolResult
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules.cited import citations_of
from learn_core.preprocess.rules.parameters import shape_call
from learn_core.preprocess.rules.results import Shaped, shape_result, without_success

TODOS = (
    'Todos have been modified successfully. Ensure that you continue to use the todo list to '
    'track your progress. Please proceed with the current tasks if applicable'
)
REFUSAL = "The user doesn't want to proceed with this tool use. The user said:\n"


def shaped(
    text: str,
    tool: str = 'Bash',
    *said: str,
    memory: Memory | None = None,
    call: str = 'c',
    is_error: bool = False,
    **given: object,
) -> Shaped:
    """The result of a call; `said` is what the agent says soon after."""
    memory = memory or Memory()
    memory.agent = memory.agent or 'claude'
    shape_call(ToolCall(call, tool, given), memory, Counter())
    ahead = [citations_of(Entry('assistant', (Text(words),)), 'claude') for words in said]
    return shape_result(ToolResult(call, text, is_error=is_error), memory, ahead, Counter())


def result(text: str, tool: str = 'Bash', *said: str, **given: object) -> list[str]:
    return shaped(text, tool, *said, **given).result.text.split('\n')  # type: ignore[arg-type]


def numbered(count: int) -> list[str]:
    return [f'line number {number}' for number in range(1, count + 1)]


def cat(count: int) -> str:
    return '\n'.join(f'{n:>6}\u2192this is line {n}' for n in range(1, count + 1))


def test_a_result_of_30_lines_is_whole() -> None:
    text = '\n'.join(numbered(30))
    assert result(text) == result(text + '\n') == numbered(30)


def test_a_longer_output_keeps_30_lines_and_the_last_10_and_says_which_are_missing() -> None:
    assert result('\n'.join(numbered(100))) == [
        *numbered(30),
        '[lines 31-90 omitted]',
        *numbered(100)[90:],
    ]


@pytest.mark.parametrize(
    'trouble',
    ['Error: x', 'an EXCEPTION', '3 failed', 'FAILURES', 'fatal: no', 'Warning: old', '2 errors'],
)
def test_later_lines_about_errors_are_kept_between_marks(trouble: str) -> None:
    lines = numbered(100)
    lines[50] = trouble
    assert result('\n'.join(lines))[30:33] == [
        '[lines 31-50 omitted]',
        trouble,
        '[lines 52-90 omitted]',
    ]


def test_source_code_in_an_output_does_not_count_as_trouble() -> None:
    lines = numbered(100)
    lines[50:53] = ['if err := run(); err != nil {', '\treturn errors.New("failed")', '// an error']
    assert result('\n'.join(lines))[30] == '[lines 31-90 omitted]'


@pytest.mark.parametrize(
    ('tool', 'given'),
    [
        ('Read', {'file_path': 'a.py'}),
        ('Grep', {'pattern': 'x'}),
        ('Bash', {'command': 'git diff main...HEAD'}),
        ('Bash', {'command': 'cd x && cat a.py | head -100'}),
    ],
)
def test_error_words_in_files_and_matches_are_ignored(tool: str, given: dict[str, object]) -> None:
    lines = numbered(100)
    lines[50] = 'the task failed'
    assert 'the task failed' not in result('\n'.join(lines), tool, **given)


@pytest.mark.parametrize(
    ('tool', 'given'), [('WebFetch', {}), ('Bash', {'command': 'gh pr diff 5'})]
)
def test_what_is_quoted_of_a_page_or_of_changes_is_kept_in_place_of_its_beginning(
    tool: str, given: dict[str, str]
) -> None:
    page = [f'line {n} of it' for n in range(1, 101)]
    page[69] = 'The variable is set in the sandbox'
    lines = result('\n'.join(page), tool, 'so `variable is set in` it', **given)
    assert page[69] in lines
    assert {page[66], page[72]} <= {*lines}
    assert page[23] not in lines  # 30 less the seven around the quote
    assert page[22] in lines


def test_a_very_long_line_of_a_result_keeps_both_ends() -> None:
    assert result('short\n' + 'a' * 5000 + 'z' * 5000 + '\nshort') == [
        'short',
        f'{"a" * 400}...[truncated 9200 chars]...{"z" * 400}',
        'short',
    ]


def test_why_a_person_refused_is_whole() -> None:
    words = REFUSAL + '\n'.join(numbered(100)) + 'x' * 3000
    refused = ToolResult('t1', words, is_error=True, is_rejected=True, is_answer=True)
    assert shape_result(refused, Memory(), [], Counter()).result.text == words


def test_what_a_person_answered_is_whole() -> None:
    words = 'User has answered your questions: "Which?"="' + 'x' * 3000 + '"'
    assert result(words, 'AskUserQuestion') == [words]


@pytest.mark.parametrize('has_file', [True, False])
def test_a_sub_agents_report_is_whole_unless_it_has_a_file_of_its_own(has_file: bool) -> None:
    report = '\n'.join(numbered(200))
    memory = Memory(reported=frozenset({'c'} if has_file else ()))
    assert (result(report, 'Task', memory=memory) == numbered(200)) != has_file


def test_omitted_lines_are_counted() -> None:
    left_out: Counter[str] = Counter()
    shape_result(ToolResult('t1', '\n'.join(numbered(100)) + '\n'), Memory(), [], left_out)
    assert left_out['lines of tool results'] == 60


def test_a_longer_file_of_which_nothing_is_cited_keeps_10_lines() -> None:
    assert result(cat(100), 'Read', file_path='a.py') == [
        '1\u2192this is line 1',
        *(f'this is line {n}' for n in range(2, 11)),
        '[lines 11-100 omitted]',
    ]


@pytest.mark.parametrize(
    'said',
    [
        'see a.py:60',
        'see `src/a.py:60`',
        'on line 60 it goes wrong',
        'there is `this is line 60`',
        '```\nthis is line 60\n```',
    ],
)
def test_lines_that_are_cited_are_kept_with_three_around(said: str) -> None:
    found = result(cat(100), 'Read', said, file_path='src/a.py')
    assert found[3:12] == [
        '[lines 4-56 omitted]',
        '57\u2192this is line 57',
        *(f'this is line {n}' for n in range(58, 64)),
        '[lines 64-100 omitted]',
    ]


def test_the_place_of_an_edit_is_kept() -> None:
    memory = Memory(agent='claude')
    shape_call(ToolCall('c', 'Read', {'file_path': 'a.py'}), memory, Counter())
    edit = ToolCall(
        'e', 'Edit', {'file_path': '/w/a.py', 'old_string': 'this is line 70\n', 'new_string': ''}
    )
    ahead = [citations_of(Entry('assistant', (edit,)), 'claude')]
    text = shape_result(ToolResult('c', cat(100)), memory, ahead, Counter()).result.text
    assert '\u2192this is line 67\n' in text
    assert 'this is line 70\n' in text


def test_another_files_line_is_not_cited() -> None:
    assert 'this is line 60' not in result(cat(100), 'Read', 'see b.py:60', file_path='a.py')


def test_any_number_of_citations_costs_little_time() -> None:
    said = ' '.join(f'line {n}-{n + 40} `quoted line {n}`' for n in range(2_000))
    began = time.process_time()
    result('text\n' * 20_000, 'Grep', *[said] * 5, pattern='.')
    assert time.process_time() - began < 3


def test_matches_are_grouped_by_file() -> None:
    found = 'a/b.py:1:x\na/b.py:9:y\nc.py:2:z\nno match\nd.py:3:p\nd.py-4-q'
    assert result(found, 'Grep', pattern='.') == [
        'a/b.py', '1:x', '9:y', 'c.py:2:z', 'no match', 'd.py', '3:p', '4-q',
    ]  # fmt: skip


def test_a_match_that_is_cited_is_kept() -> None:
    found = '\n'.join(f'a{n}.py:{n}:text' for n in range(1, 101))
    assert 'a77.py:77:text' in result(found, 'Grep', 'look at a77.py:77', pattern='.')
    assert 'a77.py:77:text' not in result(found, 'Grep', pattern='.')


def test_json_on_one_line_is_its_first_levels_with_what_people_wrote() -> None:
    comment = 'Fix it like this:\n' + 'because of that. ' * 200
    issue = {
        'id': '0b6e1f2a-1111-4222-8333-123456789abc',
        'avatar_url': 'https://x',
        'title': 'It fails',
        'body': None,
        'comments': [{'author': {'login': 'ada', 'more': {'deep': 1}}, 'body': comment}],
        'labels': [f'l{n}' for n in range(14)],
    }
    text = '\n'.join(result(json.dumps(issue), 'Bash', command='gh issue view 5 --json x'))
    assert comment in text
    assert text.startswith('title: It fails\ncomments:\n  - author:')
    assert '[4 more items]' in text
    assert '0b6e1f2a' not in text
    assert 'avatar' not in text


def test_invalid_json_is_cut_like_any_line() -> None:
    assert 'truncated' in result('{' + 'x' * 5000)[0]


def test_a_long_identical_result_has_a_short_form_that_refers_to_the_first() -> None:
    memory = Memory()
    text = '\n'.join(numbered(20))
    first = shaped(text, memory=memory, call='a', command='make')
    again = shaped(text, memory=memory, call='b', command='make')
    assert first.short == ''
    assert again.short == '[same as t1]'
    assert again.needs == {'t1'}
    assert again.result.text == first.result.text


@pytest.mark.parametrize('text', ['x' * 200, '\n'.join(numbered(100))])
def test_a_short_result_and_a_shortened_one_are_never_referred_to(text: str) -> None:
    memory = Memory()
    shaped(text, memory=memory, call='a', command='make')
    assert shaped(text, memory=memory, call='b', command='make').short == ''


def test_no_reference_points_into_another_file() -> None:
    memory = Memory()
    text = '\n'.join(numbered(20))
    shaped(text, memory=memory, call='a', command='make')
    memory.begin_part()
    assert shaped(text, memory=memory, call='b', command='make').short == ''


def test_a_result_with_another_image_or_error_is_not_identical() -> None:
    memory = Memory()
    text = '\n'.join(numbered(20))
    shaped(text, memory=memory, call='a', command='make')
    assert shaped(text, memory=memory, call='b', command='make', is_error=True).short == ''
    pictured = ToolResult('b', text, (Image('image/png', 1),))
    assert shape_result(pictured, memory, [], Counter()).short == ''


@pytest.mark.parametrize(
    ('agent', 'tool', 'text'),
    [
        ('claude', 'Edit', 'The file a.py has been updated.\n     1\u2192x'),
        ('claude', 'Write', 'File created successfully at: a.py'),
        ('claude', 'TodoWrite', TODOS),
        ('codex', 'apply_patch', 'Success. Updated the following files:\nM a.py'),
        ('codex', 'update_plan', 'Plan updated'),
    ],
)
def test_success_is_ok(agent: str, tool: str, text: str) -> None:
    assert result(text, tool, memory=Memory(agent=agent)) == ['ok']


UPDATED = 'The file /w/a.py has been updated'
SHOWS = "Here's the result of running `cat -n` on a snippet of the edited file:"
SNIPPET = '\n     1\u2192import os\n     2\u2192\n'


@pytest.mark.parametrize(
    ('text', 'short'),
    [
        (f'{UPDATED} successfully.', 'ok'),
        (f'{UPDATED}.', 'ok'),
        ('File created successfully at: /w/a.py', 'ok'),
        (f"{UPDATED}. All occurrences of 'a\nb' were successfully replaced with 'c'.", 'ok'),
        (
            f'{UPDATED}. {SHOWS}{SNIPPET}',
            'ok',
        ),
        (
            f'{UPDATED} successfully. (file state is current in your context \u2014 go on)',
            'ok',
        ),
        (
            f'{UPDATED} successfully. The user modified your proposed changes before accepting.',
            'ok The user modified your proposed changes before accepting.',
        ),
        ('String to replace not found in file.', None),
        ('It says: The file a has been updated.', None),
    ],
)
def test_the_success_of_an_edit_is_ok_and_what_more_it_says_is_kept(
    text: str, short: str | None
) -> None:
    assert without_success(text, 'edit') == (text if short is None else short)


def test_only_an_edits_result_is_shortened_to_ok() -> None:
    assert without_success(f'{UPDATED}.', 'run') == f'{UPDATED}.'


def test_an_accepted_todo_list_is_ok() -> None:
    said = (
        'Todos have been modified successfully. Ensure that you continue to use the todo list to '
        'track your progress. Please proceed with the current tasks if applicable'
    )
    assert without_success(said, 'todo') == 'ok'
    assert without_success(f'{said}, and one thing more', 'todo') != 'ok'
