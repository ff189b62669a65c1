from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.client import Client
from tests.conftest import TOKEN
from tests.github.conftest import errors, plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.github import Address, GitHub
    from learn_core.materials.packed import Packed
    from learn_demo import StandIn


@pytest.mark.parametrize(
    ('fault', 'kind', 'words'),
    [
        ({'status': 401}, LearnError, 'does not accept the token .401.; run .gh auth login'),
        ({'status': 404}, NotFoundError, 'cannot read issue #5 of acme/widgets .404'),
        (
            {'status': 410, 'body': '{"message": "Gone."}'},
            NotFoundError,
            'Gone.: it was deleted',
        ),
        (
            {'status': 403, 'headers': {'X-Accepted-GitHub-Permissions': 'issues=read'}},
            LearnError,
            'lacks the permission `issues=read`',
        ),
        (
            {
                'status': 403,
                'headers': {'X-OAuth-Scopes': 'gist', 'X-Accepted-OAuth-Scopes': 'repo'},
            },
            LearnError,
            'lacks the scope `repo`; run .gh auth refresh --hostname',
        ),
        (
            {'status': 403, 'headers': {'X-GitHub-SSO': 'required; url=https://x'}},
            LearnError,
            'single sign-on',
        ),
        ({'status': 403, 'body': '{"message": "No\\nway"}'}, LearnError, '403: No way'),
        ({'status': 403, 'body': '<html>'}, LearnError, r'\(403\); ask'),
        (
            {'status': 422, 'body': '{"message": "Bad", "errors": [{"code": "x"}, {"a": 1}]}'},
            LearnError,
            '422: Bad; x',
        ),
        (
            {
                'status': 422,
                'body': json.dumps(
                    {'message': 'Bad', 'errors': [{'field': 'files', 'code': 'missing'}, 'Worse']}
                ),
            },
            LearnError,
            '422: Bad; files missing; Worse',
        ),
        (
            {'status': 422, 'body': '{"message": "Bad", "errors": "Worse"}'},
            LearnError,
            'Bad; Worse',
        ),
        ({'status': 418}, LearnError, 'refused to read issue #5'),
        (
            {'status': 200, 'body': errors({'type': 'FORBIDDEN', 'message': 'SAML'})},
            LearnError,
            'cannot read issue #5 of acme/widgets: SAML; check',
        ),
    ],
)
def test_a_refusal_is_one_sentence_that_says_what_to_do(
    hub: StandIn,
    asked: Callable[[], int],
    fault: dict[str, Any],
    kind: type[LearnError],
    words: str,
) -> None:
    hub.misbehave(**fault)
    with pytest.raises(LearnError, match=words) as caught:
        asked()
    assert type(caught.value) is kind
    assert '\n' not in str(caught.value)
    assert len(hub.requests) == 1


def test_a_wrong_token_is_said(hub: StandIn, door: Callable[[str], GitHub]) -> None:
    with pytest.raises(LearnError, match='does not accept the token'):
        plan(door('wrong-token'))


def test_without_a_token_nothing_is_asked(
    hub: StandIn, door: Callable[[None], GitHub], packed: Packed
) -> None:
    for ask in (lambda: plan(door(None)), lambda: door(None).store().put(5, packed)):
        with pytest.raises(LearnError, match=r'no token for github.com; run `gh auth login'):
            ask()
    assert hub.requests == []


def test_the_token_shows_nowhere(hub: StandIn, github: GitHub, address: Address) -> None:
    assert TOKEN not in repr(github)
    assert TOKEN not in repr(Client(address, TOKEN))
    for body in (json.dumps({'message': f'bad {TOKEN}'}), errors({'message': f'bad {TOKEN}'})):
        for status in (200, 422):
            hub.misbehave(status=status, body=body)
            with pytest.raises(LearnError) as caught:
                plan(github)
            assert TOKEN not in str(caught.value)
            assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_other_credentials_of_the_environment_stay_there(
    hub: StandIn,
    asked: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv('GITHUB_JWT_TOKEN', 'other-token')
    monkeypatch.setenv('GITHUB_TOKEN', 'another-token')
    monkeypatch.setenv('GHAPI_DEBUG', '1')
    asked()
    assert hub.requests[0].headers['authorization'] == f'Bearer {TOKEN}'
    assert capfd.readouterr() == ('', '')


def test_this_machine_is_not_asked_through_a_proxy(
    asked: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('no_proxy', 'NO_PROXY'):
        monkeypatch.delenv(name)
    assert asked() == 1
