"""What was sent, undone: a run is forgotten, and gists of plans that are closed are pruned."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.github import Gist
from learn_core.materials.unpack import load_packed, plan_of
from learn_core.pipeline.steps import lock_of
from learn_core.pipeline.target import github_of_page, targets
from learn_core.plans import journal
from learn_core.plans.retention import clear

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.github import GitHub, OwnGist
    from learn_core.plans.run import Run

OLD_SECONDS = 30 * 86_400
FORGOTTEN = 'forgotten; what it sent is deleted'
PRUNED = 'its gist is deleted, for the plan is closed'

_OF_A_GIST = ('gist', 'digest', 'sha256', 'sending', 'mark', 'refused', 'header', 'comment')


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What became of a run and of those that shared its gist (`runs`, the summaries of what each
    had packed).

    `gist` is the page of the one that was deleted, or was gone already (`was_there` tells which);
    `cancelled` and `ended` are pages of workflow runs; `trouble` has a sentence for each thing that
    is left.
    """

    issue: int
    runs: tuple[Mapping[str, object], ...]
    gist: str = ''
    was_there: bool = False
    cancelled: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OldGists:
    """Gists that may go: each with its plan's page. `unknown` more do not say whose they are, and
    of `busy` ones something is still under way.
    """

    github: GitHub
    gists: tuple[tuple[OwnGist, str], ...]
    unknown: int
    busy: int


def sent_run(common: Path, word: str | None) -> Run:
    """The run that a person means, else the newest that sent something, be it forgotten by now: who
    asks twice does not lose another one. Raises LearnError.
    """
    if word is not None:
        return journal.named(common, word)
    sent = [run for run in journal.runs(common) if _is_left(run) or 'forgotten' in run.steps]
    if not sent:
        raise LearnError('no run here has sent anything; learn-hook status says what there is')
    return sent[-1]


def forget(run: Run, common: Path, settings: Settings, environ: Mapping[str, str]) -> Forgotten:
    """Deletes the gist of a run with all its revisions and the comment that names it, cancels what
    was started with it, and clears what was packed here. The run stays, as `dropped`.

    A second time there is nothing left to do, or what could not be done at first. Raises LearnError
    where the gist could not be deleted.
    """
    with _plan_of(run, common):
        run = journal.read_again(run) or run
        if not _is_left(run):
            if 'forgotten' not in run.steps:
                _clear([run], 'forgotten; it had sent nothing')
            return Forgotten(issue=run.issue, runs=_summaries([run]))
        github = github_of_page(run.plan_url, settings, environ)
        trouble: list[str] = []
        gist = _gist_of(run) or _lost_gist(run, github, trouble)
        mine = _sharing(common, run, gist)
        cancelled, ended = _cancel(mine, github, trouble)
        was_there = gist is not None and github.delete_gist(gist.id)
        _delete_comments(common, mine, github, trouble)
        _clear(mine, FORGOTTEN)
    return Forgotten(
        issue=run.issue,
        runs=_summaries(mine),
        gist=gist.url if gist is not None else '',
        was_there=was_there,
        cancelled=tuple(cancelled),
        ended=tuple(ended),
        trouble=tuple(trouble),
    )


def old_gists(
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    now: float,
) -> OldGists:
    """One's own gists that were last written 30 days before `now` (seconds since 1970), of plans of
    this repository that are closed, and with which nothing is under way. Raises LearnError.

    A gist's description has only a number, and another repository may have a plan of that number:
    which one it is stands in the journal, or in the manifest.
    """
    candidates = targets(repository, '', settings, environ, say)
    github = candidates[0]
    here = [one for one in candidates if one.address.rest == github.address.rest]
    old = [gist for gist in github.own_gists() if gist.updated < now - OLD_SECONDS]
    closed = _closed(here, sorted({gist.issue for gist in old}))
    runs = journal.runs(repository.common)
    booked = {_id_of(run): run.plan_url for run in runs if _id_of(run)}
    found: list[tuple[OwnGist, str]] = []
    unknown = 0
    for gist in old:
        if gist.issue in closed:
            page = booked.get(gist.id) or _plan_in(github, gist)
            unknown += not page
            found += [(gist, page)] if page.lower() in closed[gist.issue] else []
    free = [one for one in found if not _is_busy(*one, here, runs, settings)]
    return OldGists(github=github, gists=tuple(free), unknown=unknown, busy=len(found) - len(free))


def prune(old: OldGists, common: Path) -> int:
    """Deletes them; gives how many were there. Raises LearnError."""
    count = 0
    for gist, _ in old.gists:
        count += old.github.delete_gist(gist.id)
        _clear([run for run in journal.runs(common) if _id_of(run) == gist.id], PRUNED)
    return count


