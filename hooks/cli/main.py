"""`learn-hook`, the command line: every command with its options, in four groups. The index."""

from __future__ import annotations

import argparse
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import files, setup, showing, terminal, undo, use, waiting
from learn_core.config import Settings
from learn_core.errors import LearnError, UsageError, guarded, say_on_stderr
from learn_core.status import error_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

_WITH_RESULT = (use.run, use.bare, waiting.send)
_USAGE = 'usage: learn-hook [--issue N | COMMAND] [options]      learn-hook help COMMAND'
_WHAT = """\
learn-hook collects what a plan taught (your sessions with coding agents and what reviewers said),
redacts it on your machine, and starts a workflow that turns it into documentation."""
_EXAMPLES = """\
examples:
  learn-hook preview           what this machine would send for this branch; sends nothing
  learn-hook install           the git hooks of this repository; asks before anything is sent
  learn-hook --issue 123       collect and send everything of a plan, now; --dry-run sends nothing
  learn-hook forget 123        delete what was sent of it"""


def console() -> None:
    """The console script `learn-hook`."""
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """0, or 1 for an error and 2 for wrong usage, each with one line on standard error. A program
    that reads the result of a run gets the error as JSON too.
    """
    arguments: list[argparse.Namespace] = []

    def body() -> int:
        try:
            arguments.append(parser().parse_args(words))
            _refuse_nowhere()
            return int(arguments[0].command(arguments[0]))
        except SystemExit:  # of --help and --version
            return 0

    def say(line: str) -> None:
        say_on_stderr(line)
        if any(one.command in _WITH_RESULT and terminal.wants_json(one) for one in arguments):
            print(error_line(line))

    return guarded(body, say=say, always_zero=False)


def _refuse_nowhere() -> None:
    try:
        Path.cwd()
    except FileNotFoundError as error:
        sentence = 'the folder that you are in is gone; go to another and try again'
        raise LearnError(sentence) from error


class Parser(argparse.ArgumentParser):
    """Wrong usage is one line, as every error is."""

    groups: str = ''

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        said = message.partition(' (choose from')[0]  # there are twenty
        raise UsageError(f'{said}; see {self.prog} --help')

    def format_help(self) -> str:
        """At the top: all commands, in groups."""
        return self.groups or super().format_help()


class _Group:
    """The commands of one group, and their lines in the help."""

    def __init__(self, title: str, commands: argparse._SubParsersAction[Parser]) -> None:
        self.lines = [f'{title}:']
        self._commands = commands

    def add(
        self,
        usage: str,
        command: Callable[[argparse.Namespace], int],
        line: str,
        *parents: Parser,
        example: str = '',
    ) -> Parser:
        """A command; `usage` is its name and how its arguments are shown in the list."""
        self.lines.append(f'  {usage:<26} {line}')
        name, said = usage.split()[0], f'{line[0].upper()}{line[1:]}.'
        epilog = f'example: learn-hook {example}' if example else None
        one = self._commands.add_parser(name, description=said, epilog=epilog, parents=parents)
        one.set_defaults(command=command)
        return one


def parser() -> Parser:
    """All commands."""
    run = _run()
    top = Parser(prog='learn-hook', parents=[run])
    top.set_defaults(command=use.bare, top=top)
    version = f'learn-hook {metadata.version("learn-hook")}'
    top.add_argument('--version', action='version', version=version)
    commands = top.add_subparsers(metavar='COMMAND', parser_class=Parser)
    groups = [_Group(title, commands) for title in ('use', 'set up', 'undo', 'parts')]
    plan = Parser(add_help=False)
    plan.add_argument('plan', nargs='?', metavar='PLAN', help='123, or owner/repo#123')
    _use(groups[0], run, plan)
    _set_up(groups[1])
    line = 'delete what was sent of a plan, cancel what it started'
    one = groups[2].add('forget [PLAN]', undo.forget, line, plan, example='forget 123')
    one.add_argument('--closed', action='store_true', help='of closed plans, over 30 days old')
    one.add_argument('--yes', action='store_true', help='without a question')
    _parts(groups[3])
    one = commands.add_parser('help', description='Shows help, also of one command.')
    one.add_argument('topic', nargs='?', metavar='COMMAND', choices=[*commands.choices])
    one.set_defaults(command=use.show_help)
    listed = ['\n'.join(group.lines) for group in groups]
    top.groups = '\n\n'.join([_USAGE, _WHAT, *listed, _EXAMPLES]) + '\n'
    return top


def _run() -> Parser:
    one = Parser(add_help=False)
    one.add_argument('--issue', metavar='N', help='the plan: its number or URL')
    one.add_argument('--dry-run', action='store_true', help='prepare everything, send nothing')
    one.add_argument('--force', action='store_true', help='send also what was sent before')
    one.add_argument('--yes', action='store_true', help='a public repository needs no question')
    one.add_argument('--json', action='store_true', help='JSON also on a terminal')
    one.add_argument('-v', '--verbose', action='store_true', help='say each step')
    return one


