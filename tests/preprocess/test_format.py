"""What newer and odder logs hold, session by session: nothing that someone said is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.agents.claude.logs import SESSION, assistant, gives, progress, typed, user, uses, write
from tests.preprocess.reading import Done, elements, metas, run, texts

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.redact import Redactor

OPENING = (user('do it', uuid='1'), assistant('I do it.', uuid='2', parentUuid='1'))
NUMBERS = [f'line {number}' for number in range(1, 101)]


def test_words_typed_while_the_agent_worked_are_kept(tmp_path: Path, redactor: Redactor) -> None:
    blocks = [{'type': 'text', 'text': 'and the docs'}]
    lines = (typed('stop'), typed(blocks, 'peer'), typed('<task-notification>', None))
    done = run(tmp_path, redactor, *OPENING, *lines)
    said = [(each.text, each.attributes) for each in elements(done.chunks)[2:]]
    assert said == [
        ('stop', {'queued': 'true'}),
        ('and the docs', {'subtype': 'peer', 'queued': 'true'}),
        ('<task-notification>', {'subtype': 'task-notification', 'queued': 'true'}),
    ]


def test_the_arguments_of_a_command_are_a_persons_words(tmp_path: Path, redactor: Redactor) -> None:
    words = '<command-name>/fix</command-name>\n<command-args>the "<b>" one & fast</command-args>'
    assert texts(run(tmp_path, redactor, user(words), *OPENING), 'user')[0] == words


def test_a_prompt_that_no_person_wrote_says_so(tmp_path: Path, redactor: Redactor) -> None:
    done = run(tmp_path, redactor, *OPENING, user('go on', promptSource='sdk'))
    last = elements(done.chunks)[-1]
    assert (last.tag, last.attributes) == ('system', {'subtype': 'exec'})


def test_an_accepted_plan_is_kept_whole_and_once(tmp_path: Path, redactor: Redactor) -> None:
    plan = '# Plan\n\n' + '\n'.join(NUMBERS)
    call = assistant(uses('ExitPlanMode', plan=plan))
    approved = user([gives(f'User has approved your plan.\n\n## Approved Plan:\n{plan}')])
    attached = {'type': 'plan_file_reference', 'planContent': plan}
    done = run(
        tmp_path,
        redactor,
        *OPENING,
        call,
        approved,
        user('go', planContent=plan),
        {'type': 'attachment', 'attachment': attached},
    )
    assert ''.join(chunk.text for chunk in done.chunks).count(plan) == 1
    assert done.left_out['repeated plan'] == 3


def test_a_plan_of_an_older_log_is_kept(tmp_path: Path, redactor: Redactor) -> None:
    done = run(tmp_path, redactor, *OPENING, user('go', planContent='# Plan'))
    assert texts(done, 'plan') == ['# Plan']


def test_what_a_person_answered_and_refused_is_whole(tmp_path: Path, redactor: Redactor) -> None:
    asked = assistant(uses('AskUserQuestion', 'q', question='Which?'))
    answer = 'Your questions have been answered: "Which?"="' + ' '.join(NUMBERS) * 20 + '"'
    refused = (
        "The user doesn't want to proceed with this tool use. The tool use was rejected. "
        'To tell you how to proceed, the user said:\n' + '\n'.join(NUMBERS)
    )
    done = run(
        tmp_path,
        redactor,
        *OPENING,
        asked,
        user([gives(answer, 'q')]),
        assistant(uses('Bash', 'b', command='rm -rf x')),
        user([gives(refused, 'b', is_error=True)]),
        user([{'type': 'text', 'text': '[Request interrupted by user for tool use]'}]),
    )
    results = [each for each in elements(done.chunks) if each.tag == 'tool_result']
    assert [each.text.strip() for each in results] == [answer, refused]
    assert results[1].attributes == {'tool': 't2', 'is_error': 'true', 'rejected': 'true'}
    assert elements(done.chunks)[-1].attributes == {'interrupted': 'true'}


def test_an_attempt_that_was_rewound_is_kept_and_marked(tmp_path: Path, redactor: Redactor) -> None:
    call = assistant(uses('Bash', command='make'), uuid='4', parentUuid='3')
    done = run(
        tmp_path,
        redactor,
        *OPENING,
        user('try this', uuid='3', parentUuid='2'),
        call,
        user([gives('made')], uuid='5', parentUuid='4'),
        user('no, try that', uuid='6', parentUuid='2'),
        assistant('That works.', uuid='7', parentUuid='6'),
    )
    marked = [each.tag for each in elements(done.chunks) if 'abandoned' in each.attributes]
    assert marked == ['user', 'tool_use', 'tool_result']
    assert texts(done, 'user') == ['do it', 'try this', 'no, try that']


def test_an_entry_that_occurs_twice_is_kept_once(tmp_path: Path, redactor: Redactor) -> None:
    more = user('good', uuid='3', parentUuid='2')
    done = run(tmp_path, redactor, *OPENING, more, *OPENING, more)
    assert [each.text for each in elements(done.chunks)] == ['do it', 'I do it.', 'good']
    assert done.left_out['entry that comes again'] == 3


def test_a_result_before_its_use_is_shortened_by_its_tool(
    tmp_path: Path, redactor: Redactor
) -> None:
    source = '\n'.join([*NUMBERS, 'raise ValueError("failed")'])
    read = assistant(uses('Read', file_path='/w/a.py'), uuid='4')
    done = run(tmp_path, redactor, *OPENING, user([gives(source)], uuid='3'), read)
    last = elements(done.chunks)[-2:]
    assert [each.tag for each in last] == ['tool_use', 'tool_result']
    assert 'failed' not in last[1].text


def test_the_result_of_a_log_finding_command_is_dropped_even_if_it_comes_first(
    tmp_path: Path, redactor: Redactor
) -> None:
    done = run(
        tmp_path, redactor, *OPENING, user([gives('/w')]), assistant(uses('Bash', command='pwd'))
    )
    assert [each.tag for each in elements(done.chunks)] == ['user', 'assistant']


def test_a_result_in_a_file_of_the_session_is_read_and_shortened(
    tmp_path: Path, redactor: Redactor
) -> None:
    place = tmp_path / SESSION / 'tool-results' / 'b1.txt'
    place.parent.mkdir(parents=True)
    place.write_text('\n'.join([*NUMBERS, 'error: the end']))
    shown = f'<persisted-output>\nOutput too large. Full output saved to: {place}\n\nPreview'
    done = run(
        tmp_path, redactor, *OPENING, assistant(uses('Bash', command='make')), user([gives(shown)])
    )
    assert texts(done, 'tool_result')[0].split('\n')[1:-1] == [
        *NUMBERS[:30],
        '[lines 31-91 omitted]',
        *NUMBERS[91:],
        'error: the end',
    ]


def test_tool_ids_are_short_in_the_order_of_the_session(tmp_path: Path, redactor: Redactor) -> None:
    calls = [uses('Bash', f'toolu_{n}', command=f'make {n}') for n in (9, 5)]
    results = user([gives('five', 'toolu_5'), gives('nine', 'toolu_9'), gives('lost', 'toolu_0')])
    done = run(tmp_path, redactor, *OPENING, assistant(*calls), results)
    ids = [
        each.attributes.get('id') or each.attributes['tool'] for each in elements(done.chunks)[2:]
    ]
    assert ids == ['t1', 't2', 't2', 't1', 't3']


def test_paths_are_relative_to_what_a_meta_line_says(tmp_path: Path, redactor: Redactor) -> None:
    call = assistant(uses('Bash', command='cat /srv/app/src/a.py'))
    result = user([gives('/srv/app/src/a.py: no such file')])
    said = user('look at /srv/app/src/a.py')
    lines = [{**line, 'cwd': '/srv/app'} for line in (*OPENING, call, result, said)]
    done = run(tmp_path, redactor, *lines)
    assert metas(done.chunks[0])[0]['cwd'] == '/srv/app'
    found = elements(done.chunks)
    assert found[2].children[0][2] == 'cat src/a.py'
    assert found[3].text.strip() == 'src/a.py: no such file'
    assert found[4].text == 'look at /srv/app/src/a.py'  # a person's words stay as they are


def test_a_file_that_is_read_again_is_shown_once(tmp_path: Path, redactor: Redactor) -> None:
    numbered = '\n'.join(f'{n:>6}\u2192line {n}' for n in range(1, 16))
    calls = [assistant(uses('Read', f'c{n}', file_path='/w/a.py')) for n in range(2)]
    more = numbered + '\n    16\u2192new'
    done = run(
        tmp_path,
        redactor,
        *OPENING,
        calls[0],
        user([gives(numbered, 'c0')]),
        calls[1],
        user([gives(more, 'c1')]),
    )
    first, second = texts(done, 'tool_result')
    assert first.split('\n')[1:3] == ['1\u2192line 1', 'line 2']
    assert second.strip() == '[lines 1-15 as in t1]\n16\u2192new'
    assert done.left_out['lines shown before'] == 15


def test_compactions_stay_visible(tmp_path: Path, redactor: Redactor) -> None:
    boundary = {
        'type': 'system',
        'subtype': 'compact_boundary',
        'content': 'Conversation compacted',
        'compactMetadata': {'trigger': 'manual', 'preTokens': 150_000},
    }
    summary = user('What came before: much.', isCompactSummary=True)
    done = run(tmp_path, redactor, *OPENING, boundary, summary)
    assert [(each.tag, each.attributes) for each in elements(done.chunks)[2:]] == [
        ('system', {'subtype': 'compact_boundary', 'trigger': 'manual', 'tokens_before': '150000'}),
        ('summary', {'compact': 'true'}),
    ]


def test_errors_of_the_api_are_marked(tmp_path: Path, redactor: Redactor) -> None:
    failed = assistant('API Error: 529 Overloaded', isApiErrorMessage=True)
    done = run(tmp_path, redactor, *OPENING, failed)
    assert elements(done.chunks)[-1].attributes == {'api_error': 'true'}


def test_a_nested_agent_says_which_tool_use_started_it(tmp_path: Path, redactor: Redactor) -> None:
    task = assistant(
        uses('Agent', 'toolu_x', subagent_type='Explore', description='Find it', prompt='Go')
    )
    inside = (user('go', uuid='a'), assistant(uses('Bash', command='ls'), uuid='b'))
    nested = [progress('a1', entry, 'toolu_x') for entry in (*inside, *inside)]
    report = {'agentId': 'a1', 'content': [{'type': 'text', 'text': 'found it'}]}
    end = user([gives('found it', 'toolu_x')], toolUseResult=report)
    done = run(tmp_path, redactor, *OPENING, task, *nested, end)
    assert [chunk.name for chunk in done.chunks][1:] == [f'impl-{SESSION}-agent-a1.xml']
    assert metas(done.chunks[1])[0] == {
        'source': 'agent-a1',
        'type': 'Explore',
        'description': 'Find it',
        'started_by': 't1',
    }
    said = [(each.tag, each.text.strip()) for each in elements(done.chunks[1:])]
    assert said == [('system', 'go'), ('tool_use', ''), ('assistant', 'found it')]


def test_an_agents_large_result_lies_in_the_sessions_folder(
    tmp_path: Path, redactor: Redactor
) -> None:
    folder = tmp_path / SESSION
    (folder / 'tool-results').mkdir(parents=True)
    (folder / 'tool-results' / 'b1.txt').write_text('all of it')
    shown = f'<persisted-output>\nFull output saved to: {folder}/tool-results/b1.txt\n'
    side = {'isSidechain': True, 'agentId': 'a1'}
    write(
        folder / 'subagents' / 'agent-a1.jsonl',
        user('go', **side),
        assistant('I go.', uses('Bash', command='make'), **side),
        user([gives(shown)], **side),
    )
    done = run(tmp_path, redactor, *OPENING, user('good'))
    assert texts(Done(done.chunks[1:], done.said), 'tool_result') == ['all of it']
