"""From a hook to the worker: what was pushed or merged is written down, a process takes it on.

A line of the spool is tab-separated, a file of it is one push or merge:
`push  local-branch  remote-branch  sha  remote  url  worktree  pid-of-git`
`merge  reflog-action  sha-before  sha-after  branch  (empty)  worktree  pid-of-git`
Neither branch is given where HEAD is detached; a pid of 0 is one that can't be known.
"""

from __future__ import annotations

import os
import sys
import time

SECONDS_OF_A_PUSH = 600
SWITCHES = r'^(learn-hook\.(enabled|consent|grace|mode)|branch\..+\.learn-issue)$'
SECONDS_OF_GRACE = 600
_MOST_DESCRIPTORS = 65536
_NO = ('false', 'no', 'off', '0')


def standing(environ: dict[str, str], config: str) -> str:
    """`off`, `on`, or `asks` while the person has not said that anything may be sent.

    Off by `LEARN_HOOK=0`, and where `CI` is set unless it is asked for by `LEARN_HOOK=1`. `config`
    is what `git config --show-scope --get-regexp` prints for `SWITCHES`; a consent counts from the
    local file alone.
    """
    if is_off(environ):
        return 'off'
    consent, enabled = '', ''
    for scope, key, value in _settings(config):
        if key == 'learn-hook.enabled':
            enabled = value.lower()
        elif key == 'learn-hook.consent' and scope in ('local', 'worktree'):
            consent = value.lower() or 'yes'
    if enabled in _NO or consent in _NO:
        return 'off'
    return 'on' if consent else 'asks'


def assigned(config: str) -> dict[str, str]:
    """Branch -> its `learn-issue` (an issue's number or URL, or `none`), out of that `config`."""
    named = ((key, value) for _, key, value in _settings(config) if key.startswith('branch.'))
    return {key[len('branch.') : -len('.learn-issue')]: value for key, value in named}


def value_of(config: str, key: str) -> str:
    """The last value of a key in that `config`, '' without one."""
    found = [value for _, name, value in _settings(config) if name == key]
    return found[-1] if found else ''


def notice(plans: str, grace: str, command: str) -> list[str]:
    """What is said before anything is sent for the first time; `grace` is in seconds."""
    seconds = int(grace) if grace.isascii() and grace.isdigit() else SECONDS_OF_GRACE
    wait = f'{seconds // 60} minutes' if seconds >= 120 else f'{seconds} seconds'
    return [
        f"{plans}: its sessions here and its PR's comments, redacted, go",
        'to GitHub as a secret gist; anyone who has its link can read it.',
        f'It goes {wait} later. {command} show: look, drop: stop.',
        'For good: git config learn-hook.consent yes (then at once) or no.',
    ]


def is_no_push(pid: int) -> bool:
    """Is it `git push --dry-run`, as far as can be seen from outside?"""
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            words = file.read().split(b'\0')
    except OSError:
        return False
    after = words[words.index(b'push') :] if b'push' in words else []
    return b'--dry-run' in after or b'-n' in after


def is_off(environ: dict[str, str]) -> bool:
    """Switched off by the environment."""
    asked = environ.get('LEARN_HOOK', '')
    return asked == '0' or (asked != '1' and environ.get('CI', '') not in ('', '0', 'false'))


def command(environ: dict[str, str], *, is_managed: bool) -> str:
    """How a person calls `learn-hook` here: by its name where that is found, else by its path.

    A manager's environment is on the path of the hook, and not on the person's.
    """
    folders = () if is_managed else environ.get('PATH', '').split(os.pathsep)
    if any(os.access(os.path.join(folder, 'learn-hook'), os.X_OK) for folder in folders if folder):
        return 'learn-hook'
    return os.path.join(os.path.dirname(sys.executable), 'learn-hook')


def pid_of_git(pid: int) -> int:
    """The pid if it is git's, so that its end is the push's; 0 for a script or a hook manager that
    called our hook, which end before the push does.
    """
    try:
        with open(f'/proc/{pid}/comm', encoding='utf-8', errors='replace') as file:
            return pid if file.read().startswith('git') else 0
    except OSError:
        return 0 if 'PRE_COMMIT' in os.environ else pid  # no /proc here: taken for git's