def _use(group: _Group, run: Parser, plan: Parser) -> None:
    branch, page = Parser(add_help=False), Parser(add_help=False)
    branch.add_argument('branch', nargs='?', metavar='BRANCH')
    form = page.add_mutually_exclusive_group()
    form.add_argument('--output', type=Path, metavar='FILE', help='where the page is written')
    form.add_argument('--json', action='store_true')
    form.add_argument('--text', action='store_true', help='for a terminal, in short')
    page.add_argument('--full', action='store_true', help='as text, with every word')
    page.add_argument('--no-open', action='store_true', help='write the page, open no browser')
    line = "collect and send this branch's plan, now"
    group.add('run', use.run, line, run, example='run --dry-run')
    line = 'what would be sent, offline, as a page'
    group.add('preview [BRANCH]', showing.preview, line, branch, page)
    line = 'which plan, by what, and which sessions'
    one = group.add('why [BRANCH]', use.why, line, branch, example='why --issue 123')
    one.add_argument('--issue', metavar='N', help='of this plan')
    one.add_argument('--json', action='store_true')
    line = 'what was sent or will be, as a page'
    group.add('show [PLAN]', showing.show, line, plan, page, example='show 123')
    line = 'send what waits for you'
    one = group.add('send [PLAN]', waiting.send, line, plan, example='send 123')
    one.add_argument('--json', action='store_true')
    line = 'send nothing of what waits'
    one = group.add('drop [PLAN]', waiting.drop, line, plan, example='drop 123')
    one.add_argument('--all', action='store_true', help='of every plan that waits')
    one.add_argument('--session', metavar='ID', help='leave only this session out')
    one = group.add('status', waiting.status, 'what was sent, what waits and for what')
    one.add_argument('--team', action='store_true', help='of everyone, in the last 30 days')
    one.add_argument('--json', action='store_true')
    group.add('log [PLAN]', waiting.log, 'what was said while a plan was worked on', plan)
    group.add('retry [PLAN]', waiting.retry, 'continue what waits, now', plan)


def _set_up(group: _Group) -> None:
    line, example = 'the git hooks of this repository; asks first', "install --branches 'feature/*'"
    one = group.add('install', setup.install, line, example=example)
    one.add_argument('--yes', action='store_true', help='agree without being asked')
    for flag, metavar, words in setup.TEAM_FLAGS:
        one.add_argument(flag, metavar=metavar, help=words)
    one = group.add('uninstall', setup.uninstall, 'remove the git hooks again')
    one.add_argument('--clear', action='store_true', help='and records, materials and caches')
    one = group.add('doctor', setup.doctor, 'what is missing here, and how to fix it')
    one.add_argument('--json', action='store_true')
    line, example = 'print a learn.yml to commit', 'workflow > .github/workflows/learn.yml'
    one = group.add('workflow', setup.workflow, line, example=example)
    one.add_argument('--install-from', metavar='URL', help='of learn-hook, with commit or hash')
    one.add_argument('--command', dest='agent', metavar='SH', help="the agent's command line")
    one.add_argument('--secret', action='append', metavar='NAME', help='a secret that it needs')
    one.add_argument('--prompt', action='store_true', help="print the agent's prompt instead")
    one = group.add('demo', setup.demo, 'a whole push against a stand-in for GitHub')
    one.add_argument('--serve', action='store_true', help='keep the stand-in running to try things')


def _parts(group: _Group) -> None:
    line = 'transcripts to compressed, redacted XML'
    example = 'preprocess session.jsonl --output-dir out --prefix impl'
    one = group.add('preprocess FILE…', files.preprocess, line, example=example)
    one.add_argument('files', nargs='+', type=Path, metavar='FILE')
    one.add_argument('--output-dir', type=Path, required=True)
    one.add_argument('--prefix', required=True)
    one.add_argument('--max-tokens', type=int, default=Settings.max_tokens)
    one.add_argument('-v', '--verbose', action='store_true', help='say what each rule left out')
    line = 'standard input or a file with secrets replaced'
    one = group.add('redact [FILE]', files.redact, line, example='redact <notes.txt')
    one.add_argument('file', nargs='?', type=Path, metavar='FILE')
    line, example = 'a folder as one text', 'pack out -o packed.txt'
    one = group.add('pack DIR', files.pack, line, example=example)
    one.add_argument('directory', type=Path, metavar='DIR')
    one.add_argument('-o', '--output', type=Path, metavar='FILE')
    line = 'the files of a packed text or gist'
    example = 'unpack --file packed.txt --output-dir back'
    one = group.add('unpack', files.unpack, line, example=example)
    source = one.add_mutually_exclusive_group(required=True)
    source.add_argument('--gist-url', metavar='URL')
    source.add_argument('--event', action='store_true', help="of this workflow run's gist_url")
    source.add_argument('--file', type=Path)
    one.add_argument('--output-dir', type=Path, required=True)


if __name__ == '__main__':
    console()
