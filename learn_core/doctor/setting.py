"""What the person has set up here: repository, settings, consent, hooks, sessions, runs."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents, git, status
from learn_core.config import PRE_COMMIT
from learn_core.doctor.case import BROKEN, OK, WARNING, Finding
from learn_core.install.hooks import places
from learn_core.install.managers import calls_legacy, manager_of
from learn_core.install.script import EARLIER, NAMES, started_by, text_of
from learn_core.plans import record as plan_record
from learn_core.push import consent, spool
from learn_core.sessions.search import of_repository

if TYPE_CHECKING:
    from learn_core.doctor.case import Case
    from learn_core.plans.fields import PlanRecord

SECONDS_OF_A_WORKER = 3600  # within which it has taken on whatever was due

_RETRY = 'run `learn-hook retry`; `learn-hook log` says more'
_DECIDE = 'look with `learn-hook show`, then run `learn-hook send` or `learn-hook drop`'
_INSTALL = 'run `learn-hook install`'
_AGREE = 'run `learn-hook install`, or `git config learn-hook.consent yes`'
_ROOTS = 'set CLAUDE_CONFIG_DIR, CODEX_HOME, COPILOT_HOME or OPENCODE_DB'
_SAID_BY = {
    'yes': "this repository's own git config",
    'asks': 'your git config, for private and internal repositories',
}
_IGNORED = (
    'a value is ignored: it is not yes, no or <host>/<owner>, or comes from the work tree, the '
    'system or one command'
)


def repository(case: Case) -> Finding:
    """Which repository and branch this is."""
    found = case.repository
    branch = git.current_branch(found)
    return Finding(OK, f'{found.worktree}, {f"on {branch}" if branch else "on no branch"}')


def settings(case: Case) -> Finding:
    """Can they all be read?"""
    mode = case.settings.mode
    keys = sorted(git.settings_of(case.repository))
    said = f'git config {", ".join(keys)}' if keys else 'all by default'
    return Finding(OK, said if mode == 'background' else f'{said}; mode {mode}')


def standing(case: Case) -> Finding:
    """Is learn-hook on here?"""
    settings = case.settings
    enabled = 'true' if settings.enabled else 'false'
    why = consent.why_off(dict(case.environ), enabled, list(settings.consents), case.place)
    return Finding(WARNING, f'off, by {why}') if why else Finding(OK, 'on')


def agreed(case: Case) -> Finding:
    """May anything be sent, and what said so?"""
    given = list(case.settings.consents)
    values = git.config_entries(case.repository, r'^learn-hook\.consent$')
    ignored = f'; {_IGNORED}' if len(values) > len(given) else ''
    answer = consent.answer(given, case.place, is_public=None)
    if answer == 'yes':
        return Finding(
            OK, f'yes, by {_SAID_BY[consent.answer(given, "", is_public=True)]}{ignored}'
        )
    said = 'no' if answer == 'no' else 'not given'
    return Finding(WARNING, f'{said}: nothing is read or sent{ignored}', _AGREE)


def hooks(case: Case) -> Finding:
    """Are ours installed, can git start them, and does what they start still exist?"""
    there = places(case.repository)
    if not there:
        return _of_pre_commit(case)
    for name, hook in there.items():
        if not os.access(hook, os.X_OK):
            said = f'git ignores {name}, because it is not executable'
            return Finding(BROKEN, said, f'{_INSTALL} again')
        gone = [path for path in started_by(hook) if not os.access(path, os.X_OK)]
        if gone:
            return Finding(BROKEN, f'{name} starts {gone[0]}, which is gone', f'{_INSTALL} again')
    missing = [name for name in NAMES if name not in there]
    if missing:
        return Finding(WARNING, f'{missing[0]} is not installed', _INSTALL)
    return Finding(OK, ' and '.join(there))


def other_hooks(case: Case) -> Finding:
    """Which other hooks and hook managers are there, and are ours called?"""
    manager = manager_of(case.repository)
    if manager is not None:
        who, _, what = manager.advice.partition('; ')
        if len(manager.calls) == len(NAMES):
            return Finding(OK, f'{who}; ours are called')
        return Finding(WARNING, who, what)
    folder = git.hooks_folder(case.repository)
    kept = [name for name in NAMES if (folder / f'{name}{EARLIER}').exists()]
    return Finding(OK, f'{" and ".join(kept)} of yours, called by ours' if kept else 'none')


def sessions(case: Case) -> Finding:
    """The sessions of this project, of any agent."""
    places = agents.roots(case.environ)
    names = ' and '.join(str(root) for roots in places.values() for root in roots)
    there = [one for one in agents.find(places) if not one.unreadable]
    if not there:
        return Finding(WARNING, f'no sessions of any project in {names}', _ROOTS)
    found = of_repository(case.repository, there)
    if not found:
        return Finding(WARNING, f'none of this project in {names}', 'work on it with an agent')
    folders = dict.fromkeys(str(one.files[0].parent) for one in found)
    return Finding(OK, f'{len(found):,} of this project in {" and ".join(folders)}')


def runs(case: Case) -> Finding:
    """How they ended, and what goes no further by itself."""
    common, now = case.repository.common, time.time()
    known = plan_record.records(common)
    counts = Counter(status.state_of(record) for record in known)
    said = ', '.join(f'{count} {state}' for state, count in counts.items()) or 'none yet'
    if _is_forgotten(common, now):
        return Finding(WARNING, f'{said}; a push or merge was not taken on', _RETRY)
    stuck = [record for record in known if _is_stuck(record, now)]
    if not stuck:
        return Finding(OK, said)
    said += f'; of plan #{stuck[-1].plan.number}: {stuck[-1].error or "nothing was said"}'
    is_held = status.state_of(stuck[-1]) == 'held'
    return Finding(WARNING, said, _DECIDE if is_held else _RETRY)


def _is_stuck(record: PlanRecord, now: float) -> bool:
    """Given up, tried in vain, up to a person, or due for long and not taken on."""
    if not record.is_waiting:
        return record.last is not None and record.last.state == 'failed'
    state = status.state_of(record)
    at = record.wanted.trigger.at if record.wanted is not None else 0.0
    is_late = max(at, record.due or 0.0) < now - SECONDS_OF_A_WORKER
    return state in ('held', 'stuck') or record.attempts > 0 or (is_late and state != 'running')


def _is_forgotten(common: Path, now: float) -> bool:
    """Does anything lie there that a worker should have taken in long ago?"""
    try:
        noted = [Path(path).stat().st_mtime for path in spool.files(str(common))]
    except OSError:
        return False
    return any(now - moment > SECONDS_OF_A_WORKER for moment in noted)


def _of_pre_commit(case: Case) -> Finding:
    """Without a native hook, pre-commit or prek may run one."""
    config = text_of(case.repository.worktree / PRE_COMMIT)
    if 'learn-hook-pre-push' not in config:
        return Finding(WARNING, 'not installed: no push or merge is seen', _INSTALL)
    if calls_legacy(git.hooks_folder(case.repository) / NAMES[0]):
        return Finding(OK, f'by {PRE_COMMIT}')
    return Finding(
        WARNING,
        f'{PRE_COMMIT} names ours, but pre-commit is not installed here',
        'run `pre-commit install --hook-type pre-push --hook-type post-merge`',
    )
