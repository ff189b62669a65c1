from __future__ import annotations

import pytest

from learn_core.agents import Note
from learn_core.agents.claude.entries import parse_entry


def attachment(kind: str, **fields: object) -> dict[str, object]:
    return {'type': 'attachment', 'attachment': {'type': kind, **fields}}


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        (
            attachment(
                'hook_blocking_error',
                hookName='PreToolUse:Bash',
                blockingError={'blockingError': 'no force push', 'command': 'check.sh'},
            ),
            'no force push\ncheck.sh',
        ),
        (attachment('hook_stopped_continuation', message='over the cap'), 'over the cap'),
        (attachment('hook_non_blocking_error', stderr='3 errors', exitCode=1), '3 errors'),
        (attachment('hook_error_during_execution', content='timed out'), 'timed out'),
        (attachment('hook_permission_decision', decision='deny', reason='secret'), 'secret\ndeny'),
        (attachment('task_status', status='failed', description='npm run dev'), 'npm run dev'),
        (attachment('async_hook_response', stderr='broken', exitCode=2), 'broken'),
    ],
)  # fmt: skip
def test_how_a_hook_or_a_task_ended_is_kept(fields: dict[str, object], words: str) -> None:
    entry = parse_entry(fields)
    (note,) = entry.blocks
    assert isinstance(note, Note)
    assert (entry.dropped, note.kind, note.text) == ('', 'system', words)


@pytest.mark.parametrize(
    'fields',
    [
        attachment('hook_success', stdout='ok'),
        attachment('hook_additional_context', content=['be careful']),
        attachment('hook_permission_decision', decision='allow', reason='fine'),
        attachment('task_status', status='running', description='npm run dev'),
        attachment('todo_reminder', content='three todos'),
        attachment('hook_cancelled'),
    ],
)
def test_what_the_client_says_on_the_way_is_dropped(fields: dict[str, object]) -> None:
    kind = parse_entry(fields)
    assert (kind.dropped, kind.blocks) == (f'attachment {kind.subtype}', ())


def test_a_session_that_ran_out_of_turns_says_so() -> None:
    entry = parse_entry(attachment('max_turns_reached', maxTurns=20))
    assert entry.blocks == (Note('system', '', (('turns', '20'),)),)
