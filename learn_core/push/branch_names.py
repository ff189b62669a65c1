"""Does a branch look like a plan's: its name, and the reference file of its worktree.

`P<n>-<slug>`, `p<n>-<slug>` and the older `<n>-<slug>`, the slug not empty. The installed hook asks
the same question in sh before it starts Python.
"""

from __future__ import annotations

import os

REFERENCE_FILES = (
    os.path.join('.erk', 'impl-context', 'plan-ref.json'),
    os.path.join('.impl', 'plan-ref.json'),
    os.path.join('.impl', 'issue.json'),
)
PLAN_GLOBS = ('plnd/*', 'planned/*', 'plan/*')
USUAL_DEFAULTS = ('main', 'master')


def number_in(branch: str) -> int | None:
    """The issue number that a whole branch name holds, or None."""
    number, dash, slug = branch.removeprefix('P' if branch[:1] == 'P' else 'p').partition('-')
    if dash and slug and number.isascii() and number.isdigit() and len(number) < 10 and int(number):
        return int(number)
    return None


def is_old_form(branch: str) -> bool:
    """`<n>-<slug>`, which `2024-q1-report` has as well: only the issue can tell."""
    return branch[:1] not in ('P', 'p')


def reference_file(worktree: str) -> str | None:
    """The first plan reference that is there."""
    for name in REFERENCE_FILES:
        path = os.path.join(worktree, name)
        if os.path.isfile(path):
            return path
    return None
