"""All that a hook says: where a person sees it, and no more than there is to say."""

from __future__ import annotations

import os
import sys

from learn_core.errors import say_on_stderr
from learn_core.push import schedule
from learn_core.push.agent import agent_in

OFF_NOTE = 'LEARN_HOOK=0 skips it'
TO_AGREE = 'git config learn-hook.consent yes'

_PLACES = {
    'gist': 'as a secret gist, which anyone who has its link can read',
    'ref': 'in a ref of the repository, for all who can read it',
}


class Voice:
    """A hook's, in a repository with that common folder. A hook manager swallows what a passing
    hook prints, so there the terminal itself is written to.
    """

    def __init__(self, common: str, environ: dict[str, str], *, is_managed: bool) -> None:
        self.common = common
        self.command = command_of(environ, is_managed=is_managed)
        self.is_managed = is_managed
        self.is_agent = bool(agent_in(environ))

    def tell(self) -> None:
        """Says once what ended since the last hook; keeps it where no terminal would show it."""
        if not self.is_managed or _on_terminal([]):
            lines = schedule.take_lines(self.common)
            self._say([line.replace('learn-hook ', f'{self.command} ') for line in lines])

    def announce(self, plans: str) -> None:
        """The line about plans that are learned from."""
        note = '' if schedule.is_marked(self.common, schedule.TOLD) else f'; {OFF_NOTE}'
        say_on_stderr(f'learning from {plans} in the background ({self.command} status{note})')
        schedule.mark(self.common, schedule.TOLD)

    def ask(self, plans: str, store: str) -> None:
        """Prints the notice until a person has seen it, then one line. `store` is the kind of place
        that materials go to. The `git config` lines need nothing on the PATH.
        """
        if self.is_agent:  # it may not agree, so it is told no way to
            self._say([f'{plans}: written down; a person has to agree before anything is sent'])
            return
        if schedule.is_marked(self.common, schedule.NOTICED):
            self._say([f'{plans}: waits for your yes ({TO_AGREE}, or no)'])
            return
        notice = [
            f"{plans}: your conversations with coding agents and the PR's comments can go,",
            f'redacted, to GitHub {_PLACES.get(store, _PLACES["gist"])}.',
            f'Nothing is read or sent before you agree: {TO_AGREE} (or no).',
            f'{self.command} preview shows what would be sent, {self.command} status what waits.',
        ]
        if self._say(notice):
            schedule.mark(self.common, schedule.NOTICED)

    def _say(self, lines: list[str]) -> bool:
        """Did a person see it? A terminal was there, at least."""
        if self.is_managed and _on_terminal(lines):
            return True
        for line in lines:
            say_on_stderr(line)
        return sys.stderr is not None and sys.stderr.isatty()


def command_of(environ: dict[str, str], *, is_managed: bool) -> str:
    """How a person calls `learn-hook` here: by its name where that is found, else by its path.

    A manager's environment is on the path of the hook, and not on the person's.
    """
    folders = () if is_managed else environ.get('PATH', '').split(os.pathsep)
    if any(os.access(os.path.join(folder, 'learn-hook'), os.X_OK) for folder in folders if folder):
        return 'learn-hook'
    return os.path.join(os.path.dirname(sys.executable), 'learn-hook')


def _on_terminal(lines: list[str]) -> bool:
    """Is there a terminal? The lines are on it then."""
    try:
        with open('/dev/tty', 'w', encoding='utf-8', errors='replace') as terminal:
            terminal.write(''.join(f'learn-hook: {line}\n' for line in lines))
    except OSError:
        return False
    return True
