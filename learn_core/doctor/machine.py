"""What this machine has: git, the tokenizer, the scanner, room on its disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents, git
from learn_core.doctor.case import BROKEN, OK, WARNING, Finding
from learn_core.errors import LearnError
from learn_core.materials.directory import SCRATCH
from learn_core.plans.fields import home
from learn_core.redact import Redactor
from learn_core.words import counted

if TYPE_CHECKING:
    from learn_core.agents import Transcript
    from learn_core.doctor.case import Case

LEAST_GIT = (2, 26)
LEAST_BYTES = 500_000_000
MOST_READ = 10  # sessions of an agent

_REINSTALL = 'install learn-hook again: a part of it is missing or broken'


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
    said += _without_prompt(found)
    headings, *rows = agents.capabilities()
    told = next(row for row in rows if row[0] == name)
    said += [f'{what}: {how}' for what, how in zip(headings[1:], told[1:], strict=True)]
    return Finding(OK, '; '.join(said))


def _without_prompt(transcripts: list[Transcript]) -> list[str]:
    """How many of the newest sessions yield no prompt, as after a change of an agent's form."""
    newest = sorted((one for one in transcripts if not one.unreadable), key=lambda one: one.changed)
    silent = 0
    for transcript in newest[-MOST_READ:]:
        with suppress(LearnError):
            silent += agents.index(transcript).not_a_session == agents.NO_PROMPT
    return [f'{silent:,} of the newest {MOST_READ}: {agents.NO_PROMPT}'] if silent else []


def encoding(_: Case) -> Finding:
    """Does the tokenizer load and count? Raises LearnError."""
    from learn_core.preprocess import count_tokens

    try:
        tokens = count_tokens('hello world')
    except (ImportError, ValueError, OSError) as error:
        kind = type(error).__name__
        raise LearnError(f'the tokenizer does not load ({kind}); {_REINSTALL}') from error
    return _judged(tokens == 2, 'cl100k counts', 'the tokenizer counts wrong')


def scanner(_: Case) -> Finding:
    """Does it load, and find a made-up password? Raises RedactionError."""
    word = os.urandom(12).hex()
    is_found = word not in Redactor().text(f'export DB_PASSWORD={word}\n')
    return _judged(is_found, 'finds a made-up password', 'does not find a password')


def disk(case: Case) -> Finding:
    """Is there room, and can the folders that a run writes to be written? Raises OSError."""
    folders = {home(case.repository.common), case.repository.main_worktree / SCRATCH}
    for folder in folders:
        with tempfile.TemporaryFile(dir=_nearest(folder)) as file:
            file.write(b'x')
    free = min(shutil.disk_usage(_nearest(folder)).free for folder in folders)
    said = f'{free / 1e9:.1f} GB free'
    return Finding(WARNING, said, 'make room') if free < LEAST_BYTES else Finding(OK, said)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest parent that exists."""
    return next((one for one in (folder, *folder.parents) if one.is_dir()), Path('/'))


def _judged(is_good: bool, good: str, bad: str) -> Finding:
    return Finding(OK, good) if is_good else Finding(BROKEN, bad, _REINSTALL)
