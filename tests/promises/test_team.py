"""A team's settings, as they come by pre-commit, by prek, and natively."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import git
from tests.promises.world import REPO, WORKFLOW, branch, sent, small_plan

if TYPE_CHECKING:
    from tests.promises.world import World

CONFIG = """\
repos:
  - repo: local
    hooks:
      - id: learn-hook-pre-push
        name: learn
        language: system
        entry: {python} -I -m hooks.pre_push
        args: [--workflow, other.yml]
        stages: [pre-push]
        always_run: true
        pass_filenames: false
"""


@pytest.mark.parametrize('program', ['pre-commit', 'prek'])
def test_args_choose_the_workflow(bare_world: World, program: str) -> None:
    world = bare_world
    files = world.hub.repos[REPO].files
    files['master', '.github/workflows/other.yml'] = WORKFLOW
    small_plan(world, 5)
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    config = world.folder / '.pre-commit-config.yaml'
    config.write_text(CONFIG.format(python=sys.executable), encoding='utf-8')
    git('add', config.name, cwd=world.folder)
    branch(world, 'P5-x')
    words = (str(Path(sys.executable).with_name(program)), 'install', '--hook-type', 'pre-push')
    subprocess.run(words, cwd=world.folder, check=True)
    git('push', '-q', 'origin', 'P5-x', cwd=world.folder)
    assert sent(world) == [5]
    assert world.hub.runs[0].path.endswith('other.yml')
