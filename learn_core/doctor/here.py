"""What is here: this machine, the repository with its settings and hooks, sessions, runs."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents, git, status
from learn_core.config import PRE_COMMIT, SETTINGS
from learn_core.doctor.case import BROKEN, OK, WARNING, Finding
from learn_core.errors import LearnError
from learn_core.install.hooks import places, runs_by_pre_commit
from learn_core.install.managers import manager_of
from learn_core.install.script import EARLIER, NAMES, started_by, text_of
from learn_core.materials.directory import SCRATCH
from learn_core.pipeline.policy import as_agreed
from learn_core.plans import record as plan_record
from learn_core.plans.fields import home
from learn_core.push import consent, spool
from learn_core.redact import Redactor
from learn_core.sessions.search import of_repository
from learn_core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from learn_core.doctor.case import Case
    from learn_core.plans.fields import PlanRecord

LEAST_GIT = (2, 26)
LEAST_BYTES = 500_000_000
MOST_READ = 10  # sessions of an agent
SECONDS_OF_A_WORKER = 3600  # within which it has taken on whatever was due

_REINSTALL = 'install learn-hook again: a part of it is missing or broken'
_RETRY = 'run `learn-hook retry`; `learn-hook log` says more'
_DECIDE = 'look with `learn-hook show`, then run `learn-hook send` or `learn-hook drop`'
_INSTALL = 'run `learn-hook install`'
_PRE_COMMIT = 'run `pre-commit install --hook-type pre-push --hook-type post-merge`'
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


def git_itself(_: Case) -> Finding:
    """Is git there, and new enough?"""
    version = git.git_version()
    said = '.'.join(map(str, version))
    if version < LEAST_GIT:
        return Finding(BROKEN, said, f'install git {".".join(map(str, LEAST_GIT))} or newer')
    return Finding(OK, said)


def agent(name: str, case: Case) -> Finding:
    """The sessions of an agent on this machine, and what its logs can tell."""
    found = list(agents.find({name: agents.roots(case.environ)[name]}))
    unread = Counter(one.unreadable for one in found if one.unreadable)
    said = [counted(len(found) - unread.total(), 'session')]
    said += [f'{count:,} not read: {reason}' for reason, count in unread.items()]
    newest = sorted((one for one in found if not one.unreadable), key=lambda one: one.changed)
    silent = 0
    for transcript in newest[-MOST_READ:]:  # many are silent after a change of an agent's form
        with suppress(LearnError):
            silent += agents.index(transcript).not_a_session == agents.NO_PROMPT
    said += [f'{silent:,} of the newest {MOST_READ}: {agents.NO_PROMPT}'] if silent else []
    headings, *rows = agents.capabilities()
    how = next(row for row in rows if row[0] == name)
    told = {what: not one.startswith('no') for what, one in zip(headings, how, strict=True)}
    said.append(f'tells {", ".join(what for what in headings[1:] if told[what])}')
    said += [f'no {what}' for what in headings[1:] if not told[what]]
    return Finding(OK, '; '.join(said))


def encoding(_: Case) -> Finding:
    """Does the tokenizer load and count? Raises LearnError."""
    from learn_core.preprocess import count_tokens

    try:
        tokens = count_tokens('hello world')
    except (ImportError, ValueError, OSError) as error:
        kind = type(error).__name__
        raise LearnError(f'the tokenizer does not load ({kind}); {_REINSTALL}') from error
    if tokens != 2:
        raise LearnError(f'the tokenizer counts wrong; {_REINSTALL}')
    return Finding(OK, 'cl100k counts')


def scanner(_: Case) -> Finding:
    """Does it load, and find a made-up password? Raises LearnError."""
    word = os.urandom(12).hex()
    if word in Redactor().text(f'export DB_PASSWORD={word}\n'):
        raise LearnError(f'does not find a password; {_REINSTALL}')
    return Finding(OK, 'finds a made-up password')


def disk(case: Case) -> Finding:
    """Is there room, and can the folders that a run writes to be written? Raises OSError."""
    free = []
    for folder in (home(case.repository.common), case.repository.main_worktree / SCRATCH):
        nearest = next((one for one in (folder, *folder.parents) if one.is_dir()), Path('/'))
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b'x')
        free.append(shutil.disk_usage(nearest).free)
    said, is_enough = f'{min(free) / 1e9:.1f} GB free', min(free) >= LEAST_BYTES
    return Finding(OK, said) if is_enough else Finding(WARNING, said, 'make room')


def repository(case: Case) -> Finding:
    """Which repository and branch this is."""
    found = case.repository
    branch = git.current_branch(found)
    return Finding(OK, f'{found.worktree}, {f"on {branch}" if branch else "on no branch"}')


def settings(case: Case) -> Finding:
    """Can they all be read, and is none misspelled?"""
    mode = case.settings.mode
    keys = sorted(git.settings_of(case.repository))
    said = f'git config {", ".join(keys)}' if keys else 'all by default'
    said += '' if mode == 'background' else f'; mode {mode}'
    unknown = [key for key in keys if not SETTINGS.fullmatch(key)]
    if unknown:
        said = f'{", ".join(unknown)} is no setting, so it does nothing; {said}'
        return Finding(WARNING, said, f'run `git config --unset-all {unknown[0]}`')
    return Finding(OK, said)


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
        by = _SAID_BY[consent.answer(given, '', is_public=True)]
        return Finding(OK, f'yes, by {by}{ignored}')
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
    lacking = [name for name in NAMES if name not in there]
    if lacking:
        return Finding(WARNING, f'{lacking[0]} is not installed', _INSTALL)
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
    known = [as_agreed(one, case.settings) for one in plan_record.records(common)]
    counts = Counter(status.state_of(record) for record in known)
    said = ', '.join(f'{count} {state}' for state, count in counts.items()) or 'none yet'
    if _is_any_old(spool.files(str(common)), now):
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


def _is_any_old(noted: Iterable[str], now: float) -> bool:
    """Should a worker have taken one of these files in long ago?"""
    try:
        return any(now - Path(path).stat().st_mtime > SECONDS_OF_A_WORKER for path in noted)
    except OSError:
        return False


def _of_pre_commit(case: Case) -> Finding:
    """Without a native hook, pre-commit or prek may run one."""
    if runs_by_pre_commit(case.repository):
        return Finding(OK, f'by {PRE_COMMIT}')
    if f'learn-hook-{NAMES[0]}' in text_of(case.repository.worktree / PRE_COMMIT):
        said = f'{PRE_COMMIT} names ours, but pre-commit is not installed here'
        return Finding(WARNING, said, _PRE_COMMIT)
    return Finding(WARNING, 'not installed: no push or merge is seen', _INSTALL)
