"""What is missing here, and how to fix it: a row per question, none of which stops the others."""

from __future__ import annotations

import re
import shutil
import textwrap
from functools import partial
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.agents import AGENTS
from learn_core.doctor import here, server
from learn_core.doctor.case import BROKEN, OK, UNKNOWN, WARNING, Case, Finding
from learn_core.errors import LearnError, sentence_of
from learn_core.github import no_token, variable_for
from learn_core.push.notices import command_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ['BROKEN', 'examine', 'next_steps', 'shown']

_SKIPPED = 'skipped: '
_STYLES = {OK: 'green', WARNING: 'yellow', BROKEN: 'bold red', UNKNOWN: 'dim'}
_WIDTHS = (9, 16)
_PASTED = re.compile(r'`[^`]+`')
_FOLDER = '.github/workflows'

# a row's name, its question, and the row that must be answered well before it can be asked
_QUESTIONS: tuple[tuple[str, Callable[[Case], Finding], str], ...] = (
    ('git', here.git_itself, ''),
    ('repository', here.repository, 'git'),
    ('settings', here.settings, 'repository'),
    ('on or off', here.standing, 'settings'),
    ('consent', here.agreed, 'settings'),
    ('hooks', here.hooks, 'repository'),
    ('other hooks', here.other_hooks, 'repository'),
    ('remote', server.remote, 'settings'),
    ('token', server.token, 'remote'),
    ('scopes', server.scopes, 'token'),
    ('visibility', server.visibility, 'token'),
    ('workflow', server.workflow, 'token'),
    ('sessions', here.sessions, 'settings'),
    *((name, partial(here.agent, name), '') for name in AGENTS),
    ('encoding', here.encoding, ''),
    ('secret scanner', here.scanner, ''),
    ('disk', here.disk, 'repository'),
    ('runs', here.runs, 'repository'),
)


def examine(folder: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, Finding]]:
    """A row as soon as it is known: its name, and what was found."""
    case = Case(folder, environ)
    command = command_of(dict(environ), is_managed='PRE_COMMIT' in environ)
    known: dict[str, Finding] = {}
    for name, ask, need in _QUESTIONS:
        if need and known[need].mark in (BROKEN, UNKNOWN):
            why = known[need].found.removeprefix(_SKIPPED)
            known[name] = Finding(UNKNOWN, f'{_SKIPPED}{why}')
        else:
            known[name] = _asked(ask, case)
        fix = known[name].fix.replace('`learn-hook ', f'`{command} ')
        yield name, known[name]._replace(fix=fix)


def _asked(ask: Callable[[Case], Finding], case: Case) -> Finding:
    """An error on the way to an answer is a broken one, its sentence in two halves."""
    try:
        return ask(case)
    except Exception as error:
        what, _, fix = sentence_of(error).partition('; ')
        return Finding(BROKEN, what, fix)


def shown(rows: Iterable[tuple[str, Finding]]) -> Iterator[tuple[str, Finding]]:
    """Prints what goes through, in the width of the terminal, 80 where there is none. A word is
    never broken: it may be a path.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console()
    width = shutil.get_terminal_size().columns - sum(_WIDTHS)
    for name, (mark, found, fix) in rows:
        said = [(line, 'default') for line in _wrapped(found, width)]
        said += [(line, 'bold') for line in _wrapped(f'-> {fix}' if fix else '', width)]
        for number, (line, style) in enumerate(said):
            first, second = ('', '') if number else (mark, name)
            text = Text(first.ljust(_WIDTHS[0]), style=_STYLES[mark])
            text.append(second.ljust(_WIDTHS[1]), style='default')
            text.append(line, style=style)
            console.print(text, soft_wrap=True)
        yield name, Finding(mark, found, fix)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of a text, in which what comes from GitHub or a config file moves no cursor. What is
    to be pasted stays whole.
    """
    plain = ''.join(sign if sign.isprintable() else '?' for sign in text)
    held = _PASTED.sub(lambda pasted: pasted[0].replace(' ', '\0'), plain)
    lines = textwrap.wrap(held, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace('\0', ' ') for line in lines]


def next_steps(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """A line for each thing that is missing after `install`, as far as it is known without a
    request to GitHub, and what to run then.
    """
    lines = [f'next: {step}' for step in _missing(Case(folder, environ))]
    return [*lines, 'next: learn-hook doctor checks the rest; learn-hook preview shows what leaves']


def _missing(case: Case) -> Iterator[str]:
    try:
        github = case.github[0]
    except LearnError as error:
        yield str(error)
        return
    host, file = github.address.host, f'{_FOLDER}/{case.settings.workflow}'
    if not github.token:
        yield str(no_token(host, variable_for(host)))
    if not git.has_file(case.repository, file, case.settings.ref):
        yield f'there is no {file} here; commit it: learn-hook workflow > {file}'
