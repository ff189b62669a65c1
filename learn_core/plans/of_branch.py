"""Which plan a branch belongs to, as far as that is known without GitHub.

The first answer counts: git config, a plan reference in the worktree, the branch's name. A branch
that only a glob matches has the plan of its pull request.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from learn_core import git
from learn_core.errors import LearnError
from learn_core.push.branch_names import PLAN_GLOBS, number_in, plain_number, references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.git import Repository

MOST_PULLS = 20

_PULL_SUBJECT = re.compile(r'Merge pull request #\d+ from [^/\s]+/(?P<branch>\S+)')
_MERGE_SUBJECT = re.compile(r"Merge (remote-tracking )?branch(es)? '")
_SQUASHED = re.compile(r'\(#(?P<number>[1-9]\d{0,8})\)$')
_URL = re.compile(
    r'https?://(?P<place>[^\s/@]+/[^\s/]+/[^\s/]+)/(?:issues|pull)/(?P<number>\d+)(?:[/?#]\S*)?'
)


class PlanNumber(NamedTuple):
    """The number of an issue or pull request and where it was found: `config`, `reference`, `name`,
    `option` or `pull` (request). `plan_repo` is `host/owner/repo` where a URL named it.
    """

    number: int
    source: str
    plan_repo: str = ''


def issue_named(text: str) -> tuple[int, str]:
    """The number in what a person gave, and `host/owner/repo` if that was a URL ('' if not): `123`,
    `#123`, `https://host/owner/repo/issues/123` or `…/pull/123`. Raises LearnError.
    """
    match = _URL.fullmatch(text.strip())
    number = plain_number(match['number'] if match else text.strip().removeprefix('#'))
    if not number:
        raise LearnError(f'{text[:80]!r} is not an issue number or URL; give one of them')
    return number, match['place'] if match else ''


def plan_number(repository: Repository, local: str, remote_branch: str) -> PlanNumber | None:
    """The plan of a branch that is called `local` here (or '') and `remote_branch` there.

    None where nothing names one, or `branch.<name>.learn-issue` is `none`. Raises LearnError where
    a plan reference and the branch's name disagree.
    """
    configured = git.learn_issue(repository, local)
    if configured == 'none':
        return None
    if configured:
        number, plan_repo = issue_named(configured)
        return PlanNumber(number, 'config', plan_repo)
    named = number_in(remote_branch) or number_in(local)
    referred = _referred(repository, local)
    if referred and named and referred != named:
        raise LearnError(
            f'the plan reference says #{referred} and the branch name #{named}; '
            f'settle it by `git config branch.{local}.learn-issue <number>`'
        )
    if referred:
        return PlanNumber(referred, 'reference')
    return PlanNumber(named, 'name') if named else None


def glob_of(branches: Sequence[str], own: Sequence[str]) -> str:
    """Why one of these branches may have a plan by its pull request: `own`, a glob of the person's
    own matches it; `built-in`; or nothing.
    """
    for why, globs in (('own', own), ('built-in', PLAN_GLOBS)):
        if any(fnmatchcase(branch, glob) for branch in branches for glob in globs):
            return why
    return ''


def _referred(repository: Repository, local: str) -> int:
    """The number in the plan reference of the worktree where this branch is checked out, 0 for
    none. A file that the default branch holds as well is left over from a merged plan.
    """
    if not local or local in git.default_branches(repository):
        return 0
    for folder, branch in git.worktrees(repository):
        for path, number in references(str(folder), local) if branch == local else ():
            if not git.is_on_default(repository, str(folder), path):
                if not number:
                    raise LearnError(f'{folder / path} names no plan; fix it or delete it')
                return number
    return 0


def merged_branches(action: str, subjects: Sequence[str], remotes: Sequence[str]) -> list[str]:
    """The branches that a merge brought in, by the reflog action and by the commits' subjects.

    git sets `GIT_REFLOG_ACTION` in every local merge, fast-forward and squash included.
    """
    command, *words = action.split(' ')
    named = [word for word in words if word and not word.startswith('-')]
    if command == 'pull':  # `<remote> a b:c`
        named = [word.removeprefix('+').partition(':')[0] for word in named[1:]]
    found = [_local_name(word, remotes) for word in named if command in ('merge', 'pull')]
    for subject in subjects:
        if pull := _PULL_SUBJECT.fullmatch(subject):
            found.append(pull['branch'])
        elif _MERGE_SUBJECT.match(subject):
            found += [_local_name(name, remotes) for name in re.findall(r"'([^']+)'", subject)]
    return list(dict.fromkeys(found))


def squashed_pulls(subjects: Sequence[str]) -> list[int]:
    """The numbers of the pull requests in subjects that end in `(#45)`, the 20 newest."""
    matches = (_SQUASHED.search(subject) for subject in subjects)
    return list(dict.fromkeys(int(match['number']) for match in matches if match))[:MOST_PULLS]


def _local_name(word: str, remotes: Sequence[str]) -> str:
    word = word.removeprefix('refs/heads/').removeprefix('refs/remotes/')
    remote, slash, branch = word.partition('/')
    return branch if slash and remote in remotes else word
