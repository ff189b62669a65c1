"""Setting up: the hooks with the person's consent, the workflow, and what is missing."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import terminal, waiting
from learn_core import git
from learn_core.config import read_settings
from learn_core.errors import LearnError
from learn_core.push import consent, schedule, team
from learn_core.push.agent import agent_in

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from learn_core.git import Repository

TEAM_FLAGS = (
    ('--plans', 'marked|any', 'which issues and pull requests are plans (marked)'),
    ('--branches', 'GLOB', 'branches whose pull request is a plan, with commas between several'),
    ('--plan-labels', 'LABEL', 'labels that mark a plan, with commas between several'),
    ('--workflow', 'FILE', 'the workflow that is started (learn.yml)'),
    ('--ref', 'REF', 'the ref that it is started on (master, else the default branch)'),
    ('--store', 'gist|ref', 'where the materials go (gist)'),
)
_CONSENT = 'learn-hook.consent'


def install(arguments: argparse.Namespace) -> int:
    """Installs the native hooks of this repository, once the person has agreed to what they send.

    An agent is not the person: it installs the hooks, and the question stays open.
    """
    from learn_core.doctor import next_steps
    from learn_core.install import hooks

    repository = git.open_repository(Path.cwd())
    flags = {flag: getattr(arguments, flag[2:].replace('-', '_')) for flag in team.KEYS}
    settings = {team.KEYS[flag]: value for flag, value in flags.items() if value is not None}
    keys = git.settings_of(repository) | settings
    store = read_settings(keys, os.environ, mode='background').store
    agent = agent_in(dict(os.environ))
    hooks.refuse_unless_possible(repository)
    if not agent and _is_open(repository):
        _ask(store, arguments.yes)
        settings[_CONSENT] = 'yes'
    print('\n'.join(hooks.install(repository, settings)))
    if agent and _is_open(repository):
        print(f'{agent} runs this, so nothing is sent until a person agrees on a terminal')
    print('\n'.join(next_steps(Path.cwd(), os.environ)))
    return 0


def _is_open(repository: Repository) -> bool:
    """Has the person not agreed yet, neither for this repository nor for its owner?"""
    said = git.settings_of(repository).get(_CONSENT, '').splitlines()
    urls = [url for name in git.remotes(repository) for url in git.remote_urls(repository, name)]
    places = ['', *map(consent.owner_of, urls)]
    return all(consent.answer(said, place, is_public=None) != 'yes' for place in places)


def _ask(store: str, is_agreed: bool) -> None:
    """Raises LearnError where the person does not agree."""
    is_gist = store != 'ref'
    place = 'a secret gist of your GitHub account' if is_gist else 'a ref of the repository'
    readers = 'anyone who has its link' if is_gist else 'everyone who can read the repository'
    for line in (
        'what   your conversations with coding agents about a plan, and the comments of its pull',
        '       request, redacted, each time you push or merge the plan branch',
        f'where  {place}, for the workflow that documents what the plan taught',
        f'who    {readers} can read it; learn-hook preview shows it first',
    ):
        sys.stderr.write(f'{line}\n')
    if not is_agreed and not terminal.is_there():
        raise LearnError(
            'nothing was installed, for there is no terminal to ask on; if you agree, run '
            'learn-hook install --yes'
        )
    if not is_agreed and not terminal.agreed('install the hooks and send that from now on?'):
        raise LearnError('nothing was installed')


def uninstall(arguments: argparse.Namespace) -> int:
    """Restores what was there before; deletes everything else of ours if the person agrees."""
    from learn_core.install import cleanup, hooks

    repository = git.open_repository(Path.cwd())
    print('\n'.join(hooks.uninstall(repository)))
    for line in cleanup.end_plans(repository.common):
        print(line)
    if schedule.is_marked(str(repository.common), 'schedule'):
        waiting.put_due(repository)
        schedule.take_lines(str(repository.common))
    sent = cleanup.still_sent(repository.common, is_cleared=bool(arguments.clear))
    print(''.join(f'still at GitHub: {line}\n' for line in sent), end='')
    found = cleanup.leftovers(repository)
    if found and (arguments.clear or _agrees_to_clear(found)):
        print('\n'.join(cleanup.clear(repository)))
    return 0


def _agrees_to_clear(found: Mapping[Path, str]) -> bool:
    """Says what is left, and asks whether to delete it."""
    print('\n'.join(['what is left:', *(f'  {folder}: {what}' for folder, what in found.items())]))
    if terminal.is_there():
        return terminal.agreed('delete it?')
    print('learn-hook uninstall --clear deletes it')
    return False


def demo(arguments: argparse.Namespace) -> int:
    """A whole push against a stand-in for GitHub, or that stand-in to try commands against."""
    from learn_demo.show import show

    return show(serve=arguments.serve)


def workflow(arguments: argparse.Namespace) -> int:
    """Prints a learn.yml to commit, or the prompt that its agent gets."""
    from learn_core.receive import workflow as receiving

    if arguments.prompt:
        print(receiving.prompt(os.environ), end='')
        return 0
    text = receiving.learn_yml(
        install_from=arguments.install_from,
        command=arguments.agent or receiving.COMMAND,
        secrets=arguments.secret or [receiving.SECRET],
    )
    print(text, end='')
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """What is missing here, and how to fix it; 1 if something is broken."""
    from learn_core.doctor import BROKEN, examine, shown

    rows = examine(Path.cwd(), os.environ)
    found = list(rows if arguments.json else shown(rows))
    if arguments.json:
        print(json.dumps({'rows': [{'name': name, **row._asdict()} for name, row in found]}))
    return int(any(row.mark == BROKEN for _, row in found))
