"""A command that an agent runs is known by what the agent puts into the environment."""

from __future__ import annotations

import pytest

from learn_core.push.agent import agent_in


@pytest.mark.parametrize(
    ('name', 'agent'),
    [
        ('CLAUDECODE', 'Claude Code'),
        ('CODEX_SANDBOX', 'Codex'),
        ('CODEX_THREAD_ID', 'Codex'),
        ('CODEX_SANDBOX_NETWORK_DISABLED', 'Codex'),
        ('COPILOT_CLI', 'Copilot CLI'),
        ('OPENCODE', 'OpenCode'),
        ('AI_AGENT', 'an agent'),
    ],
)
def test_each_agent_has_its_marks(name: str, agent: str) -> None:
    assert agent_in({name: '1', 'HOME': '/home/ann'}) == agent
    assert agent_in({name: ''}) == ''


@pytest.mark.parametrize(
    'name', ['CODEX_HOME', 'CLAUDE_CONFIG_DIR', 'COPILOT_HOME', 'OPENCODE_DB', 'CODEX_API_KEY']
)
def test_what_a_person_sets_is_no_mark(name: str) -> None:
    assert agent_in({name: '/somewhere'}) == ''
