"""What is left on the plan issue: never twice, and never anything of others lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError, UnreachableError
from learn_core.github import UnsureError
from learn_core.plans.plan import MATERIALS, metadata_block
from tests.github.conftest import HEADER, REPO

if TYPE_CHECKING:
    from learn_core.github import GitHub
    from learn_demo import StandIn
    from learn_demo.state import Issue

FIELDS: dict[str, object] = {'machine': 'm1', 'gist_url': 'https://g', 'session_ids': ['a']}
NEWER = {**FIELDS, 'session_ids': ['a', 'b']}
MARK = {'learn_status': 'pending', 'learn_run_id': '7'}


@pytest.fixture
def issue(hub: StandIn, github: GitHub) -> Issue:
    return hub.add_issue(REPO, 5, body=HEADER)


def bodies(issue: Issue) -> list[str]:
    return [comment.body for comment in issue.comments]


def blocks(issue: Issue) -> list[object]:
    return [metadata_block(body, MATERIALS) for body in bodies(issue)]


def asked(hub: StandIn) -> list[str]:
    return [exchange.method for exchange in hub.requests]


def test_a_machine_has_one_comment_which_is_edited_in_place(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    first = github.put_comment(5, 'ann', FIELDS)
    assert github.put_comment(5, 'Ann', NEWER) == first
    assert blocks(issue) == [NEWER]
    assert github.put_comment(5, 'ann', {**FIELDS, 'machine': 'm2'}) != first
    assert len(issue.comments) == 2


def test_a_comment_that_says_it_already_is_left_alone(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    github.put_comment(5, 'ann', FIELDS)
    github.put_comment(5, 'ann', FIELDS)
    assert asked(hub) == ['GET', 'POST', 'GET']


def test_what_a_person_wrote_into_the_comment_stays(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    github.put_comment(5, 'ann', FIELDS)
    comment = issue.comments[0]
    comment.body = f'Mine.\r\n{comment.body}Also mine.\r\n'
    github.put_comment(5, 'ann', NEWER)
    assert comment.body.startswith('Mine.\r\n')
    assert comment.body.endswith('Also mine.\r\n')
    assert blocks(issue) == [NEWER]


def test_the_comment_is_found_on_any_page(hub: StandIn, github: GitHub, issue: Issue) -> None:
    for count in range(150):
        hub.add_comment(REPO, 5, f'{count}')
    mine = github.put_comment(5, 'ann', FIELDS)
    assert github.put_comment(5, 'ann', NEWER) == mine
    assert len(issue.comments) == 151


def test_a_stranger_who_copies_the_comment_is_not_written_over(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    github.put_comment(5, 'ann', FIELDS)
    copied = issue.comments.pop()
    hub.add_comment(REPO, 5, copied.body, author='eve')
    github.put_comment(5, 'ann', NEWER)
    assert blocks(issue) == [FIELDS, NEWER]


def test_a_comment_whose_answer_was_lost_is_found_and_not_made_twice(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    hub.misbehave(method='POST', path_contains='/comments', status=502, after_effect=True)
    comment = github.put_comment(5, 'ann', FIELDS)
    assert [str(each.id) for each in issue.comments] == [comment]


def test_a_comment_that_may_be_there_and_does_not_show_up_is_said(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    hub.misbehave(method='POST', path_contains='/comments', status=502)
    with pytest.raises(UnsureError, match='comment on issue #5'):
        github.put_comment(5, 'ann', FIELDS)
    assert issue.comments == []


def test_a_comment_that_is_deleted_meanwhile_is_made_anew(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    github.put_comment(5, 'ann', FIELDS)
    hub.misbehave(
        method='GET', path_contains='/comments', after_effect=True, meanwhile=issue.comments.clear
    )
    github.put_comment(5, 'ann', NEWER)
    assert blocks(issue) == [NEWER]


def test_an_answer_that_names_no_comment_is_no_success(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    hub.misbehave(method='POST', path_contains='/comments', status=201, body='{}')
    with pytest.raises(UnreachableError, match='incomplete'):
        github.put_comment(5, 'ann', FIELDS)


def test_a_comment_is_deleted_once(hub: StandIn, github: GitHub, issue: Issue) -> None:
    comment = github.put_comment(5, 'ann', FIELDS)
    github.delete_comment(comment)
    github.delete_comment(comment)
    assert issue.comments == []


@pytest.mark.parametrize('end', ['\n', '\r\n'])
def test_the_header_is_marked_and_the_rest_of_the_body_stays_to_the_byte(
    hub: StandIn, github: GitHub, issue: Issue, end: str
) -> None:
    issue.body = f'\tOdd  \n\n{HEADER}\n# Plan é \u2028 '.replace('\n', end)
    before = issue.body
    github.mark_header(5, MARK)
    added = f"learn_status: pending{end}learn_run_id: '7'{end}"
    assert issue.body.replace(added, '') == before
    assert asked(hub) == ['GET', 'PATCH', 'GET']


def test_a_body_that_is_saved_over_ours_is_marked_again_from_the_newer_one(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    def save() -> None:
        issue.body = f'{HEADER}What ben added.'

    hub.misbehave(method='PATCH', path_contains='/issues/5', after_effect=True, meanwhile=save)
    github.mark_header(5, MARK)
    assert issue.body.endswith('What ben added.')
    found = metadata_block(issue.body, 'plan-header')
    assert found is not None
    assert found['learn_status'] == 'pending'


def test_a_body_that_is_changed_all_the_time_is_left_in_the_end(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    def save() -> None:
        issue.body = HEADER

    hub.misbehave(
        times=9, method='PATCH', path_contains='/issues/5', after_effect=True, meanwhile=save
    )
    with pytest.raises(LearnError, match='keeps changing'):
        github.mark_header(5, MARK)
    assert asked(hub).count('PATCH') == 3


def test_a_header_that_cannot_be_changed_surely_is_left_alone(
    hub: StandIn, github: GitHub, issue: Issue
) -> None:
    issue.body = before = HEADER.replace('branch_name: P5-retry\nlast_session_id: 0001', '{a: 1}')
    with pytest.raises(LearnError, match='learn-hook does not change'):
        github.mark_header(5, MARK)
    assert issue.body == before
    assert asked(hub) == ['GET']
