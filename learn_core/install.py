"""The native hooks of a repository: in, and out again with everything else as it was.

An installed hook is sh. It hands what git gave it to the hook that was there before, whose exit
code decides, asks cheaply whether a plan may be concerned, and only then starts Python.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import repository as git
from learn_core.branch import REFERENCE_FILES
from learn_core.errors import LearnError, RedactionError
from learn_core.handover import SWITCHES
from learn_core.redact import warm

if TYPE_CHECKING:
    from learn_core.repository import Repository

MARK = '# learn-hook: `learn-hook uninstall` takes this file away'
EARLIER = '.before-learn-hook'
CONSENT = 'learn-hook.consent'

_BEFORE = '# learn-hook.consent before: '

_HEAD = """#!/bin/sh
{mark}
{before}
earlier=${{0%/*}}/{name}{earlier}
python={python}
home={home}
"""

_START = """if [ ! -x "$python" ] || [ ! -d "$home/learn_core" ]; then
  echo "learn-hook: $python or $home/learn_core is gone; install learn-hook and run" \\
    "learn-hook install again, or learn-hook uninstall" >&2
  exit 0
fi
"""

_RUN = """"$python" -I -S -c 'import sys; sys.path.insert(0, sys.argv.pop(1))
from hooks.{module} import native; native()' "$home" "$PPID" {arguments}
exit 0
"""

PRE_PUSH = (
    _HEAD
    + """refs=$(cat; echo .); refs=${{refs%.}}
if [ -x "$earlier" ]; then printf %s "$refs" | "$earlier" "$@" || exit; fi
[ "$LEARN_HOOK" = 0 ] && exit 0
may_be_a_plan() {{
  folder=${{GIT_DIR:-.git}}
  [ -f "$folder" ] && read -r _ folder <"$folder"
  [ -f "$folder/HEAD" ] && read -r head <"$folder/HEAD"
  case " $refs $head" in
    *[[:space:]]refs/heads/[Pp][0-9]*-*|*[[:space:]]refs/heads/[0-9]*-*) return 0 ;;
  esac
  common=$folder
  [ -f "$folder/commondir" ] && read -r common <"$folder/commondir" && case "$common" in
    /*) ;; *) common=$folder/$common ;; esac
  for dot_git in ./.git "$common" "$common"/worktrees/*/gitdir; do
    [ -f "$dot_git" ] && [ "${{dot_git##*/}}" = gitdir ] && read -r dot_git <"$dot_git"
    for file in {references}; do
      [ -f "${{dot_git%/.git}}/$file" ] && return 0
    done
  done
  git config --get-regexp '^branch\\..*\\.learn-issue$' >/dev/null 2>&1
}}
may_be_a_plan || exit 0
"""
    + _START
    + """config=$(git config --show-scope --get-regexp '{switches}' 2>/dev/null)
printf %s "$refs" | """
    + _RUN
)

POST_MERGE = (
    _HEAD
    + """if [ -x "$earlier" ]; then "$earlier" "$@" || exit; fi
[ "$LEARN_HOOK" = 0 ] && exit 0
shas=$(git rev-parse ORIG_HEAD HEAD 2>/dev/null) || exit 0
came=$(git log --format=%s --max-count=1000 "ORIG_HEAD..HEAD" 2>/dev/null)
case "$GIT_REFLOG_ACTION $came" in
  'merge '*|'pull '*' '*) ;;
  *"Merge branch"*|*"Merge remote-tracking"*|*"Merge pull request #"*|*'(#'[0-9]*')'*) ;;
  *) exit 0 ;;
