"""Does a branch look like a plan's: by its name, or by a plan reference in its worktree.

`P<n>-<slug>`, `p<n>-<slug>` and the older `<n>-<slug>`, the slug not empty. The installed hook asks
the same question in sh before it starts Python.
"""

from __future__ import annotations

import os

REFERENCE_FILES = (  # `*` is the branch with `-` for `/`
    '.erk/impl-context/plan-ref.json',
    '.impl/plan-ref.json',
    '.erk/impl-context/*/plan-ref.json',
    '.erk/impl-context/*/ref.json',
    '.erk/impl-context/ref.json',
    '.worker-impl/issue.json',
    '.impl/issue.json',
)
_KEYS = ('plan_id', 'pr_id')
PLAN_GLOBS = ('plnd/*', 'planned/*', 'plan/*')
USUAL_DEFAULTS = ('main', 'master')


def number_in(branch: str) -> int | None:
    """The issue number that a whole branch name holds, or None."""
    number, dash, slug = branch.removeprefix('P' if branch[:1] == 'P' else 'p').partition('-')
    if dash and slug and number.isascii() and number.isdigit() and len(number) < 10 and int(number):
        return int(number)
    return None


def is_like_one(branch: str, globs: list[str]) -> bool:
    """Does a glob match, built in or one of these: has its pull request perhaps a plan?"""
    folder = branch.partition('/')[0]
    if any(glob == f'{folder}/*' for glob in PLAN_GLOBS) and branch != folder:
        return True
    if not globs:
        return False
    from fnmatch import fnmatchcase  # its import takes some ms

    return any(fnmatchcase(branch, glob) for glob in globs)


def is_old_form(branch: str) -> bool:
    """`<n>-<slug>`, which `2024-q1-report` has as well: only the issue can tell."""
    return branch[:1] not in ('P', 'p')


def references(worktree: str, branch: str) -> list[tuple[str, int]]:
    """The plan references of a worktree for the branch checked out there, first come first: the
    path under the worktree and the plan's number, 0 where it cannot be read.
    """
    names = [name.replace('*', branch.replace('/', '-')) for name in REFERENCE_FILES]
    found = [name for name in names if os.path.isfile(os.path.join(worktree, name))]
    return [(name, _number_in_file(os.path.join(worktree, name))) for name in found]


def plain_number(value: object) -> int:
    """The issue number that a value is, as a number or as a text; 0 if it is not one."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ''
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number else 0


def _number_in_file(path: str) -> int:
    import json  # an ordinary push needs none

    try:
        with open(path, 'rb') as file:
            content = json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return 0
    if not isinstance(content, dict):
        return 0
    own = ('issue_number',) if path.endswith('issue.json') else ()
    return next(filter(None, (plain_number(content.get(key)) for key in (*own, *_KEYS))), 0)
