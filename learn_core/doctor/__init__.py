"""What is missing here, and how to fix it: a row per question, none of which stops the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import AGENTS
from learn_core.doctor import machine, server, setting
from learn_core.doctor.case import BROKEN, OK, UNKNOWN, WARNING, Case, Finding
from learn_core.doctor.next import next_steps
from learn_core.doctor.table import shown
from learn_core.errors import guarded
from learn_core.push.notices import command_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ['BROKEN', 'OK', 'UNKNOWN', 'WARNING', 'Row', 'examine', 'next_steps', 'shown']

INTERRUPTED = 130
_NOT_ASKED = (BROKEN, UNKNOWN)
_SKIPPED = 'skipped: '


class Row(NamedTuple):
    """One answer. `mark` is `ok`, `warning`, `broken` or `unknown`, the last also for a question
    that cannot be asked after a broken one.
    """

    name: str
    mark: str
    found: str
    fix: str


class _Question(NamedTuple):
    """`needs` names the questions that must be answered well before this one can be asked."""

    name: str
    ask: Callable[[Case], Finding]
    needs: tuple[str, ...] = ()


_QUESTIONS = (
    _Question('git', machine.git_itself),
    _Question('repository', setting.repository, ('git',)),
    _Question('settings', setting.settings, ('repository',)),
    _Question('on or off', setting.standing, ('settings',)),
    _Question('consent', setting.agreed, ('settings',)),
    _Question('hooks', setting.hooks, ('repository',)),
    _Question('other hooks', setting.other_hooks, ('repository',)),
    _Question('remote', server.remote, ('settings',)),
    _Question('token', server.token, ('remote',)),
    _Question('scopes', server.scopes, ('token',)),
    _Question('visibility', server.visibility, ('token',)),
    _Question('workflow', server.workflow, ('token',)),
    _Question('sessions', setting.sessions, ('settings',)),
    *(_Question(name, partial(machine.agent, name)) for name in AGENTS),
    _Question('encoding', machine.encoding),
    _Question('secret scanner', machine.scanner),
    _Question('disk', machine.disk, ('repository',)),
    _Question('runs', setting.runs, ('repository',)),
)


def examine(folder: Path, environ: Mapping[str, str]) -> Iterator[Row]:
    """A row as soon as it is known. Raises KeyboardInterrupt where a person interrupts."""
    case = Case(folder, environ)
    command = command_of(dict(environ), is_managed='PRE_COMMIT' in environ)
    known: dict[str, Row] = {}
    for question in _QUESTIONS:
        missing = [known[name] for name in question.needs if known[name].mark in _NOT_ASKED]
        if missing:
            why = missing[0].found.removeprefix(_SKIPPED)
            row = Row(question.name, UNKNOWN, f'{_SKIPPED}{why}', '')
        else:
            row = _asked(question, case)
        known[question.name] = row
        yield row._replace(fix=row.fix.replace('`learn-hook ', f'`{command} '))


def _asked(question: _Question, case: Case) -> Row:
    """The row; an error on the way to it is a broken one, its sentence in two halves."""
    found: list[Finding] = []
    said: list[str] = []

    def body() -> int:
        found.append(question.ask(case))
        return 0

    if guarded(body, say=said.append, always_zero=False) == INTERRUPTED:
        raise KeyboardInterrupt
    if found:
        return Row(question.name, *found[0])
    what, _, fix = said[0].partition('; ')
    return Row(question.name, BROKEN, what, fix)
