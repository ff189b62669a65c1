"""The environment of git's processes: no prompts, and nothing of another command's settings."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

NO_PROMPT = {
    'GIT_ASKPASS': '',
    'GIT_TERMINAL_PROMPT': '0',
    'SSH_ASKPASS_REQUIRE': 'never',
    'GCM_INTERACTIVE': 'never',
    'GIT_OPTIONAL_LOCKS': '0',
    'LC_ALL': 'C',
}

_OF_ONE_COMMAND = (
    'GIT_ALTERNATE_OBJECT_DIRECTORIES',
    'GIT_COMMON_DIR',
    'GIT_CONFIG',
    'GIT_CONFIG_COUNT',
    'GIT_CONFIG_PARAMETERS',
    'GIT_DIR',
    'GIT_GRAFT_FILE',
    'GIT_IMPLICIT_WORK_TREE',
    'GIT_INDEX_FILE',
    'GIT_INTERNAL_SUPER_PREFIX',
    'GIT_NAMESPACE',
    'GIT_NO_REPLACE_OBJECTS',
    'GIT_OBJECT_DIRECTORY',
    'GIT_PREFIX',
    'GIT_QUARANTINE_PATH',
    'GIT_REFLOG_ACTION',
    'GIT_REPLACE_REF_BASE',
    'GIT_SHALLOW_FILE',
    'GIT_WORK_TREE',
)


def leave_command(environ: MutableMapping[str, str]) -> None:
    """Removes from an environment what git set for one command, which a worker outlives.

    What stays is the trust in folders that was given on its command line (`git -c safe.directory=…
    push`), and nothing else of those settings: they may hold an authorization header.
    """
    folders = _trusted_on_command_line(environ)
    for name in list(environ):
        if name in _OF_ONE_COMMAND or name.startswith(('GIT_CONFIG_KEY_', 'GIT_CONFIG_VALUE_')):
            del environ[name]
    if folders:
        environ.update(_as_environment([('safe.directory', folder) for folder in folders]))


def _trusted_on_command_line(environ: Mapping[str, str]) -> list[str]:
    if 'GIT_CONFIG_PARAMETERS' not in environ and 'GIT_CONFIG_COUNT' not in environ:
        return []
    words = ('git', 'config', '--show-scope', '-z', '--get-all', 'safe.directory')
    env = {name: value for name, value in environ.items() if name not in ('GIT_DIR', 'GIT_CONFIG')}
    try:
        asked = subprocess.run(words, env=env, cwd='/', capture_output=True, check=False)
    except OSError:
        return []
    fields = os.fsdecode(asked.stdout).split('\0')
    pairs = zip(fields[::2], fields[1::2], strict=False)
    return [folder for scope, folder in pairs if scope == 'command']


def credentials(secret: str) -> dict[str, str]:
    """The environment in which git answers its own question for a password by `secret`."""
    if not secret:
        return {}
    user, _, password = secret.partition(':')
    helper = (
        '!f() { printf "username=%s\\npassword=%s\\n" "$LEARN_HOOK_USER" "$LEARN_HOOK_PASS"; }; f'
    )
    given = {'LEARN_HOOK_USER': unquote(user), 'LEARN_HOOK_PASS': unquote(password)}
    return given | _as_environment([('credential.helper', ''), ('credential.helper', helper)])


def _as_environment(settings: list[tuple[str, str]]) -> dict[str, str]:
    """Settings of one command as git reads them from the environment (git 2.31)."""
    count = os.environ.get('GIT_CONFIG_COUNT', '')
    first = int(count) if count.isdigit() else 0
    found = {'GIT_CONFIG_COUNT': str(first + len(settings))}
    for number, (key, value) in enumerate(settings, first):
        found |= {f'GIT_CONFIG_KEY_{number}': key, f'GIT_CONFIG_VALUE_{number}': value}
    return found
