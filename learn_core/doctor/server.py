"""What GitHub is: where the remote leads, whose token it is, and whether learn.yml can start."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.doctor.case import BROKEN, OK, UNKNOWN, WARNING, Finding
from learn_core.github import parse_remote

if TYPE_CHECKING:
    from learn_core.doctor.case import Case
    from learn_core.github import GitHub

SECONDS_OF_A_DAY = 86_400
SOON = 7  # days

_PERMISSIONS = (
    'see that it may read Contents, Issues and Pull requests, and write Actions and Gists'
)


def remote(case: Case) -> Finding:
    """Which repository is meant, by which remote, and what answers for it."""
    first, *others = case.github
    address = first.address
    names = [name for name in git.remotes(case.repository) if _leads_to(case, name, first)]
    said = f'{address.full_name} on {address.host}' + (f' ({", ".join(names)})' if names else '')
    if address.chosen:
        said += f', asked at {address.rest}'
    if others:
        said += f'; else {", ".join(one.address.full_name for one in others)}'
    return Finding(OK, said)


def token(case: Case) -> Finding:
    """Whose it is, and until when."""
    account = case.account
    if account.expires is None:
        return Finding(OK, f'of {account.login}, without an end that GitHub tells')
    days = (account.expires - time.time()) / SECONDS_OF_A_DAY
    until = time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(account.expires))
    said = f'of {account.login}, until {until}'
    return Finding(OK, said) if days > SOON else Finding(WARNING, said, 'renew it before then')


def scopes(case: Case) -> Finding:
    """What it may. GitHub tells that of classic tokens and of those of `gh` alone."""
    account = case.account
    if account.scopes is None:
        return Finding(UNKNOWN, 'GitHub does not tell what this kind of token may', _PERMISSIONS)
    code = {'repo'} if account.is_private is not False else {'repo', 'public_repo'}
    lacking = [] if code & account.scopes else ['repo']
    lacking += [] if 'gist' in account.scopes else ['gist']
    if lacking:
        return Finding(
            BROKEN,
            f'it lacks {" and ".join(lacking)}',
            f'run `gh auth refresh --scopes {",".join(lacking)}`, or give a token that has them',
        )
    return Finding(OK, ', '.join(sorted(account.scopes)))


def visibility(case: Case) -> Finding:
    """Who sees the issue and a run's log. A secret gist is for whoever has its link, always."""
    if case.account.is_private is None:
        return Finding(UNKNOWN, 'the repository is not shown to this token')
    if case.account.is_private:
        return Finding(OK, 'private; a gist can be read by all who have its link')
    return Finding(OK, 'public: everyone reads the log of learn.yml; a gist, all who have its link')


def workflow(case: Case) -> Finding:
    """Is it on the ref, does it take our inputs, and does it keep the gist's URL to itself?"""
    account = case.account
    file = account.workflow
    if file.problem is not None:
        what, _, mend = file.problem.partition('; ')
        return Finding(BROKEN, what, f'{mend} (`learn-hook workflow` prints one)')
    said = f'{file.name} on {file.ref} of {file.repo}'
    if account.may_write is False:
        return Finding(
            BROKEN,
            f'{account.login} may not start {said}',
            f'ask for write access to {file.repo}',
        )
    if account.shows_gist and not account.is_private:
        return Finding(
            WARNING,
            f"{said} prints the gist's URL into a log that everyone reads",
            'commit the one that `learn-hook workflow` prints',
        )
    return Finding(OK, said if file.takes_mark else f'{said}, without distinct_id')


def _leads_to(case: Case, name: str, github: GitHub) -> bool:
    wanted = github.address.full_name.lower()
    parsed = map(parse_remote, git.remote_urls(case.repository, name))
    return any(one is not None and f'{one[1]}/{one[2]}'.lower() == wanted for one in parsed)