@contextlib.contextmanager
def _plan_of(run: Run, common: Path) -> Iterator[None]:
    """Nothing else is done for its plan meanwhile. Raises LearnError."""
    with (
        journal.locked(lock_of(common, run.issue), wait=False) as is_quiet,
        journal.locked(run.directory / 'lock', wait=False) as is_free,
    ):
        if not (is_quiet and is_free):
            raise LearnError(f'a run of plan #{run.issue} is under way; try again later')
        yield


def _is_left(run: Run) -> bool:
    """Is anything of it at GitHub, or may be?"""
    is_started = 'workflow' in run.steps and 'cancelled' not in run.steps
    return 'gist' in run.steps or 'sending' in run.steps or is_started


def _gist_of(run: Run) -> Gist | None:
    return run.result('gist', Gist) if 'gist' in run.steps else None


def _id_of(run: Run) -> str:
    gist = _gist_of(run)
    return gist.id if gist is not None else ''


def _lost_gist(run: Run, github: GitHub, trouble: list[str]) -> Gist | None:
    """The gist of an upload whose answer was lost."""
    if 'sending' not in run.steps:
        return None
    names = run.steps.get('packed')
    try:
        packed = load_packed(run.directory, names if isinstance(names, list) else [])
    except LearnError:
        trouble.append('whether a gist was made cannot be told any more; look at your gists')
        return None
    return github.find_gist(run.issue, packed)


def _sharing(common: Path, run: Run, gist: Gist | None) -> list[Run]:
    """The runs with that gist, newest first, and this one."""
    others = journal.runs(common) if gist is not None else []
    mine = [one for one in reversed(others) if gist is not None and _id_of(one) == gist.id]
    return mine if any(one.directory == run.directory for one in mine) else [run, *mine]


def _cancel(mine: Sequence[Run], github: GitHub, trouble: list[str]) -> tuple[list[str], list[str]]:
    """The workflow runs that were cancelled, and those that had ended."""
    cancelled: list[str] = []
    ended: list[str] = []
    for run in mine:
        page = run.url_of('workflow')
        if 'mark' in run.steps and not page and not run.steps.get('refused'):
            trouble.append(f'plan #{run.issue} may have been started; look at the Actions')
        if not page or 'cancelled' in run.steps:
            continue
        try:
            (cancelled if github.cancel_run(page) else ended).append(page)
            run.steps['cancelled'] = True
        except LearnError as error:
            trouble.append(str(error))
    return cancelled, ended


def _delete_comments(common: Path, mine: Sequence[Run], github: GitHub, trouble: list[str]) -> None:
    """The comments that name the gist, unless they name a newer one by now."""
    folders = {run.directory for run in mine}
    others = [run for run in journal.runs(common) if run.directory not in folders]
    kept = {run.steps.get('comment') for run in others}
    for comment in dict.fromkeys(run.steps.get('comment') for run in mine):
        if comment is None or comment in kept:
            continue
        try:
            github.delete_comment(str(comment))
        except LearnError as error:
            trouble.append(str(error))


def _clear(runs: Sequence[Run], note: str) -> None:
    for run in runs:
        clear(run)
        run.steps = {step: of for step, of in run.steps.items() if step not in _OF_A_GIST}
        run.steps['forgotten'] = True
        run.book('dropped', note)


def _summaries(runs: Sequence[Run]) -> tuple[Mapping[str, object], ...]:
    found = (run.steps.get('summary') for run in runs)
    return tuple(summary for summary in found if isinstance(summary, dict))


def _closed(here: Sequence[GitHub], numbers: Sequence[int]) -> dict[int, set[str]]:
    """The pages of the closed plans of each number, in lower case."""
    found: dict[int, set[str]] = {}
    for plans, github in {github.plan_address: github for github in here}.items():
        for number in github.closed_plans(numbers):
            page = f'https://{plans.host}/{plans.full_name}/issues/{number}'
            found.setdefault(number, set()).add(page.lower())
    return found


def _plan_in(github: GitHub, gist: OwnGist) -> str:
    try:
        return plan_of(github.gist_files(gist.url))
    except LearnError:
        return ''


def _is_busy(
    gist: OwnGist, page: str, here: Sequence[GitHub], runs: Sequence[Run], settings: Settings
) -> bool:
    """Is a run of that plan under way, here or as a workflow? When in doubt it is."""
    waiting = [run for run in runs if run.is_open and run.issue == gist.issue]
    if any(run.plan_url in ('', page) for run in waiting):
        return True
    started = [run.url_of('workflow') for run in runs if _id_of(run) == gist.id]
    pages = [started_page for started_page in started if started_page]
    if pages:
        return not all(here[0].has_ended(started_page) for started_page in pages)
    if settings.plan_repo:  # the workflow may be in any repository
        return True
    of_others = {run.url_of('workflow').rpartition('/')[2] for run in runs}
    return any(one.unfinished_runs(settings.workflow, gist.owner) - of_others for one in here)
