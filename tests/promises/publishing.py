"""This project as others get it: a commit of this working tree, in its own repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parents[2]
STRANGERS = ('GIT_', 'PRE_COMMIT', 'PREK', 'COVERAGE', 'PYTHON')
WHO = {'NAME': 'Ann', 'EMAIL': 'ann@example.com'}


def unsealed() -> dict[str, str]:
    """The environment before the first test is sealed: pip reaches its index as it usually does."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(STRANGERS)},
        **{f'GIT_{role}_{key}': WHO[key] for role in ('AUTHOR', 'COMMITTER') for key in WHO},
        'GIT_CONFIG_GLOBAL': os.devnull,
    }


def published_in(place: Path, environ: Mapping[str, str]) -> tuple[Path, str]:
    """The repository and its commit."""
    project = place / 'learn-hook'
    listed = run('git', 'ls-files', '-z', '-co', '--exclude-standard', cwd=PROJECT, environ=environ)
    for name in listed.split('\0'):
        if (PROJECT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, project / name)
    run('git', 'init', '-q', '-b', 'master', str(project), cwd=place, environ=environ)
    run('git', 'add', '.', cwd=project, environ=environ)
    run('git', 'commit', '-q', '-m', 'Publish', cwd=project, environ=environ)
    return project, run('git', 'rev-parse', 'HEAD', cwd=project, environ=environ).strip()


def run(*words: str, cwd: Path, environ: Mapping[str, str]) -> str:
    """What a command says; a failure is an error with all of its words."""
    done = subprocess.run(words, cwd=cwd, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, f'{words}: {done.stdout}{done.stderr}'
    return done.stdout
