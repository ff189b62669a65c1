"""Whose token it is, what it may, and what is seen with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.receive.workflow import COMMAND, SECRET, learn_yml
from tests.conftest import TOKEN
from tests.github.conftest import REPO
from tests.golden import INSTALL_FROM

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.github import Account, GitHub
    from learn_demo import StandIn

OURS = learn_yml(install_from=INSTALL_FROM, command=COMMAND, secrets=[SECRET])


def account(github: GitHub) -> Account:
    return github.account(workflow='learn.yml', ref='master')


def test_one_request_tells_owner_scopes_visibility_and_workflow(github: GitHub) -> None:
    found = account(github)
    assert (found.login, found.expires, found.is_private) == ('ann', None, True)
    assert found.may_write
    assert found.scopes == frozenset({'repo', 'gist', 'workflow'})
    assert found.workflow.problem is None
    assert len(github.exchanges) == 1


def test_a_fine_grained_token_has_no_scopes_but_an_end(hub: StandIn, github: GitHub) -> None:
    hub.tokens[TOKEN] = {'login': 'ann', 'scopes': None, 'expires': '2027-10-12 09:00:00 UTC'}
    found = account(github)
    assert found.scopes is None
    assert found.expires == 1_823_331_600


@pytest.mark.parametrize(
    ('date', 'seconds'),
    [('2027-10-12 11:00:00 +0200', 1_823_331_600), ('soon', None), ('', None)],
)
def test_an_end_is_read_in_any_zone(
    hub: StandIn, github: GitHub, date: str, seconds: float | None
) -> None:
    hub.tokens[TOKEN]['expires'] = date
    assert account(github).expires == seconds


def test_a_token_with_no_scope_at_all_is_none_without_scopes(hub: StandIn, github: GitHub) -> None:
    hub.tokens[TOKEN]['scopes'] = set()
    found = account(github)
    assert found.scopes == frozenset()
    assert (found.is_private, found.may_write) == (None, None)
    assert 'shows no repository' in str(found.workflow.problem)


@pytest.mark.parametrize(
    ('line', 'shows'),
    [
        ('GIST: ${{ inputs.gist_url }}', True),
        ('GIST: ${{ github.event.inputs.gist_url }}', True),
        ("GIST: ${{ inputs['gist_url'] }}", True),
        ('ALL: ${{ toJSON(inputs) }}', True),
        ('ALL: ${{ toJson( github.event ) }}', True),
        ('ISSUE: ${{ inputs.issue_number }} # not the gist_url', False),
    ],
)
def test_a_workflow_that_prints_the_gists_url_is_told_from_ours(
    hub: StandIn, github: GitHub, line: str, shows: bool
) -> None:
    text = OURS.replace('GH_TOKEN: ${{ github.token }}', line)
    assert text != OURS
    hub.add_repo(REPO, workflow=text, private=False)
    assert account(github).shows_gist is shows
    hub.add_repo(REPO, workflow=OURS, private=False)
    found = account(github)
    assert (found.shows_gist, found.is_private) == (False, False)


def test_without_a_token_nothing_is_asked(door: Callable[[str | None], GitHub]) -> None:
    github = door(None)
    with pytest.raises(LearnError, match='gh auth login'):
        account(github)
    assert len(github.exchanges) == 0
