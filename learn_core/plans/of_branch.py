"""Which plan a branch belongs to: the first answer of git config, reference file and name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from learn_core import git
from learn_core.errors import LearnError
from learn_core.push import branch_names as plan_branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.git import Repository

MOST_PULLS = 20

_PULL_SUBJECT = re.compile(r'Merge pull request #\d+ from [^/\s]+/(?P<branch>\S+)')
_MERGE_SUBJECT = re.compile(r"Merge (remote-tracking )?branch(es)? '")
_SQUASHED = re.compile(r'\(#(?P<number>[1-9]\d{0,8})\)$')
_ISSUE_URL = re.compile(
    r'https?://(?P<place>[^\s/@]+/[^\s/]+/[^\s/]+)/issues/(?P<number>\d+)(?:[/?#]\S*)?'
)


class PlanNumber(NamedTuple):
    """An issue's number and where it was found: `config`, `reference` or `name`; `plan_repo` is
    `host/owner/repo` where a URL named it.
    """

    number: int
    source: str
    plan_repo: str = ''


def issue_named(text: str) -> tuple[int, str | None]:
    """The number in what a person gave, and `host/owner/repo` if that was a URL: `123`, `#123`, or
    `https://host/owner/repo/issues/123`. Raises LearnError.
    """
    match = _ISSUE_URL.fullmatch(text.strip())
    number = _number(match['number'] if match else text.strip().removeprefix('#'))
    if number is None:
        raise LearnError(f'{text[:80]!r} is no issue; give its number or its URL')
    return number, match['place'] if match else None


def plan_number(repository: Repository, local: str, remote_branch: str) -> PlanNumber | None:
    """The plan of a branch that is known here as `local` (or '') and there as `remote_branch`.

    None where nothing names one, or where `branch.<name>.learn-issue` is `none`. Raises LearnError
    where a reference file and the branch's name disagree.
    """
    configured = git.learn_issue(repository, local)
    if configured == 'none':
        return None
    if configured:
        number, plan_repo = issue_named(configured)
        return PlanNumber(number, 'config', plan_repo=plan_repo or '')
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
    return PlanNumber(number, 'name') if number else None


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


def merged_branches(action: str, subjects: Sequence[str], remotes: Sequence[str]) -> list[str]:
    """The branches that a merge brought in: by the reflog action, else by the commits' subjects.

    git sets `GIT_REFLOG_ACTION` in every local merge, fast-forward and squash included.
    """
    named = [_local_name(word, remotes) for word in _merged_words(action)]
    told = [name for subject in subjects for name in _branches_in(subject, remotes)]
    return list(dict.fromkeys([*named, *told]))


def squashed_pulls(subjects: Sequence[str]) -> list[int]:
    """The numbers of the pull requests in subjects that end in `(#45)`, the 20 newest."""
    matches = (_SQUASHED.search(subject) for subject in subjects)
    numbers = dict.fromkeys(int(match['number']) for match in matches if match)
    return list(numbers)[:MOST_PULLS]


def _merged_words(action: str) -> list[str]:
    """`merge a b`, or `pull <remote> a b:c`: what was named to be merged."""
    command, *words = action.split(' ')
    named = [word for word in words if word and not word.startswith('-')]
    if command == 'pull':
        return [word.removeprefix('+').partition(':')[0] for word in named[1:]]
    return named if command == 'merge' else []


def _local_name(word: str, remotes: Sequence[str]) -> str:
    word = word.removeprefix('refs/heads/').removeprefix('refs/remotes/')
    remote, slash, branch = word.partition('/')
    return branch if slash and remote in remotes else word


def _branches_in(subject: str, remotes: Sequence[str]) -> list[str]:
    pull = _PULL_SUBJECT.fullmatch(subject)
    if pull:
        return [pull['branch']]
    if not _MERGE_SUBJECT.match(subject):
        return []
    return [_local_name(name, remotes) for name in re.findall(r"'([^']+)'", subject)]
