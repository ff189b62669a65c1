"""Which plan a branch belongs to: the first answer of git config, reference file and name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from learn_core import branch as plan_branch
from learn_core import repository as git
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from learn_core.repository import Repository

_ISSUE_URL = re.compile(r'https?://[^\s/]+/(?P<repo>[^\s/]+/[^\s/]+)/issues/(?P<number>\d+)\S*')


class PlanNumber(NamedTuple):
    """An issue's number and where it was found: `config`, `reference` or `name`."""

    number: int
    source: str
    old_form: bool = False


def number_of(text: str) -> int:
    """The issue's number in what a person gave: a number, `#123`, or the issue's URL.

    Raises LearnError.
    """
    match = _ISSUE_URL.fullmatch(text.strip())
    number = _number(match['number'] if match else text.strip().removeprefix('#'))
    if number is None:
        raise LearnError(f'{text!r} is no issue; give its number or its URL')
    return number


def plan_number(repository: Repository, local: str, remote_branch: str) -> PlanNumber | None:
    """The plan of a branch that is known here as `local` (or '') and there as `remote_branch`.

    None where nothing names one, or where `branch.<name>.learn-issue` is `none`. Raises LearnError
    where a reference file and the branch's name disagree.
    """
    configured = git.learn_issue(repository, local)
    if configured == 'none':
        return None
    if configured:
        return PlanNumber(number_of(configured), 'config')
    named = _from_name(remote_branch) or _from_name(local)
    referred = _from_reference(repository, local)
    if referred and named and referred.number != named.number:
        raise LearnError(
            f'the plan reference says #{referred.number} and the branch name #{named.number}; '
            f'settle it by `git config branch.{local}.learn-issue <number>`'
        )
    return referred or named


def _from_name(branch: str) -> PlanNumber | None:
    number = plan_branch.number_in(branch)
    return PlanNumber(number, 'name', plan_branch.is_old_form(branch)) if number else None


def _from_reference(repository: Repository, local: str) -> PlanNumber | None:
    """The file speaks for the branch that is checked out beside it, and never for a default one,
    where a merged plan's file may lie.
    """
    if not local or local in git.default_branches(repository):
        return None
    for folder, branch in git.worktrees(repository):
        path = plan_branch.reference_file(str(folder)) if branch == local else None
        if path is not None:
            return _read_reference(Path(path))
    return None


def _read_reference(path: Path) -> PlanNumber:
    key = 'plan_id' if path.name == 'plan-ref.json' else 'issue_number'
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise LearnError(f'{path} is not readable JSON; mend it or take it away') from error
    number = _number(content.get(key)) if isinstance(content, dict) else None
    if number is None:
        raise LearnError(f'{path} names no issue in {key!r}; mend it or take it away')
    return PlanNumber(number, 'reference')


def _number(value: object) -> int | None:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ''
    usable = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if usable and int(text) > 0 else None