esac
"""
    + _START
    + _RUN
)


def install(repository: Repository) -> list[str]:
    """Writes both hooks and the person's consent; gives a line about each. Twice changes nothing.

    The secret scanner's rules are compiled as well, so that no push waits for that. Raises
    LearnError.
    """
    if os.name == 'nt':
        raise LearnError('there are no hooks on Windows yet; use learn-hook --issue by hand')
    folder = _own_folder(repository)
    before = _consent_before(repository, folder)
    lines = [_install(folder / name, text) for name, text in _hooks(before).items()]
    git.set_config(repository, CONSENT, 'yes')
    return [*lines, *_warmed()]


def uninstall(repository: Repository) -> list[str]:
    """Takes both hooks and the consent away, and puts back what was there before.

    Raises LearnError.
    """
    folder = _own_folder(repository)
    was_installed = bool(installed(repository))
    before = _consent_before(repository, folder)
    lines = [_uninstall(folder / name) for name in _hooks(before)]
    if was_installed:
        git.set_config(repository, CONSENT, before or None)
    return lines


def installed(repository: Repository) -> list[str]:
    """The names of our hooks that are there."""
    folder = git.hooks_folder(repository)
    return [name for name in ('pre-push', 'post-merge') if _is_ours(_place(folder / name))]


def _warmed() -> list[str]:
    try:
        warm()
    except RedactionError as error:
        return [f'nothing will be sent yet: {error}']
    return []


def _own_folder(repository: Repository) -> Path:
    """git's hooks folder, unless it is part of the work tree, where others would get our hook."""
    folder = git.hooks_folder(repository).resolve()
    inside = folder.is_relative_to(repository.worktree.resolve())
    if inside and not folder.is_relative_to(repository.common):
        raise LearnError(
            f'core.hooksPath is {folder}, which is under version control; add to its pre-push '
            f'`{sys.executable} -I -m hooks.pre_push "$@" || true`, and the same with '
            'hooks.post_merge to its post-merge'
        )
    return folder


def _consent_before(repository: Repository, folder: Path) -> str:
    """What the person had said before `install`, '' for nothing: an installed hook remembers it."""
    hook = _place(folder / 'pre-push')
    if not _is_ours(hook):
        return git.settings_of(repository).get(CONSENT, '')
    lines = hook.read_text(encoding='utf-8').splitlines()
    return next((line[len(_BEFORE) :] for line in lines if line.startswith(_BEFORE)), '')


def _hooks(consent_before: str) -> dict[str, str]:
    home = Path(__file__).resolve().parent.parent
    facts = {
        'mark': MARK,
        'before': _BEFORE + ' '.join(consent_before.split()),
        'earlier': EARLIER,
        'python': shlex.quote(sys.executable),
        'home': shlex.quote(str(home)),
        'references': ' '.join(REFERENCE_FILES),
        'switches': SWITCHES,
    }
    return {
        'pre-push': PRE_PUSH.format(
            name='pre-push', module='pre_push', arguments='"$config" "$@"', **facts
        ),
        'post-merge': POST_MERGE.format(
            name='post-merge', module='post_merge', arguments='$shas', **facts
        ),
    }


def _place(hook: Path) -> Path:
    """Where our hook is or belongs: pre-commit and prek move it to `.legacy` and call it there."""
    legacy = hook.with_name(f'{hook.name}.legacy')
    return legacy if _is_ours(legacy) and not _is_ours(hook) else hook


def _install(hook: Path, text: str) -> str:
    earlier = hook.with_name(hook.name + EARLIER)
    hook = _place(hook)
    try:
        hook.parent.mkdir(parents=True, exist_ok=True)
        is_ours = _is_ours(hook)
        if is_ours and hook.read_text(encoding='utf-8') == text:
            return f'{hook} is there already'
        if not is_ours and (hook.exists() or hook.is_symlink()):
            hook.rename(earlier)
        aside = hook.with_name(f'.{hook.name}.learn-hook')
        aside.write_text(text, encoding='utf-8')
        aside.chmod(0o755)
        aside.replace(hook)
    except OSError as error:
        raise LearnError(f'{hook} can not be written ({error.strerror}); see why') from error
    kept = f'; the hook that was there is called by it ({earlier.name})'
    return f'wrote {hook}' + (kept if earlier.exists() else '')


def _uninstall(hook: Path) -> str:
    earlier = hook.with_name(hook.name + EARLIER)
    hook = _place(hook)
    try:
        if not _is_ours(hook):
            return f'{hook} is not ours; nothing was changed'
        hook.unlink()
        if earlier.exists() or earlier.is_symlink():
            earlier.rename(hook)
            return f'{hook} is again what it was before'
    except OSError as error:
        raise LearnError(f'{hook} can not be taken away ({error.strerror}); see why') from error
    return f'took {hook} away'


def _is_ours(hook: Path) -> bool:
    try:
        return not hook.is_symlink() and MARK in hook.read_text(encoding='utf-8', errors='replace')
    except OSError:
        return False
