"""The parser of `learn-hook`: every command with its options, in four groups. The index."""

from __future__ import annotations

import argparse
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import files, setup, showing, undo, use, waiting
from hooks.cli.why import why
from learn_core.config import Settings
from learn_core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

_PLAN = '123, or owner/repo#123'
_WHAT = """\
learn-hook collects what a plan taught (your sessions with coding agents and what reviewers said),
redacts it on your machine, and starts a workflow that turns it into documentation."""
_EXAMPLES = """\
examples:
  learn-hook preview           what this machine would send for this branch; sends nothing
  learn-hook install           the git hooks of this repository; asks before anything is sent
  learn-hook --issue 123       collect and send everything of a plan, now; --dry-run sends nothing
  learn-hook forget 123        delete what was sent of it"""


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
        self, usage: str, command: Callable[[argparse.Namespace], int], line: str, example: str = ''
    ) -> Parser:
        """A command; `usage` is its name and how its arguments are shown in the list."""
        self.lines.append(f'  {usage:<26} {line}')
        name, said = usage.split()[0], f'{line[0].upper()}{line[1:]}.'
        epilog = f'example: learn-hook {example}' if example else None
        one = self._commands.add_parser(name, description=said, epilog=epilog)
        one.set_defaults(command=command)
        return one


def parser() -> Parser:
    """All commands."""
    top = Parser(prog='learn-hook')
    top.set_defaults(command=use.bare, top=top)
    top.add_argument(
        '--version', action='version', version=f'learn-hook {metadata.version("learn-hook")}'
    )
    _run(top)
    commands = top.add_subparsers(metavar='COMMAND', parser_class=Parser)
    groups = []
    for title, fill in (('use', _use), ('set up', _set_up), ('undo', _undo), ('parts', _parts)):
        group = _Group(title, commands)
        fill(group)
        groups.append('\n'.join(group.lines))
    one = commands.add_parser('help', description='Shows help, also of one command.')
    one.add_argument('topic', nargs='?', metavar='COMMAND', choices=[*commands.choices])
    one.set_defaults(command=use.show_help)
    usage = 'usage: learn-hook [--issue N | COMMAND] [options]      learn-hook help COMMAND'
    top.groups = '\n\n'.join([usage, _WHAT, *groups, _EXAMPLES]) + '\n'
    return top


def _run(one: Parser) -> None:
    one.add_argument('--issue', metavar='N', help='the plan: its number or URL')
    one.add_argument('--dry-run', action='store_true', help='prepare everything, send nothing')
    one.add_argument('--force', action='store_true', help='send also what was sent before')
    one.add_argument('--yes', action='store_true', help='a public repository needs no question')
    one.add_argument('--json', action='store_true', help='JSON also on a terminal')
    one.add_argument('-v', '--verbose', action='store_true', help='say each step')


def _use(group: _Group) -> None:
    one = group.add('run', use.run, "collect and send this branch's plan, now", 'run --dry-run')
    _run(one)
    one = group.add('preview [BRANCH]', showing.preview, 'what would be sent, offline, as a page')
    one.add_argument('branch', nargs='?', metavar='BRANCH')
    _page(one)
    line = 'which plan, by what, and which sessions'
    one = group.add('why [BRANCH]', why, line, 'why --issue 123')
    one.add_argument('branch', nargs='?', metavar='BRANCH')
    one.add_argument('--issue', metavar='N', help='of this plan')
    _json(one)
    one = group.add('show [PLAN]', showing.show, 'what was sent or will be, as a page', 'show 123')
    _plan(one)
    _page(one)
    one = group.add('send [PLAN]', waiting.send, 'send what waits for you', 'send 123')
    _plan(one)
    _json(one)
    one = group.add('drop [PLAN]', waiting.drop, 'send nothing of what waits', 'drop 123')
    _plan(one)
    one.add_argument('--all', action='store_true', help='of every plan that waits')
    one.add_argument('--session', metavar='ID', help='leave only this session out')
    one = group.add('status', waiting.status, 'what was sent, what waits and for what')
    one.add_argument('--team', action='store_true', help='of everyone, in the last 30 days')
    _json(one)
    _plan(group.add('log [PLAN]', waiting.log, 'what was said while a plan was worked on'))
    _plan(group.add('retry [PLAN]', waiting.retry, 'continue what waits, now'))


