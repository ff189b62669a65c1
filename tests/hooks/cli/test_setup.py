"""`learn-hook workflow`: what a team commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.receive import workflow
from tests.golden import INSTALL_FROM

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]


def test_workflow_prints_a_file_to_commit(learn_hook: Command) -> None:
    said = learn_hook('workflow', '--install-from', INSTALL_FROM)
    assert (said.code, said.error) == (0, '')
    assert said.out == workflow.learn_yml(
        install_from=INSTALL_FROM, command=workflow.COMMAND, secrets=[workflow.SECRET]
    )


def test_a_team_chooses_its_agent_and_the_secrets_that_it_needs(learn_hook: Command) -> None:
    words = ('--command', './learn.sh', '--secret', 'KEY', '--secret', 'OTHER_KEY')
    out = learn_hook('workflow', '--install-from', INSTALL_FROM, *words).out
    assert out.endswith('        run: |\n          ./learn.sh\n')
    assert '          KEY: ${{ secrets.KEY }}\n          OTHER_KEY: ${{ secrets' in out
    assert 'ANTHROPIC' not in out


def test_a_copy_of_a_checkout_asks_where_a_runner_gets_it(learn_hook: Command) -> None:
    said = learn_hook('workflow')
    assert (said.code, said.out, said.error.count('\n')) == (1, '', 0)
    assert '--install-from git+https://' in said.error


def test_the_prompt_can_be_read_and_changed(
    learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '#$ISSUE_NUMBER' in learn_hook('workflow', '--prompt').out
    monkeypatch.setenv('ISSUE_NUMBER', '57')
    assert '#57' in learn_hook('workflow', '--prompt').out