def without_password(url: str) -> str:
    """A URL as it may be written down: of what stands before the host only an ssh user stays."""
    scheme, mark, rest = url.partition('://')
    authority, slash, path = rest.partition('/')
    user, at, host = authority.rpartition('@')
    if not mark or not at:
        return url
    kept = f'{user.partition(":")[0]}@' if scheme.endswith('ssh') else ''
    return f'{scheme}://{kept}{host}{slash}{path}'


def write_down(common: str, lines: list[tuple[str, ...]]) -> None:
    """Durable before it returns: written aside, flushed, renamed. Raises OSError."""
    folder = os.path.join(common, 'learn-hook', 'spool')
    os.makedirs(folder, mode=0o700, exist_ok=True)
    name = f'{time.time_ns()}-{os.getpid()}'
    aside = os.path.join(folder, f'.{name}')
    with open(aside, 'wb') as file:
        file.write(b''.join(_line(fields) for fields in lines))
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, os.path.join(folder, name))
    flush(folder)


def flush(folder: str) -> None:
    """What was renamed in a folder stays so, whatever happens to the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # not every file system can
        pass
    finally:
        os.close(descriptor)


def read_lines(data: bytes) -> list[list[str]]:
    """What `write_down` wrote, back."""
    return [[_unescaped(field) for field in line.split(b'\t')] for line in data.splitlines()]


def start_worker(common: str, folder: str, git_pid: int, *, wait: bool) -> None:
    """The worker in a process of its own: no terminal, no descriptor of git's, a session apart.

    It sleeps until git has ended, at low priority, and only then imports anything. With `wait`
    it runs here and now instead (for tests). `folder` is the worktree that one stands in. Raises
    OSError where no process can be had.
    """
    command = [sys.executable, '-I', '-m', 'learn_core.worker.loop', common, folder]
    if wait:
        worker = os.posix_spawn(sys.executable, [*command, '--foreground'], os.environ)
        os.waitpid(worker, 0)
        return
    if os.fork():
        return
    try:
        os.setsid()
        _let_go_of_descriptors(os.path.join(common, 'learn-hook', 'worker.log'))
        os.chdir(common)
        os.nice(10)
        _sleep_until_ended(git_pid)
        os.execv(sys.executable, command)
    finally:
        os._exit(1)


def _let_go_of_descriptors(log: str) -> None:
    """Standard error becomes the worker's log: a worker that can't even start has to say why."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(2):
        os.dup2(nothing, descriptor)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    for descriptor in range(3):  # one that was closed before is not handed on by itself
        os.set_inheritable(descriptor, True)
    most = os.sysconf('SC_OPEN_MAX')
    os.closerange(3, most if 0 < most < _MOST_DESCRIPTORS else _MOST_DESCRIPTORS)


def _sleep_until_ended(pid: int) -> None:
    deadline = time.monotonic() + SECONDS_OF_A_PUSH
    while pid > 1 and is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Is there a process of that pid?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _settings(config: str) -> list[tuple[str, str, str]]:
    """(scope, key, value) of each line."""
    found = []
    for line in config.splitlines():
        scope, _, setting = line.partition('\t')
        key, _, value = setting.partition(' ')
        found.append((scope, key, value))
    return found


def _line(fields: tuple[str, ...]) -> bytes:
    return b'\t'.join(_escaped(field) for field in fields) + b'\n'


def _escaped(field: str) -> bytes:
    data = os.fsencode(field).replace(b'%', b'%25').replace(b'\t', b'%09')
    return data.replace(b'\n', b'%0A').replace(b'\r', b'%0D')


def _unescaped(field: bytes) -> str:
    data = field.replace(b'%0D', b'\r').replace(b'%0A', b'\n').replace(b'%09', b'\t')
    return os.fsdecode(data.replace(b'%25', b'%'))
