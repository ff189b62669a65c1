from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learn_core.page.verdict import verdict_of
from learn_core.plans.run import Run, Trigger

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_789_000_000.0
GIST = {'id': '1', 'url': 'https://gist.github.com/ann/1'}


def said(folder: Path, state: str, note: str = '', *, at: float = 0.0, **steps: Any) -> str:
    run = Run(folder, Trigger(kind='push', issue=5))
    run.state, run.note, run.not_before, run.ended = state, note, at, NOW
    run.steps = steps
    verdict = verdict_of(run, NOW)
    return ' '.join([f'{verdict.tone}:', verdict.headline, *verdict.more])


def test_what_was_sent_says_when_where_and_who_can_read_it(tmp_path: Path) -> None:
    assert said(tmp_path, 'done', gist=GIST, workflow={}, sent_at=NOW - 60) == (
        'sent: Sent on 10 September 2026 at 00:25 UTC to a secret gist on gist.github.com. '
        'Anyone who has its link can read it. The workflow that learns from it was started.'
    )
    assert 'on 10 September 2026 at 00:26' in said(tmp_path, 'done', gist=GIST, workflow={})


def test_an_upload_without_a_start_does_not_pass_for_nothing(tmp_path: Path) -> None:
    words = said(tmp_path, 'failed', 'no such workflow', gist={'url': 'odd'})
    assert words == (
        'failed: Uploaded to a secret gist; the workflow was not started. Anyone who has its link '
        'can read it. No such workflow.'
    )
    assert said(tmp_path, 'waiting', gist=GIST).startswith('waiting: Uploaded to a secret gist on')


def test_an_upload_whose_answer_never_came_is_not_called_nothing(tmp_path: Path) -> None:
    for state in ('waiting', 'failed', 'dropped', 'done'):
        words = said(tmp_path, state, 'cut off', sending=True, packed=[])
        assert 'An upload was begun: it may have arrived.' in words
        assert 'Nothing was sent' not in words


def test_what_waits_says_for_what(tmp_path: Path) -> None:
    assert said(tmp_path, 'held', packed=[]).startswith('waiting: Waits for you. Nothing was sent.')
    held = said(tmp_path, 'held', at=NOW + 600, packed=[])
    assert held.startswith(
        'waiting: Waits, and goes on 10 September 2026 at 00:36 UTC. Nothing was sent.'
    )
    assert 'learn-hook send' in held
    assert said(tmp_path, 'held', at=NOW - 1, packed=[]).startswith('waiting: Goes now.')
    assert said(tmp_path, 'waiting', 'no network') == (
        'waiting: Waits for a better moment. Nothing was sent. No network.'
    )
    assert 'goes on 10 September 2026' in said(tmp_path, 'waiting', at=NOW + 600, packed=[])


def test_what_ended_without_being_sent_says_why(tmp_path: Path) -> None:
    assert said(tmp_path, 'failed', 'x.') == 'failed: The run failed. X. Nothing was sent.'
    assert said(tmp_path, 'dropped', 'by hand') == 'unsent: Dropped. By hand. Nothing was sent.'
    assert said(tmp_path, 'done', 'same materials') == 'unsent: Nothing was sent. Same materials.'
    assert said(tmp_path, 'done', 'dry run') == (
        'unsent: Prepared, and nothing was sent. It was a dry run.'
    )
