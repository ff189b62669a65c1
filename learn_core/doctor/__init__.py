"""What is missing here, and how to mend it: a row per question, none of which stops the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from learn_core.doctor import machine, server, setting
from learn_core.doctor.case import BROKEN, OK, UNKNOWN, WARNING, Case, Finding
from learn_core.doctor.table import shown
from learn_core.errors import guarded
from learn_core.push import spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ['BROKEN', 'OK', 'UNKNOWN', 'WARNING', 'Row', 'examine', 'shown']

INTERRUPTED = 130


class Row(NamedTuple):
    """One answer. `mark` is `ok`, `warning`, `broken` or `unknown`; after a broken one those that
    need it are unknown.
    """

    name: str
    mark: str
    found: str
    mend: str


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
    _Question('hooks', setting.hooks, ('repository',)),
    _Question('other hooks', setting.other_hooks, ('repository',)),
    _Question('remote', server.remote, ('settings',)),
    _Question('token', server.token, ('remote',)),
    _Question('scopes', server.scopes, ('token',)),
    _Question('visibility', server.visibility, ('token',)),
    _Question('workflow', server.workflow, ('token',)),
    _Question('sessions', setting.sessions, ('settings',)),
    _Question('encoding', machine.encoding),
    _Question('secret scanner', machine.scanner),
    _Question('disk', machine.disk, ('repository',)),
    _Question('runs', setting.runs, ('repository',)),
)


def examine(folder: Path, environ: Mapping[str, str]) -> Iterator[Row]:
    """A row as soon as it is known. Raises KeyboardInterrupt where a person has seen enough."""
    case = Case(folder, environ)
    command = spool.command(dict(environ), is_managed='PRE_COMMIT' in environ)
    marks: dict[str, str] = {}
    for question in _QUESTIONS:
        missing = [name for name in question.needs if marks[name] in (BROKEN, UNKNOWN)]
        if missing:
            row = Row(question.name, UNKNOWN, f'needs the row `{missing[0]}`', '')
        else:
            row = _asked(question, case)
        marks[question.name] = row.mark
        yield row._replace(mend=row.mend.replace('`learn-hook ', f'`{command} '))


def _asked(question: _Question, case: Case) -> Row:
    """The row; trouble on the way to it is one that is broken, with its sentence in two."""
    found: list[Finding] = []
    said: list[str] = []

    def body() -> int:
        found.append(question.ask(case))
        return 0

    if guarded(body, say=said.append, always_zero=False) == INTERRUPTED:
        raise KeyboardInterrupt
    if found:
        return Row(question.name, *found[0])
    what, _, mend = said[0].partition('; ')
    return Row(question.name, BROKEN, what, mend)
