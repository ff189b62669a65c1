from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from learn_core.page import Shown
from learn_core.page.verdict import commands_of, verdict_of

if TYPE_CHECKING:
    from learn_core.page.shown import Stage

NOW = 1_789_000_000.0
GIST = 'https://gist.github.com/ann/1'


def said(stage: Stage, **facts: Any) -> str:
    verdict = verdict_of(Shown(name='5', plan=5, stage=stage, **facts), NOW)
    parts = [f'{verdict.tone}:', verdict.headline, verdict.readers, *verdict.more]
    return ' '.join(filter(None, parts))


def test_what_was_sent_says_when_where_and_who_can_read_it() -> None:
    words = said('sent', when=NOW - 60, gist_url=GIST, host='gist.github.com', account='ann')
    assert words == (
        'sent: Sent on 10 September 2026 at 00:25 UTC to a secret gist on gist.github.com, in the '
        "account ann. Anyone who has the gist's link can read it. The workflow was started."
    )


def test_an_upload_without_a_start_is_not_called_nothing() -> None:
    words = said('uploaded', gist_url='odd', note='no such workflow')
    assert words == (
        'failed: Uploaded to a secret gist; the workflow was not started. '
        "Anyone who has the gist's link can read it. No such workflow."
    )


@pytest.mark.parametrize('stage', ['waiting', 'scheduled', 'failed', 'dropped', 'unsent'])
def test_an_upload_whose_answer_never_came_is_not_called_nothing(stage: Stage) -> None:
    words = said(stage, may_have_arrived=True)
    assert 'it may have arrived.' in words
    assert 'Nothing was sent' not in words


def test_what_waits_says_for_what_and_who_could_read_it() -> None:
    assert said('held', host='github.com', account='ann') == (
        'waiting: Waiting for you. It would go to a secret gist on github.com, in the account ann: '
        "anyone who has the gist's link can read it there. Nothing was sent."
    )
    scheduled = said('scheduled', when=NOW + 600)
    assert scheduled.startswith('waiting: Scheduled for 10 September 2026 at 00:36 UTC. It would')
    assert said('scheduled', when=NOW - 1).startswith('waiting: Due now.')
    waiting = said('waiting', note='no network')
    assert waiting.startswith('waiting: Waiting to be tried again.')
    assert waiting.endswith('Nothing was sent. No network.')


def test_a_ref_is_read_by_those_who_can_read_its_repository() -> None:
    words = said('held', store='ref', host='git.acme.com')
    assert "a ref of the workflow's repository on git.acme.com" in words
    assert 'everyone who can read that repository can read it there.' in words


def test_what_ended_without_being_sent_says_why() -> None:
    assert said('failed', note='x.') == 'failed: The run failed. X. Nothing was sent.'
    assert said('dropped', note='by hand') == 'unsent: Dropped. By hand. Nothing was sent.'
    gone = 'forgotten; what was sent is deleted'
    assert said('dropped', note=gone) == 'unsent: Dropped. Forgotten; what was sent is deleted.'
    assert said('unsent', note='same materials') == 'unsent: Nothing was sent. Same materials.'
    assert said('dry run').startswith('unsent: Prepared, and nothing was sent.')


def test_a_preview_says_that_nothing_is_asked_of_github() -> None:
    words = said('preview')
    assert words.startswith('unsent: A preview: nothing was sent.')
    assert 'Nothing is asked of GitHub.' in words


def test_the_next_commands_name_the_plan() -> None:
    held = Shown(name='acme/widgets#5', plan=5, stage='held')
    assert [line for line, _ in commands_of(held)] == [
        'learn-hook send acme/widgets#5',
        'learn-hook drop acme/widgets#5',
    ]
    assert commands_of(Shown(name='', stage='preview')) == []
