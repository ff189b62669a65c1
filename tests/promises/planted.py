"""Modules that a branch brings along in the hope that a process of ours imports them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World

FILES = (
    'git/__init__.py',
    'hooks/__init__.py',
    'hooks/manual.py',
    'hooks/post_merge.py',
    'hooks/pre_push.py',
    'json.py',
    'learn_core/__init__.py',
    'learn_core/errors.py',
    'learn_core/push/__init__.py',
    'learn_core/push/spool.py',
    'learn_core/worker/loop.py',
    'sitecustomize.py',
    'usercustomize.py',
)

# It tells who ran it, and then steps aside for the real one, so that pre-commit itself, which
# imports what lies around, still works.
CODE = """\
import importlib.util, os, sys
with open({marker!r}, 'a') as file:
    file.write(__name__ + ' ' + ' '.join(sys.orig_argv).replace(chr(10), ' ') + chr(10))
if __name__ == 'json':
    here = os.path.dirname(os.path.abspath(__file__))
    kept = sys.path[:]
    sys.path[:] = [place for place in kept if os.path.abspath(place or '.') != here]
    del sys.modules['json']
    import json
    sys.path[:] = kept
"""


def plant(world: World, marker: Path) -> None:
    """Commits them all on the current branch."""
    for name in FILES:
        path = world.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CODE.format(marker=str(marker)), encoding='utf-8')
    git('add', '.', cwd=world.folder)
    git('commit', '-q', '-m', 'Plant', cwd=world.folder)


def ran(marker: Path) -> list[str]:
    """The module and the command line of every process that ran one of them."""
    return marker.read_text(encoding='utf-8').splitlines() if marker.exists() else []


def assert_it_would_run(world: World, marker: Path) -> None:
    """The trap is a real one: an ordinary Python falls into it."""
    words = (sys.executable, '-c', 'import json, hooks.pre_push, learn_core.worker.loop')
    subprocess.run(words, cwd=world.folder, check=True)
    assert {line.split()[0] for line in ran(marker)} >= {'hooks.pre_push', 'learn_core'}
    marker.unlink()
