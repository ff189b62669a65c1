"""A repository on the stand-in, and the door to it as a person with a token has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from learn_core.github import Address, GitHub, Patience, address_of
from learn_core.materials.packed import Packed, pack
from tests.conftest import FETCH_URL, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_demo import StandIn

REPO = 'acme/widgets'
WORKFLOW = """
name: learn
run-name: learn ${{ inputs.issue_number }} :${{ inputs.distinct_id }}
on:
  workflow_dispatch:
    inputs:
      issue_number: {required: true}
      gist_url: {required: true}
      distinct_id:
      depth: {required: true, default: 3}
"""
HEADER = """
<!-- erk:metadata-block:plan-header -->
```yaml
branch_name: P5-retry
last_session_id: 0001
```
<!-- /erk:metadata-block:plan-header -->
"""
IN_A_HURRY = Patience(connect=2, read=1, whole=10, pause=0.02, longest_wait=3)


@pytest.fixture
def address(hub: StandIn) -> Address:
    found = address_of(FETCH_URL, api_url=hub.url, graphql_url=None)
    assert found is not None
    return found


@pytest.fixture
def said() -> list[str]:
    """The lines of progress."""
    return []


@pytest.fixture
def github(hub: StandIn, address: Address, said: list[str]) -> GitHub:
    hub.add_repo(REPO, workflow=WORKFLOW)
    return GitHub(address, TOKEN, progress=said.append, patience=IN_A_HURRY)


@pytest.fixture
def packed() -> Packed:
    return pack({'impl-1.xml': '<session/>'})


@pytest.fixture
def door(address: Address) -> Callable[[str | None], GitHub]:
    """The door for another token."""
    return lambda token: GitHub(address, token, patience=IN_A_HURRY)


def errors(*found: dict[str, str]) -> str:
    """A GraphQL answer that is nothing but errors."""
    return json.dumps({'data': None, 'errors': found})


def plan(github: GitHub) -> None:
    """Asks for plan 5 as the pipeline does."""
    github.plan(5, workflow='learn.yml', ref='master')


def address_at(base: str) -> Address:
    """The repository where the API's base is this one."""
    found = address_of(FETCH_URL, api_url=base, graphql_url=None)
    assert found is not None
    return found


@pytest.fixture
def asked(hub: StandIn, github: GitHub) -> Callable[[], int]:
    """Asks for a plan that is there; gives how many requests that took."""

    def ask() -> int:
        hub.add_issue(REPO, 5)
        plan(github)
        return len(github.exchanges)

    return ask
