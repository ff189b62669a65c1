"""What a hook says: where a person sees it, and no more than there is to say."""

from __future__ import annotations

import os
import sys

from learn_core.errors import say_on_stderr
from learn_core.push import schedule, spool

OFF_NOTE = 'LEARN_HOOK=0 skips it'


class Voice:
    """A hook's, in a repository with that common folder. `command` is how `learn-hook` is called
    here; a hook manager swallows what a hook prints that passes, so there the terminal itself is
    spoken to.
    """

    def __init__(self, common: str, command: str, is_managed: bool) -> None:
        self.common = common
        self.command = command
        self.is_managed = is_managed

    def tell(self) -> bool:
        """What ended or got stuck since the last hook, once; it stays where nobody would see it.
        True: a notice was among it, so that what is held for it may go on.
        """
        if self.is_managed and not _has_terminal():
            return False
        lines, has_notice = schedule.take_lines(self.common)
        if lines:
            is_seen = self._say([line.replace('learn-hook ', f'{self.command} ') for line in lines])
            if has_notice:
                schedule.mark(self.common, schedule.NOTICED if is_seen else schedule.SAID)
        return has_notice

    def announce(self, plans: str, standing: str, grace: str) -> None:
        """A line; the first time in a repository that nobody has agreed for yet, the notice."""
        noticed = schedule.marked(self.common, schedule.NOTICED) is not None
        if standing == 'asks' and not noticed:
            is_seen = self._say(spool.notice(plans, grace, self.command))
            schedule.mark(self.common, schedule.NOTICED if is_seen else schedule.SAID)
            return
        note = '' if schedule.marked(self.common, schedule.TOLD) else f'; {OFF_NOTE}'
        say_on_stderr(f'learning from {plans} in the background ({self.command} status{note})')
        schedule.mark(self.common, schedule.TOLD)

    def start_worker(self, environ: dict[str, str], config: str, folder: str, git_pid: int) -> None:
        """The worker, or a line why there is none."""
        mode = environ.get('LEARN_HOOK_MODE') or spool.value_of(config, 'learn-hook.mode')
        try:
            spool.start_worker(self.common, folder, git_pid, wait=mode == 'foreground')
        except OSError as error:
            say_on_stderr(
                f'no process could be started ({error.strerror}); the next push goes on with it, '
                f'or {self.command} retry'
            )

    def _say(self, lines: list[str]) -> bool:
        """Did a person see it? A terminal was there, at least."""
        if self.is_managed and _on_terminal(lines):
            return True
        for line in lines:
            say_on_stderr(line)
        return sys.stderr is not None and sys.stderr.isatty()


def _has_terminal() -> bool:
    try:
        os.close(os.open('/dev/tty', os.O_WRONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _on_terminal(lines: list[str]) -> bool:
    try:
        with open('/dev/tty', 'w', encoding='utf-8', errors='replace') as terminal:
            terminal.write(''.join(f'learn-hook: {line}\n' for line in lines))
    except OSError:
        return False
    return True
