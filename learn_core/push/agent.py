"""Does an agent run this command, rather than a person: what agents set in the environment."""

from __future__ import annotations

# name of the agent, variables that it sets for the commands it runs
_MARKS = (
    ('Claude Code', ('CLAUDECODE',)),
    ('Copilot CLI', ('COPILOT_CLI', 'COPILOT_AGENT_SESSION_ID')),
    ('OpenCode', ('OPENCODE', 'OPENCODE_PID', 'OPENCODE_CLIENT')),
    ('an agent', ('AI_AGENT', 'CURSOR_AGENT', 'GEMINI_CLI')),
)
_CODEX = 'CODEX_'  # it sets several; these are the ones that a person sets
_CODEX_SETTINGS = ('CODEX_HOME', 'CODEX_SQLITE_HOME', 'CODEX_API_KEY', 'CODEX_ACCESS_TOKEN')


def agent_in(environ: dict[str, str]) -> str:
    """The agent's name, '' for a person."""
    there = [name for name, value in environ.items() if value not in ('', '0', 'false')]
    for agent, marks in _MARKS:
        if any(mark in there for mark in marks):
            return agent
    is_codex = any(name.startswith(_CODEX) and name not in _CODEX_SETTINGS for name in there)
    return 'Codex' if is_codex else ''
