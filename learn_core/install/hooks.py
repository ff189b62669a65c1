"""The native hooks of a repository: installed, and removed with everything else as it was."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.config import PRE_COMMIT
from learn_core.errors import LearnError, RedactionError
from learn_core.install.managers import SHELF, calls_legacy, manager_of
from learn_core.install.script import EARLIER, NAMES, config_before, hook_scripts, is_ours, text_of
from learn_core.redact import warm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from learn_core.git import Repository

CONSENT = 'learn-hook.consent'

# pre-commit and prek call the hook that they renamed to `.legacy`; lefthook does not call the one
# that it renamed to `.old`
_LEGACY, _OLD = '.legacy', '.old'


def install(repository: Repository, settings: Mapping[str, str]) -> list[str]:
    """Writes both hooks and these settings of git config; a line about each hook. Run twice it
    changes nothing.

    The secret scanner's rules are compiled as well, so that no push waits for that. Raises
    LearnError, also where a hook manager has to be told by hand to call ours.
    """
    refuse_unless_possible(repository)
    manager, folder = manager_of(repository), _folder(repository)
    before = {key: git.local_values(repository, key) for key in (CONSENT, *settings)}
    for hook in _ours(repository)[:1]:
        before |= config_before(hook)
    lines = [_install(folder / name, text) for name, text in hook_scripts(before).items()]
    for key, value in settings.items():
        git.set_config(repository, key, [value])
    if manager and len(manager.calls) < len(NAMES):
        raise LearnError(manager.advice)
    try:
        warm()
    except RedactionError as error:
        lines.append(f'nothing will be sent yet: {error}')
    return lines


def refuse_unless_possible(repository: Repository) -> None:
    """Raises LearnError where no hook can be put in; nothing is changed."""
    if os.name == 'nt':
        raise LearnError('there are no hooks on Windows yet; use learn-hook --issue by hand')
    folder = git.hooks_folder(repository).resolve()
    if folder.exists() and not folder.is_dir():
        raise LearnError(
            f'core.hooksPath is {folder}, so there are no hooks; unset it and install again'
        )
    for hook in (_place(_folder(repository) / name) for name in NAMES):
        earlier = _earlier(hook)
        if is_ours(hook) or not (os.path.lexists(hook) and os.path.lexists(earlier)):
            continue
        is_link = hook.is_symlink() or earlier.is_symlink()
        if is_link or hook.read_bytes() != earlier.read_bytes():
            raise LearnError(
                f'{earlier} and {hook} are both hooks of yours; remove one and install again'
            )


def uninstall(repository: Repository) -> list[str]:
    """Removes both hooks and restores what was there before, in git config too. A yes that was
    given since is removed as well, a no stays. Raises LearnError.
    """
    ours = _ours(repository)
    if not ours:
        return ['no hook of learn-hook is installed here; nothing was changed']
    before = {CONSENT: [], **config_before(ours[0])}
    lines = [_uninstall(hook) for hook in ours]
    shelf, manager = repository.common / SHELF, manager_of(repository)
    with contextlib.suppress(OSError):  # not empty, or not there
        shelf.rmdir()
        shelf.parent.rmdir()
    if manager and manager.told:
        files = ' and '.join(map(str, manager.told))
        lines.append(f'the line with {SHELF} in {files} does nothing any more; remove it')
    for key, values in before.items():
        is_no = key == CONSENT and git.local_values(repository, key)[-1:] == ['no']
        git.set_config(repository, key, ['no'] if is_no else values)
    return lines


def runs_by_pre_commit(repository: Repository) -> bool:
    """Does pre-commit or prek run ours in this repository?"""
    config = text_of(repository.worktree / PRE_COMMIT)
    is_called = calls_legacy(git.hooks_folder(repository) / NAMES[0])
    return is_called and f'learn-hook-{NAMES[0]}' in config


def places(repository: Repository) -> dict[str, Path]:
    """Where our hooks that are there and are called lie, by their names."""
    manager = manager_of(repository)
    if manager:
        shelf = repository.common / SHELF
        return {name: shelf / name for name in manager.calls if is_ours(shelf / name)}
    folder = git.hooks_folder(repository)
    found = {name: _place(folder / name) for name in NAMES}
    return {name: hook for name, hook in found.items() if is_ours(hook)}


def _folder(repository: Repository) -> Path:
    """Where `install` puts our hooks: not among those of a hook manager."""
    if manager_of(repository):
        return repository.common / SHELF
    return git.hooks_folder(repository).resolve()


def _ours(repository: Repository) -> list[Path]:
    """Every hook of ours, wherever a manager has put it."""
    common = repository.common
    folders = (git.hooks_folder(repository).resolve(), common / 'hooks', common / SHELF)
    ends = ('', _LEGACY, _OLD)
    hooks = [folder / (name + end) for folder in folders for name in NAMES for end in ends]
    return [hook for hook in dict.fromkeys(hooks) if is_ours(hook)]


def _place(hook: Path) -> Path:
    """Where our hook is or belongs: where git looks, or where pre-commit and prek call it from."""
    return hook.with_name(hook.name + _LEGACY) if calls_legacy(hook) else hook


def _earlier(hook: Path) -> Path:
    name = hook.name.removesuffix(_LEGACY).removesuffix(_OLD)
    return hook.with_name(name + EARLIER)


def _install(hook: Path, text: str) -> str:
    earlier, hook = _earlier(hook), _place(hook)
    try:
        hook.parent.mkdir(parents=True, exist_ok=True)
        if is_ours(hook) and text_of(hook) == text and os.access(hook, os.X_OK):
            return f'{hook} is installed already'
        aside = hook.with_name(f'.{hook.name}.learn-hook')
        aside.write_text(text, encoding='utf-8')
        aside.chmod(0o755)
        if not is_ours(hook) and os.path.lexists(hook):
            hook.rename(earlier)
        aside.replace(hook)
    except OSError as error:
        raise LearnError(f'cannot write {hook} ({error.strerror}); check who owns it') from error
    kept = f'; it calls the hook that was there before ({earlier.name})'
    return f'wrote {hook}' + (kept if os.path.lexists(earlier) else '')


def _uninstall(hook: Path) -> str:
    earlier = _earlier(hook)
    try:
        if os.path.lexists(earlier):
            earlier.replace(hook)
            return f'restored {hook}'
        hook.unlink()
    except OSError as error:
        raise LearnError(f'cannot remove {hook} ({error.strerror}); check who owns it') from error
    return f'removed {hook}'