def _set_up(group: _Group) -> None:
    line = 'the git hooks of this repository; asks first'
    one = group.add('install', setup.install, line, "install --branches 'feature/*'")
    one.add_argument('--yes', action='store_true', help='agree without being asked')
    for flag, metavar, words in setup.TEAM_FLAGS:
        one.add_argument(flag, metavar=metavar, help=words)
    one = group.add('uninstall', setup.uninstall, 'remove them again')
    one.add_argument('--clear', action='store_true', help='and records, materials and caches')
    _json(group.add('doctor', setup.doctor, 'what is missing here, and how to fix it'))
    line = 'print a learn.yml to commit'
    one = group.add('workflow', setup.workflow, line, 'workflow > .github/workflows/learn.yml')
    one.add_argument('--install-from', metavar='URL', help='of learn-hook, with commit or hash')
    one.add_argument('--command', dest='agent', metavar='SH', help="the agent's command line")
    one.add_argument('--secret', action='append', metavar='NAME', help='a secret that it needs')
    one.add_argument('--prompt', action='store_true', help="print the agent's prompt instead")
    one = group.add('demo', setup.demo, 'a whole push against a stand-in for GitHub')
    one.add_argument('--serve', action='store_true', help='keep the stand-in running to try things')


def _undo(group: _Group) -> None:
    line = 'delete what was sent of a plan, cancel what it started'
    one = group.add('forget [PLAN]', undo.forget, line, 'forget 123')
    _plan(one)
    one.add_argument('--closed', action='store_true', help='of closed plans, over 30 days old')
    one.add_argument('--yes', action='store_true', help='without a question')


def _parts(group: _Group) -> None:
    line = 'transcripts to compressed, redacted XML'
    example = 'preprocess session.jsonl --output-dir out --prefix impl'
    one = group.add('preprocess FILE…', files.preprocess, line, example)
    one.add_argument('files', nargs='+', type=Path, metavar='FILE')
    one.add_argument('--output-dir', type=Path, required=True)
    one.add_argument('--prefix', required=True)
    one.add_argument('--max-tokens', type=int, default=Settings.max_tokens)
    one.add_argument('-v', '--verbose', action='store_true', help='say what each rule left out')
    line = 'standard input or a file with secrets replaced'
    one = group.add('redact [FILE]', files.redact, line, 'redact <notes.txt')
    one.add_argument('file', nargs='?', type=Path, metavar='FILE')
    one = group.add('pack DIR', files.pack, 'a folder as one text', 'pack out -o packed.txt')
    one.add_argument('directory', type=Path, metavar='DIR')
    one.add_argument('-o', '--output', type=Path, metavar='FILE')
    example = 'unpack --file packed.txt --output-dir back'
    one = group.add('unpack', files.unpack, 'the files of a packed text or gist', example)
    source = one.add_mutually_exclusive_group(required=True)
    source.add_argument('--gist-url', metavar='URL')
    source.add_argument('--event', action='store_true', help="of this workflow run's gist_url")
    source.add_argument('--file', type=Path)
    one.add_argument('--output-dir', type=Path, required=True)


def _plan(one: Parser) -> None:
    one.add_argument('plan', nargs='?', metavar='PLAN', help=_PLAN)


def _json(one: Parser) -> None:
    one.add_argument('--json', action='store_true')


def _page(one: Parser) -> None:
    form = one.add_mutually_exclusive_group()
    form.add_argument('--output', type=Path, metavar='FILE', help='where the page is written')
    form.add_argument('--json', action='store_true')
    form.add_argument('--text', action='store_true', help='for a terminal, in short')
    one.add_argument('--full', action='store_true', help='as text, with every word')
    one.add_argument('--no-open', action='store_true', help='write the page, open no browser')
