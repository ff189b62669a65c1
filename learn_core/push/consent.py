"""Is learn-hook on here, and may anything be sent: the one answer of hooks, worker, status, doctor.

A yes counts from the repository's own config file and from files outside of its work trees, never
from the system's file, from `git -c`, or from a file that a branch may bring along.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # the module typing costs a push 8 ms
if TYPE_CHECKING:
    Setting = tuple[str, str, str, str]

SWITCHES = (
    r'^(learn-hook\.(enabled|consent|mode|plans|branches|store)'
    r'|branch\..+\.learn-issue|remote\..+\.url)$'
)
QUESTION = ('config', '--show-scope', '--show-origin', '-z', '--get-regexp')
FROM_SH = "LC_ALL=C tr '\\n\\0' '\\1\\n'"  # a shell's variable holds no zero byte

YES = ('true', 'yes', 'on', '1')
NO = ('false', 'no', 'off', '0', '')
_SAME_HOSTS = {'ssh.github.com': 'github.com', 'www.github.com': 'github.com'}


def entries(answer: str) -> list[Setting]:
    """(scope, file, key, value) of each setting, from git's answer to `QUESTION`."""
    fields = answer.split('\0')
    found = []
    for scope, origin, pair in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        key, has_value, value = pair.partition('\n')
        found.append((scope, origin.partition(':')[2], key, value if has_value else 'true'))
    return found


def entries_of_sh(answer: str) -> list[Setting]:
    """The same, from git's answer after `FROM_SH`."""
    return entries(answer.replace('\n', '\0').replace('\1', '\n'))


def consents(settings: list[Setting], common: str, worktree: str) -> list[str]:
    """What the person agreed to, in git's order: `yes` (this repository), `private` (every private
    and internal one), `<host>/<owner>` (those of an owner), `no`. Other values say nothing.

    `worktree` is the folder that git was asked in; it names its files relative to that.
    """
    found = []
    for scope, origin, key, value in settings:
        if key == 'learn-hook.consent' and scope in ('local', 'worktree', 'global'):
            file = os.path.realpath(os.path.join(worktree, origin))
            is_own = _is_own(file, os.path.realpath(common))
            if is_own or not _is_in_work_tree(file, common, worktree):
                found.append(_consent(value, is_own))
    return [one for one in found if one]


def answer(given: list[str], place: str, *, is_public: bool | None) -> str:
    """`yes`, `no`, or `asks` where the person has said neither: the last of `consents` that speaks
    of the place, `<host>/<owner>`, decides. `is_public` is None as long as nobody asked GitHub.
    """
    for one in reversed(given):
        if one in ('yes', 'no'):
            return one
        if one in ('private', place.lower()):
            return 'asks' if is_public else 'yes'
    return 'asks'


def why_off(environ: dict[str, str], enabled: str, given: list[str], place: str) -> str:
    """What switched learn-hook off here, '' where it is on. `enabled` is git's setting."""
    if is_off(environ):
        return 'the environment (LEARN_HOOK=0, or CI is set)'
    if enabled.lower() in NO:
        return 'git config learn-hook.enabled'
    return 'git config learn-hook.consent' if answer(given, place, is_public=None) == 'no' else ''


def standing(
    environ: dict[str, str],
    settings: list[Setting],
    given: list[str],
    place: str,
) -> str:
    """`off`, `on`, or `asks` while the person has not agreed that anything may be sent."""
    if why_off(environ, value_of(settings, 'learn-hook.enabled') or 'true', given, place):
        return 'off'
    return 'on' if answer(given, place, is_public=None) == 'yes' else 'asks'


def is_off(environ: dict[str, str]) -> bool:
    """Switched off by the environment: by `LEARN_HOOK=0`, or by `CI` without `LEARN_HOOK=1`."""
    asked = environ.get('LEARN_HOOK', '')
    return asked == '0' or (asked != '1' and environ.get('CI', '') not in ('', '0', 'false'))


def values_of(settings: list[Setting], key: str) -> list[str]:
    """The values of a key, in git's order."""
    return [value for _, _, name, value in settings if name == key]


def value_of(settings: list[Setting], key: str) -> str:
    """The last value of a key, '' without one."""
    return ['', *values_of(settings, key)][-1]


def of_each(settings: list[Setting], begin: str, end: str) -> dict[str, str]:
    """The names between `begin` and `end` (of branches or remotes), each with its last value."""
    return {
        key[len(begin) : -len(end)]: value
        for _, _, key, value in settings
        if key.startswith(begin) and key.endswith(end)
    }


def pushed_place(settings: list[Setting], given: list[str], remote: str, url: str) -> str:
    """`<host>/<owner>` of where a push goes, '' where its URL does not say. A host without a dot
    is taken for an alias of the ssh config, so for the one that the person agreed to.
    """
    place = owner_of(url) or owner_of(value_of(settings, f'remote.{remote}.url'))
    host, _, owner = place.partition('/')
    agreed = [one for one in given if owner and one.endswith(f'/{owner}')]
    return agreed[-1] if '.' not in host and agreed else place


def owner_of(url: str) -> str:
    """`<host>/<owner>` of a remote's URL, in lower case; '' for a path or another form."""
    scheme, has_scheme, rest = url.partition('://')
    authority, _, path = (rest if has_scheme else scheme.replace(':', '/', 1)).partition('/')
    host = authority.rpartition('@')[2].partition(':')[0].lower()
    owner, _, name = path.strip('/').partition('/')
    if not (host and owner and name) or '/' in name:
        return ''
    return f'{_SAME_HOSTS.get(host, host)}/{owner.lower()}'


def _consent(value: str, is_own: bool) -> str:
    word = value.strip().lower()
    if word in YES:
        return 'yes' if is_own else 'private'
    if word in NO:
        return 'no'
    host, _, owner = word.removeprefix('https://').rstrip('/').partition('/')
    return f'{host}/{owner}' if host and owner and '/' not in owner else ''


def _is_own(file: str, common: str) -> bool:
    """Is it git's own config file of this repository, or of one of its worktrees?"""
    folder, name = os.path.split(file)
    if name == 'config.worktree':
        return folder == common or os.path.dirname(folder) == os.path.join(common, 'worktrees')
    return file == os.path.join(common, 'config')


def _is_in_work_tree(file: str, common: str, worktree: str) -> bool:
    """Does a file lie where a branch of this repository, or of the one around it, may bring it?"""
    from learn_core.push.git_dir import work_trees

    around, is_submodule, _ = common.partition(os.path.join(os.sep, '.git', 'modules', ''))
    trees = [worktree, *(folder for _, folder in work_trees(common))]
    trees += [around] if is_submodule else []
    return any(file.startswith(os.path.join(os.path.realpath(tree), '')) for tree in trees)
