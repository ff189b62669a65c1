"""Where a plan is on GitHub: the remotes of a repository that may hold it, and their tokens."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from learn_core import git
from learn_core.config import Settings
from learn_core.errors import LearnError, NotAPlanError, NotFoundError, UnreachableError
from learn_core.github import MOST_BYTES, GitHub, address_of, parse_remote, token_for, without_alias
from learn_core.plans import record
from learn_core.plans.fields import PlanName, folder_of, new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from learn_core.git import Repository
    from learn_core.github import Address, PlanAnswer
    from learn_core.plans.trigger import Trigger

SECONDS_FOR_AN_ANSWER = 10  # of `gh` or `ssh`


def targets(
    repository: Repository,
    pushed_to: str,
    settings: Settings,
    say: Callable[[str], None],
) -> list[GitHub]:
    """The GitHub repositories that may hold the plan, the likeliest first; no request is made.

    Raises LearnError as `addresses` does.
    """
    found, plan_repo = addresses(repository, pushed_to, settings)
    return [
        GitHub(
            address,
            token_for(address, os.environ, ask_gh),
            plan_repo=plan_repo,
            store=settings.store,
            progress=say,
        )
        for address in found
    ]


def addresses(
    repository: Repository, pushed_to: str, settings: Settings
) -> tuple[list[Address], str | None]:
    """The repositories that may hold the plan, the likeliest first, and the plans' own repository
    (`owner/repo`) beside them, if they have one.

    `pushed_to` is a remote's name or URL, '' for none. `settings.plan_repo` may name a host as
    well. Raises NotAPlanError where `pushed_to` is not a GitHub remote, and LearnError where there
    is none at all, or none on the host of the plan.
    """
    if pushed_to and not _addresses(_urls(repository, pushed_to), settings):
        raise NotAPlanError('the push went to no GitHub server; there is no plan to learn from')
    known = git.remotes(repository)
    names = [settings.remote] if settings.remote else ['upstream', pushed_to, 'origin']
    wanted = [name for name in dict.fromkeys(names) if name in known or name == pushed_to != '']
    if not wanted and not settings.remote:
        wanted = known
    urls = [url for name in wanted for url in _urls(repository, name)]
    found = _addresses(urls, settings)
    if not found:
        raise LearnError(
            'no remote here is a GitHub repository; add one, or name it in learn-hook.remote'
        )
    return _of_plan(found, settings.plan_repo)


def place_of(repository: Repository, trigger: Trigger, settings: Settings) -> tuple[Path, PlanName]:
    """The folder of the plan's record, and the plan's name as far as it is known without GitHub.

    Raises LearnError as `addresses` does.
    """
    common, number = repository.common, trigger.issue
    settings = replace(settings, plan_repo=trigger.plan_repo or settings.plan_repo)
    found, plan_repo = addresses(repository, trigger.pushed_to, settings)
    homes = {(one.host, (plan_repo or one.full_name).lower()): one for one in found}
    known = {home: folder_of(common, *home, number) for home in homes} if number else {}
    there = [home for home in known if record.read(known[home])]
    likely_homes = there if len(there) == 1 else [*known]
    if len(likely_homes) == 1:
        (home,) = likely_homes
        owner, _, repo = (plan_repo or homes[home].full_name).partition('/')
        return known[home], PlanName(number=number, host=home[0], owner=owner, repo=repo)
    words = sorted(f'{host}/{full_name}' for host, full_name in homes)
    what = str(number or trigger.branch or 'merged')
    likely = PlanName(number=number, host=found[0].host, owner=found[0].owner)
    return new_folder(common, what, *words), likely


def pushed_owner(repository: Repository, pushed_to: str, settings: Settings) -> str:
    """Whose repository was pushed to (a remote's name or URL), '' where nobody can say."""
    urls = git.push_urls(repository, pushed_to) if pushed_to else []
    urls += git.remote_urls(repository, pushed_to) if pushed_to else []
    return next((address.owner for address in _addresses(urls, settings)), '')


def page_of_branch(
    trigger: Trigger, github: GitHub, repository: Repository, settings: Settings
) -> str:
    """The URL of the plan that a branch has by its pull request, '' while there is none."""
    pushed_to = trigger.pushed_to or git.push_remote(repository, trigger.local_branch) or 'origin'
    return github.plan_of_branch(
        trigger.branch,
        owner=pushed_owner(repository, pushed_to, settings),
        labels=settings.plan_labels,
        is_merged=trigger.kind == 'merge',
    )


def github_of_page(url: str, settings: Settings) -> GitHub:
    """The repository that a page of it names. Raises LearnError."""
    refusal = f'{url[:100]!r} is on no GitHub server; see learn-hook status'
    return _github('/'.join(url.split('/')[:5]), settings, refusal)


def github_of_gist(url: str) -> GitHub:
    """The server that a gist's URL names; on a runner there is no repository to ask.

    Raises LearnError.
    """
    try:
        host = (urlsplit(url).hostname or '').removeprefix('gist.')
    except ValueError:
        host = ''
    host = {'githubusercontent.com': 'github.com', '127.0.0.1': 'github.com'}.get(host, host)
    refusal = f'{url[:100]!r} is not a gist of a GitHub server; check the URL'
    return _github(f'https://{host}/gist/gist', _on_a_runner(), refusal)


def gist_texts(url: str) -> list[str]:
    """The files of a gist, sorted by name. Raises LearnError."""
    files = _read_gist(github_of_gist(url), url)
    return [files[name] for name in sorted(files)]


def ref_texts(where: str) -> list[str]:
    """The files of `<ref>@<commit>` of the repository that a workflow run is in, sorted by name.

    Raises LearnError.
    """
    server = os.environ.get('GITHUB_SERVER_URL', 'https://github.com')
    page = f'{server}/{os.environ.get("GITHUB_REPOSITORY", "")}'
    refusal = 'GITHUB_REPOSITORY is not owner/name; run this in a workflow'
    files = _github(page, _on_a_runner(), refusal).materials(where)
    return [files[name] for name in sorted(files)]


def _github(page: str, settings: Settings, refusal: str) -> GitHub:
    address = address_of(page, api_url=settings.api_url, graphql_url=settings.graphql_url)
    if address is None:
        raise LearnError(refusal)
    return GitHub(address, token_for(address, os.environ, ask_gh), store=settings.store)


def _on_a_runner() -> Settings:
    urls = (os.environ.get('GITHUB_API_URL'), os.environ.get('GITHUB_GRAPHQL_URL'))
    return Settings(api_url=urls[0], graphql_url=urls[1])


def _read_gist(github: GitHub, url: str) -> dict[str, str]:
    # Anyone who has its URL can read a secret gist, but GitHub refuses it to a workflow run's token
    # (403), so it is asked again without one. Without a token all who share an address, as runners
    # do, have 60 requests an hour; git fetches without a limit.
    refusals: list[LearnError] = []
    for one in [github, GitHub(github.address, None)][: 2 if github.token else 1]:
        try:
            return one.materials(url)
        except UnreachableError as busy:  # noqa: PERF203  (a request takes longer)
            return _fetched_gist(one, url, busy)
        except LearnError as error:
            refusals.append(error)
    raise refusals[-1] if isinstance(refusals[-1], NotFoundError) else refusals[0]


def _fetched_gist(github: GitHub, url: str, busy: LearnError) -> dict[str, str]:
    """By git, from the one server where it is known to give gists to anyone."""
    if github.address.host != 'github.com':
        raise busy
    try:
        files = git.remote_files(github.gist_repository(url), most=MOST_BYTES)
        return {name: content.decode() for name, content in files.items()}
    except (LearnError, ValueError):
        raise busy from None


def holder_of(
    number: int, candidates: list[GitHub], settings: Settings
) -> tuple[GitHub, PlanAnswer]:
    """The first candidate whose issue of that number is a plan, else the first that has one.

    A server that does not answer in time is waited for; one that has no token, or refuses it, is
    passed over for the next. Raises LearnError, as NotFoundError where none has the issue.
    """
    answers: list[tuple[GitHub, PlanAnswer]] = []
    errors: list[LearnError] = []
    for github in candidates:
        try:
            answer = github.plan(number, workflow=settings.workflow, ref=settings.ref)
        except UnreachableError:
            raise
        except LearnError as error:
            errors.append(error)
            continue
        if answer.plan.is_marked(settings.plan_labels):
            return github, answer
        answers.append((github, answer))
    if answers:
        return answers[0]
    raise next((error for error in errors if not isinstance(error, NotFoundError)), errors[0])


def _of_plan(addresses: list[Address], plan_repo: str | None) -> tuple[list[Address], str | None]:
    """The candidates for a plan in `[host/]owner/repo`, and its repository if it is none."""
    if plan_repo is None or plan_repo.count('/') < 2:
        return addresses, plan_repo
    named = parse_remote(f'https://{plan_repo}')
    if named is None:
        raise LearnError(
            f'{plan_repo[:100]!r} is not a repository on a GitHub server; check the URL'
        )
    host, owner, repo = named
    there = [address for address in addresses if address.host == host]
    if not there:
        raise LearnError(
            f'the issue is on {host}, and the remote here is on {addresses[0].host}; name an issue '
            f'of {addresses[0].host}, or in learn-hook.remote a remote on {host}'
        )
    plan_repo = f'{owner}/{repo}'
    same = [address for address in there if address.full_name.lower() == plan_repo.lower()]
    return (same, None) if same else (there, plan_repo)


def ask_gh(host: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The token that the GitHub command line keeps for a host, if it is installed and has one."""
    return _said_by('gh', 'auth', 'token', '--hostname', host, environ=environ).strip() or None


def ask_ssh(host: str) -> str | None:
    """The host that an alias of the person's ssh config stands for; nobody is connected to."""
    lines = (line.split(' ') for line in _said_by('ssh', '-G', '--', host).splitlines())
    return next((line[1] for line in lines if len(line) == 2 and line[0] == 'hostname'), None)


def _said_by(*words: str, environ: Mapping[str, str] | None = None) -> str:
    """What another program answers, '' where it is not there, fails, or takes too long."""
    nothing, most = subprocess.DEVNULL, SECONDS_FOR_AN_ANSWER
    try:
        return subprocess.run(
            words,
            env=environ,
            stdin=nothing,
            capture_output=True,
            text=True,
            timeout=most,
            check=True,
        ).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return ''


def _urls(repository: Repository, remote: str) -> list[str]:
    """Where a remote is fetched from and pushed to; a plan is rather where it is fetched from."""
    return [*git.remote_urls(repository, remote), *git.push_urls(repository, remote)]


def _addresses(urls: Iterable[str], settings: Settings) -> list[Address]:
    """The repositories on GitHub servers that these URLs lead to, none twice."""
    real = (without_alias(url, ask_ssh) for url in dict.fromkeys(urls))
    found = (
        address_of(url, api_url=settings.api_url, graphql_url=settings.graphql_url) for url in real
    )
    return list(dict.fromkeys(address for address in found if address is not None))
