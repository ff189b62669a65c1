"""A team's settings, as they come by pre-commit, by prek, and natively."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import git
from tests.promises.test_store_ref import assert_only_the_ref_was_sent, takes_refs
from tests.promises.world import REPO, WORKFLOW, block, branch, sent, session, small_plan

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
        args: [{args}]
        stages: [pre-push]
        always_run: true
        pass_filenames: false
"""


PROGRAMS = pytest.mark.parametrize('program', ['pre-commit', 'prek'])


def configured(world: World, program: str, args: str) -> None:
    """A teammate's configuration with these `args:`, and this person's yes."""
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    config = world.folder / '.pre-commit-config.yaml'
    config.write_text(CONFIG.format(python=sys.executable, args=args), encoding='utf-8')
    git('add', config.name, cwd=world.folder)
    git('commit', '-q', '-m', 'Configure', cwd=world.folder)
    words = (str(Path(sys.executable).with_name(program)), 'install', '--hook-type', 'pre-push')
    subprocess.run(words, cwd=world.folder, check=True)


@PROGRAMS
def test_args_choose_the_workflow(bare_world: World, program: str) -> None:
    world = bare_world
    files = world.hub.repos[REPO].files
    files['master', '.github/workflows/other.yml'] = WORKFLOW
    small_plan(world, 5)
    configured(world, program, '--workflow, other.yml')
    branch(world, 'P5-x')
    git('push', '-q', 'origin', 'P5-x', cwd=world.folder)
    assert sent(world) == [5]
    assert world.hub.runs[0].path.endswith('other.yml')


@PROGRAMS
def test_args_choose_a_ref_and_no_gist_is_asked_for(bare_world: World, program: str) -> None:
    world = bare_world
    repo = takes_refs(world)
    small_plan(world, 5)
    configured(world, program, '--store, ref')
    branch(world, 'P5-x')
    git('push', '-q', 'origin', 'P5-x', cwd=world.folder)
    assert_only_the_ref_was_sent(world, repo)


@PROGRAMS
@pytest.mark.parametrize(
    ('name', 'args'), [('123-title', '--plans, any'), ('feature/x', "--branches, 'feature/*'")]
)
def test_args_say_what_a_plan_is(bare_world: World, program: str, name: str, args: str) -> None:
    world = bare_world
    session(world, 's', branch=name)
    if name.startswith('123'):
        world.hub.add_issue(REPO, 123, title='Retry uploads')
    else:
        world.hub.add_pull(REPO, 123, head=name)
    configured(world, program, args)
    branch(world, name)
    git('push', '-q', 'origin', name, cwd=world.folder)
    assert sent(world) == [123]


@PROGRAMS
@pytest.mark.parametrize('name', ['plnd/retry', 'planned/retry', 'plan/retry'])
def test_the_built_in_globs_hold_under_a_manager(
    bare_world: World, program: str, name: str
) -> None:
    world = bare_world
    session(world, 's', branch=name)
    body = block('plan-header', schema_version='2')
    world.hub.add_pull(REPO, 7, head=name, body=body, draft=True)
    configured(world, program, '')
    branch(world, name)
    git('push', '-q', 'origin', name, cwd=world.folder)
    assert sent(world) == [7]
