"""Where the remote leads, whose token it is, and whether learn.yml can be started."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.doctor.case import BROKEN, OK, UNKNOWN, WARNING, Finding
from learn_core.github import parse_remote, to_add
from learn_core.plans.record import records
from learn_core.push.consent import answer

if TYPE_CHECKING:
    from learn_core.doctor.case import Case

SECONDS_OF_A_DAY = 86_400
SOON = 7  # days

_PERMISSIONS = 'check that it may read Contents, Issues and Pull requests, and write Actions and'


def remote(case: Case) -> Finding:
    """Which repository is meant, by which remote, and what answers for it."""
    first, *others = case.github
    address = first.address
    names = [
        name
        for name in git.remotes(case.repository)
        if address.full_name.lower() in _named_by(git.remote_urls(case.repository, name))
    ]
    said = f'{address.full_name} on {address.host}' + (f' ({", ".join(names)})' if names else '')
    if address.chosen:
        said += f', asked at {address.rest}'
    if others:
        said += f'; else {", ".join(one.address.full_name for one in others)}'
    return Finding(OK, said)


def token(case: Case) -> Finding:
    """Whose it is, where it comes from, and until when."""
    account, source = case.account, case.token_source
    said = f"{account.login}'s token, from {source}" if source else f"{account.login}'s token"
    if case.hidden_login:
        said += ', which hides the login of gh'
    if account.expires is None:
        return Finding(OK, f'{said}; no expiry date reported')
    days = (account.expires - time.time()) / SECONDS_OF_A_DAY
    until = time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(account.expires))
    said = f'{said}; expires {until}'
    return Finding(OK, said) if days > SOON else Finding(WARNING, said, 'renew it before then')


def scopes(case: Case) -> Finding:
    """What it may do. GitHub reports that for classic tokens and those of `gh` only."""
    account = case.account
    is_gist = case.settings.store == 'gist'
    if is_gist and '_' in account.login:  # GitHub gives it to the managed users of an enterprise
        said = f'{account.login} is an account of an enterprise, which cannot create gists'
        return Finding(WARNING, said, 'git config learn-hook.store ref')
    if account.scopes is None:
        said = 'GitHub does not report what this kind of token may do'
        return Finding(UNKNOWN, said, f'{_PERMISSIONS} {"Gists" if is_gist else "Contents"}')
    code = {'repo'} if account.is_private is not False else {'repo', 'public_repo'}
    lacking = [] if code & account.scopes else ['repo']
    lacking += ['gist'] if is_gist and 'gist' not in account.scopes else []
    if lacking:
        fix = to_add(lacking, case.host, case.token_source)
        if case.hidden_login:
            fix += f', or unset {case.token_source} and use the login of gh'
        return Finding(BROKEN, f'the token lacks {" and ".join(lacking)}', fix)
    return Finding(OK, ', '.join(sorted(account.scopes)))


def visibility(case: Case) -> Finding:
    """Who can read the repository. A public one needs a yes of its own."""
    if case.account.is_private is None:
        return Finding(UNKNOWN, 'this token may not see the repository')
    if case.account.is_private:
        readers = 'those who can read it can read the materials'
        if case.settings.store == 'gist':
            readers = 'anyone who has the link of a secret gist can read the gist'
        return Finding(OK, f'private; {readers}')
    said = 'public: anyone can read the log of learn.yml and the documentation issue'
    places = [place for record in records(case.repository.common) for place in record.places]
    if any(place.kind == 'ref' for place in places):
        return Finding(BROKEN, f'{said}, and fetch the materials', 'learn-hook forget PLAN')
    if answer(list(case.settings.consents), case.place, is_public=True) == 'asks':
        fix = 'a yes for an owner does not count here; `git config learn-hook.consent yes` does'
        return Finding(WARNING, said, fix)
    return Finding(OK, said)


def workflow(case: Case) -> Finding:
    """Is it on the ref, does it declare our inputs, and does its log keep the gist's URL secret?"""
    account = case.account
    file = account.workflow
    if file.problem is not None:
        what, _, fix = file.problem.partition('; ')
        return Finding(BROKEN, what, f'{fix} (`learn-hook workflow` prints one)')
    said = f'{file.name} on {file.ref} of {file.repo}'
    if account.may_write is False:
        said = f'{account.login} may not start {said}'
        return Finding(BROKEN, said, f'ask for write access to {file.repo}')
    if account.shows_gist and not account.is_private:
        said = f"{said} prints the gist's URL into a public log"
        return Finding(WARNING, said, 'commit the one that `learn-hook workflow` prints')
    return Finding(OK, said if file.takes_mark else f'{said}, without distinct_id')


def _named_by(urls: list[str]) -> list[str]:
    return [f'{one[1]}/{one[2]}'.lower() for one in map(parse_remote, urls) if one is not None]
