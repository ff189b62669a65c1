from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_demo import StandIn
from tests.conftest import TOKEN
from tests.demo.asking import LEARN

if TYPE_CHECKING:
    from collections.abc import Iterator

ACME = 'acme/widgets'


@pytest.fixture
def widgets(hub: StandIn) -> StandIn:
    """A hub with a repository, a plan of three comments, and its merged pull request."""
    hub.add_repo(ACME, workflow=LEARN)
    hub.add_issue(ACME, 123, title='Plan', body='do it', labels=['erk-plan', 'big'])
    for text in ('one', 'two'):
        hub.add_comment(ACME, 123, text)
    hub.add_comment(ACME, 123, 'three', author=None)
    hub.add_pull(ACME, 45, head='P123-x', state='MERGED', closes=[123], labels=['big'])
    hub.add_comment(ACME, 45, 'nice', author='dependabot[bot]')
    hub.add_thread(ACME, 45, path='a.py', line=3, comments=[('ann', 'why?'), (None, 'because')])
    hub.add_review(ACME, 45, 'good', state='APPROVED')
    return hub


@pytest.fixture
def unchecked() -> Iterator[StandIn]:
    """A hub that is asked what GitHub would not take."""
    with StandIn.started() as started:
        started.tokens[TOKEN] = {'login': 'ann', 'scopes': {'repo', 'gist'}}
        started.add_repo(ACME, workflow=LEARN)
        started.add_issue(ACME, 123, labels=['big'])
        yield started
