"""The sh of an installed hook.

It passes what git gave it to the hook that was there before, whose exit code decides. Then it asks
cheaply whether a plan may be concerned, or whether an earlier run has something to say, and only
then starts Python. Variables that it sets before the other hook has run begin with `learn_`: one of
the same name may be in the environment, and the other hook would get ours instead.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.push.branch_names import PLAN_GLOBS, REFERENCE_FILES
from learn_core.push.consent import FROM_SH, QUESTION, SWITCHES

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = '# learn-hook: `learn-hook uninstall` removes this file'
_OURS = MARK.rpartition('removes')[0]  # of every version
EARLIER = '.before-learn-hook'
NAMES = ('pre-push', 'post-merge')

_BEFORE = '# git config before: '

_HEAD = """#!/bin/sh
{mark}
{before}
set +eu
learn_earlier=${{0%/*}}/{name}{earlier}
learn_python={python}
learn_home={home}
"""

# The off switches as `push.consent.is_off` has them, and a PATH where there is none.
_SWITCHED = """case $LEARN_HOOK:$CI in 0:*) exit 0 ;; 1:*|*:|*:0|*:false) ;; *) exit 0 ;; esac
PATH=${{PATH:+$PATH:}}/usr/bin:/bin; export PATH
folder=${{GIT_DIR:-.git}}
[ -f "$folder" ] && read -r _ folder <"$folder"
common=$folder
[ -f "$folder/commondir" ] && read -r common <"$folder/commondir" && case "$common" in
  /*) ;; *) common=$folder/$common ;; esac
"""

# Writing to a closed pipe would end sh by a signal, so a subshell writes.
RUN = """[ -x "$learn_python" ] && [ -d "$learn_home/learn_core" ] || learn_python=
if may_be_a_plan; then
  [ "$learn_python" ] || (echo "learn-hook:" {python} "or $learn_home is gone;" \\
    "install learn-hook and run learn-hook install again, or learn-hook uninstall" >&2)
elif [ ! -f "$common/learn-hook/schedule" ]; then
  exit 0
fi
[ "$learn_python" ] || exit 0
{given}"$learn_python" -I -S -c 'import sys; sys.path.insert(0, sys.argv.pop(1))
from hooks.{module} import native; native()' "$learn_home" "$PPID" {arguments} ||
  (echo "learn-hook: the hook was cut off; ${{learn_python%/*}}/learn-hook status says whether" \
    "this was taken in, else use learn-hook --issue" >&2)
exit 0
"""

PRE_PUSH = (
    _HEAD
    + """learn_refs=$(PATH=/usr/bin:/bin${{PATH:+:$PATH}}; cat 2>/dev/null; echo .)
learn_refs=${{learn_refs%.}}
if [ -x "$learn_earlier" ] && [ "$0" != "$learn_earlier" ]; then
  printf %s "$learn_refs" 2>/dev/null | "$learn_earlier" "$@" || exit
fi
"""
    + _SWITCHED
    + """may_be_a_plan() {{
  head=
  case $learn_refs in *"HEAD "*) [ -f "$folder/HEAD" ] && read -r head <"$folder/HEAD" ;; esac
  case $head in *.invalid) head=$(git symbolic-ref --quiet HEAD 2>/dev/null) ;; esac
  case "$learn_refs $head" in
    *refs/heads/[Pp][0-9]*-*|*refs/heads/[0-9]*-*|{globs}) return 0 ;;
  esac
  for tree in ./.git "$common" "$common"/worktrees/*/gitdir; do
    [ -f "$tree" ] && [ "${{tree##*/}}" = gitdir ] && read -r tree <"$tree"
    tree=${{tree%/.git}}
    for file in {references}; do
      [ -f "$file" ] && return 0
    done
  done
  settings=$(git config --get-regexp {named} 2>/dev/null) || return 1
  case $settings in *.learn-issue*) return 0 ;; esac
  set -f
  IFS='
'
  for glob in $settings; do
    case "$learn_refs $head" in *refs/heads/${{glob#* }}*) return 0 ;; esac
  done
  return 1
}}
"""
    + RUN
)

POST_MERGE = (
    _HEAD
    + """if [ -x "$learn_earlier" ] && [ "$0" != "$learn_earlier" ]; then
  "$learn_earlier" "$@" || exit
fi
"""
    + _SWITCHED
    + """shas=
may_be_a_plan() {{
  case "$GIT_REFLOG_ACTION" in 'merge '*|'pull '*' '*) ;; *)
    case $(git log --format=%s --max-count=1000 ORIG_HEAD..HEAD 2>/dev/null) in
      *"Merge branch"*|*"Merge remote-tracking"*|*"Merge pull request #"*|*'(#'[0-9]*')'*) ;;
      *) return 1 ;;
    esac
  esac
  shas=$(git rev-parse ORIG_HEAD HEAD 2>/dev/null) || shas=
  [ "$shas" ]
}}
"""
    + RUN
)


def hook_scripts(before: Mapping[str, list[str]]) -> dict[str, str]:
    """The text of both hooks by their names; they remember the values that keys of git config had
    before `install` set them.
    """
    home = Path(__file__).resolve().parents[2]
    facts = {
        'mark': MARK,
        'before': _BEFORE + json.dumps(before),
        'earlier': EARLIER,
        'python': shlex.quote(sys.executable),
        'home': shlex.quote(str(home)),
    }
    push = PRE_PUSH.format(
        name='pre-push',
        module='pre_push',
        globs='|'.join(f'*refs/heads/{glob}' for glob in PLAN_GLOBS),
        references=' '.join(f'"$tree"/{name}' for name in REFERENCE_FILES),
        named=r"'^(branch\..*\.learn-issue|learn-hook\.branches)$'",
        given=f"""config=$(git {' '.join(QUESTION)} '{SWITCHES}' 2>/dev/null | {FROM_SH})
printf %s "$learn_refs" 2>/dev/null | """,
        arguments='"$config" "$@"',
        **facts,
    )
    merge = POST_MERGE.format(
        name='post-merge',
        module='post_merge',
        given='',
        arguments='$shas',
        **facts,
    )
    return dict(zip(NAMES, (push, merge), strict=True))


def started_by(hook: Path) -> list[Path]:
    """What an installed hook needs to do anything: its Python, and our code."""
    found = []
    for line in text_of(hook).splitlines():
        name, _, value = line.partition('=')
        if name in ('learn_python', 'learn_home') and value:
            path = Path(''.join(shlex.split(value)))
            found.append(path / 'learn_core' if name == 'learn_home' else path)
    return found


def is_ours(hook: Path) -> bool:
    """Is it a hook of ours?"""
    return not hook.is_symlink() and _OURS in text_of(hook)


def config_before(hook: Path) -> dict[str, list[str]]:
    """What a hook of ours remembers of git config; nothing where a person changed that line."""
    lines = [line for line in text_of(hook).splitlines() if line.startswith(_BEFORE)]
    try:
        found = json.loads(lines[0][len(_BEFORE) :])
        return {str(key): [str(value) for value in values] for key, values in found.items()}
    except (IndexError, ValueError, TypeError, AttributeError):
        return {}


def text_of(hook: Path) -> str:
    """A hook as text, whatever it is; '' where it cannot be read."""
    try:
        return hook.read_text(encoding='utf-8', errors='replace') if hook.is_file() else ''
    except OSError:
        return ''
