"""What both hooks do: write down, say what there is to say, start the worker."""

from __future__ import annotations

import os
import time

from learn_core.errors import say_on_stderr
from learn_core.push import consent, schedule, spawn, spool
from learn_core.push.notices import Voice, command_of

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
    place = _place_of(entries, given, settings)
    standing = consent.standing(environ, settings, given, place)
    if standing == 'off':
        is_no = consent.answer(given, place, is_public=None) == 'no'
        waits = schedule.read_times(common) is not None or schedule.is_held(common)
        if is_no and waits and not consent.is_off(environ):
            _start(common, folder, environ, settings, git_pid, credentials)  # drops what waits
        return 0
    if entries:
        spool.write(common, entries)
        schedule.put_due(common, now, now)  # until the worker has taken it in
    _speak(Voice(common, environ, is_managed=not git_pid), entries, settings, standing)
    goes_on = schedule.due(common, now) or (standing == 'on' and schedule.is_held(common))
    if entries or goes_on:
        _start(common, folder, environ, settings, git_pid, credentials)
    return 0


def _place_of(entries: list[dict[str, object]], given: list[str], settings: list[Setting]) -> str:
    """`<host>/<owner>` of where a push went; of `origin` for a merge."""
    pushed_to = [(str(one.get('remote', '')), str(one.get('url', ''))) for one in entries[:1]]
    remote, url = [*pushed_to, ('origin', '')][0]
    return consent.pushed_place(settings, given, remote, url)


def _speak(
    voice: Voice, entries: list[dict[str, object]], settings: list[Setting], standing: str
) -> None:
    """What ended since the last hook, and the plans that are pushed now."""
    voice.tell()
    asks = standing == 'asks'
    plans = _named(entries, ('said', 'likely') if asks else ('said',))
    if plans and asks:
        voice.ask(plans, consent.value_of(settings, 'learn-hook.store'))
    elif plans:
        voice.announce(plans)


def _start(
    common: str,
    folder: str,
    environ: dict[str, str],
    settings: list[Setting],
    git_pid: int,
    credentials: str,
) -> None:
    """The worker; a line where no process can be had."""
    mode = environ.get('LEARN_HOOK_MODE') or consent.value_of(settings, 'learn-hook.mode')
    wait = mode == 'foreground'
    try:
        spawn.start_worker(common, folder, git_pid, wait=wait, credentials=credentials)
    except OSError as error:
        command = command_of(environ, is_managed=not git_pid)
        say_on_stderr(
            f'no process could be started ({error.strerror}); the next push or '
            f'{command} retry tries again'
        )


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


def assigned(settings: list[Setting]) -> dict[str, str]:
    """Branch -> its `learn-issue` (an issue's number or URL, or `none`)."""
    named = ((key, value) for _, _, key, value in settings if key.endswith('.learn-issue'))
    return {key[len('branch.') : -len('.learn-issue')]: value for key, value in named}


def globs(settings: list[Setting]) -> list[str]:
    """The globs of `learn-hook.branches`, several of which may stand in one value."""
    values = [value for _, _, key, value in settings if key == 'learn-hook.branches']
    return [glob for value in values for glob in value.replace(',', '\n').splitlines()]


def _named(entries: list[dict[str, object]], keys: tuple[str, ...]) -> str:
    """`plan #5` or `plans #5, #6`; empty where nothing is to be said yet."""
    found = [entry[key] for entry in entries for key in keys if key in entry]
    numbers = dict.fromkeys(f'#{number}' for number in found)
    return f'plan{"s" if len(numbers) > 1 else ""} {", ".join(numbers)}' if numbers else ''
