"""The receiving end, as a team commits it: its learn.yml, and the prompt for its agent."""

from __future__ import annotations

import json
import re
from importlib import metadata, resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from learn_core.errors import LearnError, UsageError
from learn_core.git import published_commit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

SECRET = 'ANTHROPIC_API_KEY'  # noqa: S105  (its name)
COMMAND = (
    'npx --yes @anthropic-ai/claude-code@2.1.331 --print --add-dir "$MATERIALS" \\\n'
    '  --model "$MODEL" --max-turns 80 \\\n'
    "  --allowed-tools 'Read,Grep,Glob,Write,Bash(gh issue *),Bash(gh label *),"
    'Bash(git diff *),Bash(git show *),Bash(git log *)\' <"$PROMPT"'
)

_GIVE_ONE = (
    'give --install-from git+https://…@COMMIT (in full: `git ls-remote URL TAG` prints that of a '
    'tag), or the https URL of a wheel with #sha256=HASH behind it'
)
# names exact bytes, holds no password, and needs no quoting in sh or YAML
_SIGNS = r'[A-Za-z0-9._~%+/:-]+'
_COMMIT = r'(?:[0-9a-f]{40}|[0-9a-f]{64})'
_PINNED = re.compile(
    rf'git\+(?:(?:https|file)://|ssh://(?:[a-z]+@)?){_SIGNS}@{_COMMIT}(?:#subdirectory={_SIGNS})?'
    rf'|(?:https|file)://{_SIGNS}#sha256=[0-9a-f]{{64}}'
)
_FETCHED_BY_ALL = ('git+https://', 'https://')
_SECRET_NAME = re.compile(r'(?!GITHUB_)[A-Z_][A-Z0-9_]*')
_ISSUE = re.compile(r'[1-9][0-9]{0,17}')


def learn_yml(*, install_from: str | None, command: str, secrets: Sequence[str]) -> str:
    """The workflow file. `install_from` is a URL that pins what it names, by default where this
    copy came from; `command` is lines of sh, `secrets` names of secrets that it sees in its
    environment.

    Raises UsageError, and LearnError where it is not known what to install.
    """
    if '${{' in command:
        raise UsageError('a command may not hold ${{, which GitHub replaces; use --secret NAME')
    if not command.strip() or not re.sub(r'[\n\t]', '', command).isprintable():
        raise UsageError('the command is empty or holds control characters; give lines of sh')
    for name in secrets:
        if not _SECRET_NAME.fullmatch(name):
            raise UsageError(f'{name[:80]!r} cannot name a secret; GitHub takes A-Z, 0-9 and _')
    if install_from and not _PINNED.fullmatch(install_from):
        raise UsageError(f'that URL does not pin what it names; {_GIVE_ONE}')
    values = {
        'INSTALL_FROM': install_from or source_of_this_copy(),
        'COMMAND': _block(command.strip().split('\n')),
        'SECRET_NAME: ${{ secrets.SECRET_NAME }}': _block(
            [f'{name}: ${{{{ secrets.{name} }}}}' for name in secrets]
        ),
    }
    slots = re.compile('|'.join(map(re.escape, values)))
    return slots.sub(lambda slot: values[slot[0]], _template('learn.yml'))


def prompt(environ: Mapping[str, str]) -> str:
    """What the agent is told; where `ISSUE_NUMBER` and `MATERIALS` are set they are filled in.

    Raises LearnError for a number that is not one.
    """
    number = environ.get('ISSUE_NUMBER')
    if number is not None and not _ISSUE.fullmatch(number):
        raise LearnError('ISSUE_NUMBER is not the number of an issue; set it to one')
    known = {name: environ[name] for name in ('ISSUE_NUMBER', 'MATERIALS') if name in environ}
    return Template(_template('prompt.md')).safe_substitute(known)


def source_of_this_copy() -> str:
    """Where this copy was installed from, as a URL that pins it: a clone means the commit that
    it has checked out, if a remote has it. Raises LearnError.
    """
    try:
        text = metadata.distribution('learn-hook').read_text('direct_url.json')
        source = _source_of(json.loads(text or '{}'))
    except (LearnError, ImportError, ValueError, TypeError, KeyError, AttributeError):
        source = ''
    if not source.startswith(_FETCHED_BY_ALL) or not _PINNED.fullmatch(source):
        raise LearnError(f'it is not known where a runner can install this copy from; {_GIVE_ONE}')
    return source


def _source_of(origin: Any) -> str:
    """What pip, uv or pipx noted about the URL that it installed from, as JSON."""
    url = str(origin['url'])
    if 'vcs_info' in origin:
        folder = origin.get('subdirectory')
        below = f'#subdirectory={folder}' if folder else ''
        return f'{origin["vcs_info"]["vcs"]}+{url}@{origin["vcs_info"]["commit_id"]}{below}'
    if 'dir_info' in origin:
        return published_commit(Path(url2pathname(urlsplit(url).path)))
    return f'{url.partition("#")[0]}#sha256={origin["archive_info"]["hashes"]["sha256"]}'


def _template(name: str) -> str:
    return (resources.files('learn_core.receive') / 'templates' / name).read_text(encoding='utf-8')


def _block(lines: Sequence[str]) -> str:
    """The lines as they stand in the template, where the first one is indented already."""
    return '\n'.join([lines[0], *(f'{" " * 10}{line}' if line else '' for line in lines[1:])])
