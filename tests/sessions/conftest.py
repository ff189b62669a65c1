"""A machine with a repository, and transcripts as Claude Code writes them."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from learn_core import git as learn_git
from learn_core.plans.plan import PlanIssue, plan_issue
from learn_core.sessions.discover import branch_of, discover
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_core.sessions.source import Discovered

BRANCH = 'P5-retry'
_uuids = itertools.count(1)

Row = Mapping[str, object]


def row(kind: str, text: str, **fields: object) -> Row:
    """An entry of Claude Code's; `minute` is when it was written."""
    minute = fields.pop('minute', 0)
    return {
        'type': kind,
        'uuid': f'uuid-{next(_uuids)}',
        'timestamp': f'2026-01-02T10:{minute:02}:00.000Z',
        'message': {'role': kind, 'content': [{'type': 'text', 'text': text}]},
        **fields,
    }


def talk(session_id: str, cwd: Path | str, branch: str = BRANCH, *, minute: int = 0) -> list[Row]:
    """A question, its answer and a thank-you."""
    words = [('user', 'Add a retry'), ('assistant', 'Done'), ('user', 'Thanks')]
    place: Row = {'sessionId': session_id, 'cwd': str(cwd), 'gitBranch': branch}
    return [row(kind, text, minute=minute, **place) for kind, text in words]


def block(key: str, **fields: object) -> str:
    lines = '\n'.join(f'{name}: {value}' for name, value in fields.items())
    return f'<!-- erk:metadata-block:{key} -->\n```yaml\n{lines}\n```\n<!-- /erk:metadata-block -->'


def plan(*comments: str, **header: object) -> PlanIssue:
    body = block('plan-header', schema_version=2, **header)
    return plan_issue(number=5, url='u', title='t', body=body, labels=[], comments=comments)


@dataclass
class Machine:
    """A repository and the folders of transcripts on one machine."""

    home: Path
    repository: Path
    roots: dict[str, list[Path]] = field(default_factory=dict)

    def write(self, folder: str, session_id: str, *rows: Row, root: str = 'claude') -> Path:
        """A transcript in a project's folder; the last root counts as one of Claude Code's."""
        path = self.home / root / 'projects' / folder / f'{session_id}.jsonl'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(''.join(f'{json.dumps(one, ensure_ascii=False)}\n' for one in rows))
        if self.home / root not in self.roots.setdefault('claude', []):
            self.roots['claude'].append(self.home / root)
        return path

    def session(self, session_id: str, cwd: Path | str, branch: str = BRANCH, *more: Row) -> Path:
        """A session that worked in one folder, in the project folder of that."""
        folder = ''.join(letter if letter.isalnum() else '-' for letter in str(cwd))
        return self.write(folder, session_id, *talk(session_id, cwd, branch), *more)

    def find(self, named: PlanIssue | None = None, branch: str = BRANCH) -> Discovered:
        opened = learn_git.open_repository(self.repository)
        return discover(opened, self.roots, branch_of(opened, [branch]), named)

    def found(self, named: PlanIssue | None = None, branch: str = BRANCH) -> list[str]:
        """The ids of the sources."""
        return [source.session_id for source in self.find(named, branch).sources]

    def reasons(self) -> dict[str, str]:
        """What was left out, and why."""
        return {one.session_id: one.reason for one in self.find().left_out}


@pytest.fixture
def machine(repository: Callable[..., Path], tmp_path: Path) -> Machine:
    folder = repository()
    git('switch', '-qc', BRANCH, cwd=folder)
    return Machine(tmp_path, folder)


def set_age(path: Path, days: float) -> None:
    """As if it had not been written to since."""
    changed = path.stat().st_mtime - days * 86_400
    os.utime(path, (changed, changed))
