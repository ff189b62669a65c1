from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.agents import Entry, Image, Text, ToolResult, index, read
from tests.agents.claude.logs import SESSION, assistant, gives, of, typed, user, write

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = '<task-notification>\n<task-id>b1</task-id>\n<status>failed</status></task-notification>'


def entries(folder: Path, *lines: object) -> list[Entry]:
    log = write(folder / f'{SESSION}.jsonl', *lines)
    return [entry for entry in read(of(log)) if not entry.dropped]


def speaker(folder: Path, line: object) -> tuple[str, str]:
    (entry,) = entries(folder, line)
    return entry.type, entry.subtype


def queue(content: str, operation: str = 'enqueue') -> dict[str, object]:
    return {'type': 'queue-operation', 'operation': operation, 'content': content}


@pytest.mark.parametrize(
    'line',
    [
        user('fix it'),
        user('fix it', origin={'kind': 'human'}),
        user('<command-name>/fix</command-name>\n<command-args>it</command-args>'),
        user('<bash-input>make test</bash-input>'),
        user('<div>why is this red?</div>'),
        user('look at <task-notification> in the docs'),
        typed('stop'),
        {'type': 'attachment', 'attachment': {'type': 'queued_command', 'prompt': 'stop',
                                              'commandMode': 'prompt'}},
    ],
)  # fmt: skip
def test_a_person_is_a_user(tmp_path: Path, line: object) -> None:
    assert speaker(tmp_path, line) == ('user', '')


@pytest.mark.parametrize(
    ('line', 'by'),
    [
        (user('x', origin={'kind': 'task-notification'}), 'task-notification'),
        (user('x', origin={'kind': 'peer', 'from': 'unknown'}), 'peer'),
        (user('x', origin={'kind': 'coordinator'}), 'coordinator'),
        (user('x', origin='channel'), 'channel'),
        (user('x', origin={'kind': 'something new'}), 'something new'),
        (user(NOTICE), 'task-notification'),
        (user('<bash-stdout>ok</bash-stdout><bash-stderr></bash-stderr>'), 'bash-stdout'),
        (user('<local-command-stdout>ok</local-command-stdout>'), 'local-command-stdout'),
        (user('<teammate-message from="b">hi</teammate-message>'), 'teammate-message'),
        (user('<system-reminder>x</system-reminder>'), 'system-reminder'),
        (user('documentation', isMeta=True), 'meta'),
        (user('x', promptSource='system'), 'system'),
        (user('x', promptSource='sdk'), 'exec'),
        (user('x', entrypoint='sdk-cli'), 'exec'),
        (user('x', isSidechain=True), 'agent'),
        (user('[Request interrupted by user]'), 'interrupted'),
        (typed(NOTICE, None), 'task-notification'),
        (typed('x', None), 'queued'),
        (typed('x', 'peer'), 'peer'),
    ],
)
def test_everybody_else_is_named(tmp_path: Path, line: object, by: str) -> None:
    assert speaker(tmp_path, line) == ('system', by)


def test_a_summary_of_a_compaction_is_a_summary(tmp_path: Path) -> None:
    assert speaker(tmp_path, user('so far', isCompactSummary=True)) == ('summary', 'compact')


def test_what_the_editor_adds_is_parted_from_what_the_person_said(tmp_path: Path) -> None:
    blocks = [
        {'type': 'text', 'text': '<ide_opened_file>The user opened a.py</ide_opened_file>'},
        {'type': 'text', 'text': 'why is it red?'},
        {'type': 'image', 'source': {'type': 'base64', 'media_type': 'image/png', 'data': ''}},
    ]
    first, second = entries(tmp_path, user(blocks, uuid='u'))
    assert (first.type, first.subtype) == ('system', 'ide_opened_file')
    assert (second.type, second.blocks) == ('user', (Text('why is it red?'), Image('image/png', 0)))
    assert first.uuid == second.uuid == 'u'


