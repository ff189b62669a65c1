"""The sh of an installed hook, put together from `templates/`, where `@name@` is a value or a file.

It passes what git gave it to the hook that was there before, whose exit code decides. Then it asks
cheaply whether a plan may be concerned, or whether an earlier run has something to say, and only
then starts Python. Variables that it sets before the other hook has run begin with `learn_`: one of
the same name may be in the environment, and the other hook would get ours instead. `switches.sh`
has the off switches as `push.consent.is_off` has them, and sets a PATH where there is none.
Writing to a closed pipe would end sh by a signal, so subshells write.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.push.branch_names import PLAN_GLOBS, REFERENCE_FILES
from learn_core.push.consent import FROM_SH, QUESTION, SWITCHES

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = '# learn-hook: `learn-hook uninstall` removes this file'
EARLIER = '.before-learn-hook'
NAMES = ('pre-push', 'post-merge')

_OURS = MARK.rpartition('removes')[0]  # of every version
_BEFORE = '# git config before: '
_TEMPLATES = Path(__file__).parent / 'templates'
_SLOT = re.compile(r'@([a-z_]+)@|^@([a-z]+\.sh)@\n', re.MULTILINE)


def hook_scripts(before: Mapping[str, list[str]]) -> dict[str, str]:
    """The text of both hooks by their names; they remember the values that keys of git config had
    before `install` set them.
    """
    values = {
        'mark': MARK,
        'before': _BEFORE + json.dumps(before),
        'earlier': EARLIER,
        'python': shlex.quote(sys.executable),
        'home': shlex.quote(str(Path(__file__).resolve().parents[2])),
        'globs': '|'.join(f'*refs/heads/{glob}' for glob in PLAN_GLOBS),
        'references': ' '.join(f'"$tree"/{name}' for name in REFERENCE_FILES),
        'question': ' '.join(QUESTION),
        'switches': SWITCHES,
        'from_sh': FROM_SH,
    }
    return {name: _filled(f'{name}.sh', {**values, 'name': name}) for name in NAMES}


def _filled(file: str, values: Mapping[str, str]) -> str:
    text = (_TEMPLATES / file).read_text(encoding='utf-8')
    return _SLOT.sub(lambda one: values[one[1]] if one[1] else _filled(one[2], values), text)


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
