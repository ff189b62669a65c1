"""What both hooks do: write down, say what there is to say, start the worker."""

from __future__ import annotations

import os
import time

from learn_core.errors import say_on_stderr
from learn_core.push import consent, schedule, spawn, spool
from learn_core.push.notices import Voice

TYPE_CHECKING = False  # the module typing costs a push 8 ms
if TYPE_CHECKING:
    from learn_core.push.consent import Setting


def take_down(
    common: str,
    folder: str,
    entries: list[dict[str, object]],
    settings: list[Setting],
    *,
    git_pid: int,
    credentials: str = '',
) -> int:
    """The exit code of the hook, 0. `entries` are what was pushed or merged; `said` in one of them
    is the number of its plan, `likely` a number that only GitHub knows to be a plan's: it is named
    only where nobody has agreed that GitHub is asked. Raises OSError.
    """
    environ, now = dict(os.environ), time.time()
    given = consent.consents(settings, common, folder)
    pushed_to = [(str(one.get('remote', '')), str(one.get('url', ''))) for one in entries[:1]]
    place = consent.pushed_place(settings, given, *[*pushed_to, ('origin', '')][0])
    standing = consent.standing(environ, settings, given, place)
    voice = Voice(common, environ, is_managed=not git_pid)
    if standing == 'off':
        is_no = consent.answer(given, place, is_public=None) == 'no'
        waits = schedule.read_times(common) is not None or schedule.is_held(common)
        goes_on = is_no and waits and not consent.is_off(environ)  # the worker drops what waits
    else:
        if entries:
            spool.write(common, entries)
            schedule.put_due(common, now, now)  # until the worker has taken it in
        _speak(voice, entries, settings, standing)
        is_agreed = standing == 'on' and schedule.is_held(common)
        goes_on = bool(entries) or is_agreed or schedule.due(common, now)
    try:
        if goes_on:
            wait = _mode(environ, settings) == 'foreground'
            spawn.start_worker(common, folder, git_pid, wait=wait, credentials=credentials)
    except OSError as error:
        say_on_stderr(
            f'no process could be started ({error.strerror}); the next push or '
            f'{voice.command} retry tries again'
        )
    return 0


def _mode(environ: dict[str, str], settings: list[Setting]) -> str:
    return environ.get('LEARN_HOOK_MODE') or consent.value_of(settings, 'learn-hook.mode')


def _speak(
    voice: Voice, entries: list[dict[str, object]], settings: list[Setting], standing: str
) -> None:
    """What ended since the last hook, and the plans that are pushed now."""
    voice.tell()
    keys = ('said', 'likely') if standing == 'asks' else ('said',)
    found = [entry[key] for entry in entries for key in keys if key in entry]
    numbers = dict.fromkeys(f'#{number}' for number in found)
    plans = f'plan{"s" if len(numbers) > 1 else ""} {", ".join(numbers)}'
    if numbers and standing == 'asks':
        voice.ask(plans, consent.value_of(settings, 'learn-hook.store'))
    elif numbers:
        voice.announce(plans)


def ask_git(*words: str, given: str = '') -> str:
    """What git says; empty where it fails, or is not there. `given` is its standard input."""
    import subprocess

    data = os.fsencode(given)
    try:
        asked = subprocess.run(['git', *words], input=data, capture_output=True, check=False)
    except OSError:
        return ''
    return os.fsdecode(asked.stdout) if asked.returncode == 0 else ''


def ask_settings() -> list[Setting]:
    """What git says of our switches, where no hook in sh has asked it."""
    return consent.entries(ask_git(*consent.QUESTION, consent.SWITCHES))