@pytest.mark.parametrize(
    ('text', 'parts'),
    [
        (
            '<ide_selection>a.py</ide_selection>\nwhy?',
            [('ide_selection', '<ide_selection>a.py</ide_selection>'), ('', 'why?')],
        ),
        (
            'why?\n<system-reminder>\nbe kind\n</system-reminder>\n',
            [('', 'why?'), ('system-reminder', '<system-reminder>\nbe kind\n</system-reminder>')],
        ),
        (
            '<task-notification>x</task-notification>\nRead the output',
            [('task-notification', None)],
        ),
        ('it says <system-reminder>x</system-reminder> there', [('', None)]),
    ],
)
def test_what_the_client_adds_to_a_text_is_parted_from_it(
    tmp_path: Path, text: str, parts: list[tuple[str, str | None]]
) -> None:
    assert [(entry.subtype, entry.blocks) for entry in entries(tmp_path, user(text))] == [
        (by, (Text(text if words is None else words),)) for by, words in parts
    ]


def test_a_notice_that_a_person_pasted_is_the_persons(tmp_path: Path) -> None:
    assert speaker(tmp_path, user(NOTICE, origin={'kind': 'human'})) == ('user', '')
    assert speaker(tmp_path, typed(NOTICE)) == ('user', '')


def test_a_refusal_and_an_answer_hold_a_persons_words(tmp_path: Path) -> None:
    refusal = "The user doesn't want to proceed with this tool use. The user said:\nuse make"
    answer = 'User has answered your questions: "Which?"="the second"'
    (entry,) = entries(
        tmp_path,
        user([gives(refusal, is_error=True), gives(answer), gives('a file that quotes ' + answer)]),
    )
    refused, answered, other = (
        (block.is_rejected, block.is_answer)
        for block in entry.blocks
        if isinstance(block, ToolResult)
    )
    assert (refused, answered, other) == ((True, True), (False, True), (False, False))


@pytest.mark.parametrize('copy', [user('first\nare there tests?'), typed('are there tests?')])
def test_a_queued_prompt_that_was_delivered_is_there_once(tmp_path: Path, copy: object) -> None:
    assert len(entries(tmp_path, queue('are there tests?'), copy)) == 1


@pytest.mark.parametrize('text', ['are there tests?', 'stop'])
def test_a_queued_prompt_that_never_arrived_is_kept(tmp_path: Path, text: str) -> None:
    result = user([gives('a nonstop thing')])
    first, _ = entries(tmp_path, queue(text), result)
    assert (first.type, first.queued, first.blocks) == ('user', True, (Text(text),))


def test_a_notice_that_never_arrived_is_kept_as_the_clients(tmp_path: Path) -> None:
    (entry,) = entries(tmp_path, queue(NOTICE))
    assert (entry.type, entry.subtype, entry.queued) == ('system', 'task-notification', True)


def test_a_session_of_a_program_alone_says_so(tmp_path: Path) -> None:
    program = user('do it', entrypoint='sdk-cli', promptSource='sdk')
    log = write(tmp_path / 'a.jsonl', program, assistant('done'))
    assert (index(of(log)).source, index(of(log)).prompts) == ('exec', 0)
    log = write(tmp_path / 'b.jsonl', program, assistant('done'), user('no, not so'))
    assert (index(of(log)).source, index(of(log)).prompts) == ('', 1)


def test_a_log_of_bridge_entries_alone_ran_in_the_cloud(tmp_path: Path) -> None:
    bridge = {'type': 'bridge-session', 'sessionId': SESSION, 'bridgeSessionId': 'cse_1'}
    log = write(tmp_path / 'a.jsonl', bridge, {'type': 'mode'}, bridge)
    assert index(of(log)).not_a_session == 'cloud session: only bridge entries'
    log = write(tmp_path / 'b.jsonl', bridge, user('go'), assistant('done'))
    assert index(of(log)).not_a_session == ''
