"""`learn-hook`: the parser, and a few lines per command. The index of the house."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import files, runs, setup, showing, undo
from learn_core import git, status
from learn_core.config import Settings, read_settings
from learn_core.errors import LearnError, UsageError, guarded, say_on_stderr
from learn_core.plans import of_branch
from learn_core.plans.run import Trigger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from learn_core.git import Repository
    from learn_core.plans.of_branch import PlanNumber

_NAME_ONE = 'name one with --issue, or by `git config branch.<name>.learn-issue <number>`'


def console() -> None:
    """The console script `learn-hook`."""
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """0, or 1 for trouble and 2 for wrong usage, each with one line on standard error."""
    arguments: list[argparse.Namespace] = []

    def body() -> int:
        arguments.append(parser().parse_args(words))
        return int(arguments[0].command(arguments[0]))

    def say(line: str) -> None:
        say_on_stderr(line)
        if arguments and arguments[0].command in (run, runs.send):
            print(status.error_line(line))

    return guarded(body, say=say, always_zero=False)


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one line, as all trouble is."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f'{message}; see {self.prog} --help')


def parser() -> argparse.ArgumentParser:
    """All commands of the house."""
    top = _Parser(prog='learn-hook', description='Saves what a plan taught.')
    top.set_defaults(command=run)
    top.add_argument('--issue', metavar='N', help="the plan: its number or URL; else this branch's")
    top.add_argument('--dry-run', action='store_true', help='prepare everything, send nothing')
    top.add_argument('--force', action='store_true', help='also what was sent before')
    top.add_argument('--json', action='store_true', help='of --dry-run: JSON instead of lines')
    top.add_argument('-v', '--verbose', action='store_true', help='say each step')
    commands = top.add_subparsers(metavar='COMMAND', parser_class=_Parser)

    one = commands.add_parser('why', help='which plan, by what, which sessions; sends nothing')
    one.add_argument('branch', nargs='?')
    one.add_argument('--json', action='store_true')
    one.set_defaults(command=why)

    one = commands.add_parser('preprocess', help='session logs to compressed, redacted XML')
    one.add_argument('files', nargs='+', type=Path, metavar='FILE')
    one.add_argument('--output-dir', type=Path, required=True)
    one.add_argument('--prefix', required=True)
    one.add_argument('--max-tokens', type=int, default=Settings.max_tokens)
    one.add_argument('-v', '--verbose', action='store_true', help='say what each rule left out')
    one.set_defaults(command=files.preprocess)

    one = commands.add_parser('pack', help='a directory as one text')
    one.add_argument('directory', type=Path)
    one.add_argument('-o', '--output', type=Path)
    one.set_defaults(command=files.pack)

    one = commands.add_parser('unpack', help='the files of a packed text or gist')
    source = one.add_mutually_exclusive_group(required=True)
    source.add_argument('--gist-url')
    source.add_argument('--event', action='store_true', help="of this workflow run's gist_url")
    source.add_argument('--file', type=Path)
    one.add_argument('--output-dir', type=Path, required=True)
    one.set_defaults(command=files.unpack)

    one = commands.add_parser('redact', help='standard input or a file to standard output')
    one.add_argument('file', nargs='?', type=Path)
    one.set_defaults(command=files.redact)

    for name, command, line in (
        ('retry', runs.retry, 'goes on with the runs that wait'),
        ('demo', demo, 'a whole run on an embedded stand-in, nothing needed'),
    ):
        commands.add_parser(name, help=line).set_defaults(command=command)
    for name, command, line in (
        ('log', runs.log, 'what a run said'),
        ('send', runs.send, 'lets a run go that waits for you, or for its hour'),
        ('drop', runs.drop, 'nothing is sent of it'),
    ):
        one = commands.add_parser(name, help=line)
        one.add_argument('run', nargs='?', metavar='RUN', help="a run's name, or its plan: 123")
        one.set_defaults(command=command)
    one = commands.add_parser('install', help='installs the git hooks of this repository')
    one.add_argument('--yes', action='store_true', help='agree without being asked')
    for flag, metavar, line in setup.TEAM_FLAGS:
        one.add_argument(flag, metavar=metavar, help=line)
    one.set_defaults(command=setup.install)
    one = commands.add_parser('uninstall', help='removes them again')
    one.add_argument('--clear', action='store_true', help='and the journal, materials and caches')
    one.set_defaults(command=setup.uninstall)
    one = commands.add_parser('show', help='what left, or will: as a page in the browser')
    one.add_argument('run', nargs='?', metavar='RUN', help="a run's name or #plan; else the newest")
    form = one.add_mutually_exclusive_group()
    form.add_argument('--output', type=Path, metavar='FILE', help='where the page is written')
    form.add_argument('--json', action='store_true')
    form.add_argument('--text', action='store_true', help='for a terminal, in short')
    one.add_argument('--full', action='store_true', help='as text, with every word of it')
    one.add_argument('--no-open', action='store_true', help='write the page, open no browser')
    one.set_defaults(command=showing.show)

    one = commands.add_parser('forget', help='undoes a run: its gist, what it started')
    one.add_argument('run', nargs='?', metavar='RUN', help="a run's name, or its plan: 123")
    one.add_argument('--yes', action='store_true', help='without a question')
    one.set_defaults(command=undo.forget)
    one = commands.add_parser('prune', help='deletes old gists of plans that are closed')
    one.add_argument('--yes', action='store_true', help='without a question')
    one.set_defaults(command=undo.prune)
    one = commands.add_parser('status', help='what ran, what waits')
    one.add_argument('--json', action='store_true')
    one.set_defaults(command=runs.status)

    one = commands.add_parser('doctor', help='what is missing, and how to mend it')
    one.add_argument('--json', action='store_true')
    one.set_defaults(command=setup.doctor)

    one = commands.add_parser('workflow', help='prints a learn.yml to commit')
    one.add_argument('--install-from', metavar='URL', help='of learn-hook, with commit or hash')
    one.add_argument('--command', dest='agent', metavar='SH', help="the agent's command line")
    one.add_argument('--secret', action='append', metavar='NAME', help='a secret that it needs')
    one.add_argument('--prompt', action='store_true', help="prints the agent's prompt instead")
    one.set_defaults(command=setup.workflow)
    return top


def run(arguments: argparse.Namespace) -> int:
    """The six steps, now."""
    from learn_core.pipeline.steps import by_hand
    from learn_core.worker.loop import put_due

    repository, settings = _here(arguments)
    trigger = _trigger(repository, arguments)
    try:
        result = by_hand(
            trigger, repository, settings, os.environ, say_on_stderr, verbose=arguments.verbose
        )
    finally:
        put_due(repository.common)  # the next hook goes on where GitHub was away
    if settings.mode != 'dry-run':
        print(status.result_line(result))
    elif arguments.json:
        print(json.dumps({'issue_number': result.issue, **result.summary}))
    else:
        print('\n'.join(status.dry_run_lines(result.summary)))
    return 0


def why(arguments: argparse.Namespace) -> int:
    """Which plan, by which of the four, which sessions and why: sends nothing."""
    from learn_core.pipeline.gather import plan_branch, sources_of
    from learn_core.pipeline.target import holder_of, targets

    repository, settings = _here(arguments)
    branch = arguments.branch or git.current_branch(repository) or ''
    found = _plan_of(repository, branch)
    settings = replace(settings, plan_repo=found.plan_repo or settings.plan_repo)
    candidates = targets(repository, '', settings, os.environ, say_on_stderr)
    _, answer = holder_of(found.number, candidates, settings)
    trigger = Trigger(kind='manual', issue=found.number, local_branch=branch)
    sources = sources_of(answer.plan, plan_branch(answer.plan, trigger), repository, settings)
    if arguments.json:
        print(json.dumps(status.why_document(answer.plan, found.source, sources)))
    else:
        print('\n'.join(status.why_lines(answer.plan, found.source, sources)))
    return 0


def demo(_: argparse.Namespace) -> int:
    """A whole run on an embedded stand-in."""
    from learn_demo.show import show

    return show()


def _here(arguments: argparse.Namespace) -> tuple[Repository, Settings]:
    repository = _repository()
    settings = read_settings(git.settings_of(repository), os.environ, mode='foreground')
    if getattr(arguments, 'dry_run', False):
        settings = replace(settings, mode='dry-run')
    return repository, settings


def _repository() -> Repository:
    return git.open_repository(Path.cwd())


def _trigger(repository: Repository, arguments: argparse.Namespace) -> Trigger:
    """A run by hand: of the issue that was named, else of this branch's plan."""
    asked = Trigger(kind='manual', worktree=str(repository.worktree), force=arguments.force)
    if arguments.issue is not None:
        number, plan_repo = of_branch.issue_named(arguments.issue)
        return replace(asked, issue=number, plan_repo=plan_repo or '')
    branch = git.current_branch(repository) or ''
    found = _plan_of(repository, branch)
    return replace(asked, issue=found.number, local_branch=branch, plan_repo=found.plan_repo)


def _plan_of(repository: Repository, branch: str) -> PlanNumber:
    found = of_branch.plan_number(repository, branch, branch)
    if found is None:
        raise LearnError(f'{branch or "a detached HEAD"} belongs to no plan; {_NAME_ONE}')
    return found


if __name__ == '__main__':
    console()
