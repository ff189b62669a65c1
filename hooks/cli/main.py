"""`learn-hook`: the parser, and a few lines per command. The index of the house."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import files, setup, showing, undo, use, waiting
from learn_core.config import Settings
from learn_core.errors import UsageError, guarded, say_on_stderr
from learn_core.status import error_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


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
        if arguments and arguments[0].command in (use.run, waiting.send):
            print(error_line(line))

    return guarded(body, say=say, always_zero=False)


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one line, as all trouble is."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f'{message}; see {self.prog} --help')


def parser() -> argparse.ArgumentParser:
    """All commands of the house."""
    top = _Parser(prog='learn-hook', description='Saves what a plan taught.')
    top.set_defaults(command=use.run)
    top.add_argument('--issue', metavar='N', help="the plan: its number or URL; else this branch's")
    top.add_argument('--dry-run', action='store_true', help='prepare everything, send nothing')
    top.add_argument('--force', action='store_true', help='also what was sent before')
    top.add_argument('--json', action='store_true', help='of --dry-run: JSON instead of lines')
    top.add_argument('-v', '--verbose', action='store_true', help='say each step')
    commands = top.add_subparsers(metavar='COMMAND', parser_class=_Parser)

    one = commands.add_parser('why', help='which plan, by what, which sessions; sends nothing')
    one.add_argument('branch', nargs='?')
    one.add_argument('--json', action='store_true')
    one.set_defaults(command=use.why)

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

    one = commands.add_parser('install', help='installs the git hooks of this repository')
    one.add_argument('--yes', action='store_true', help='agree without being asked')
    for flag, metavar, line in setup.TEAM_FLAGS:
        one.add_argument(flag, metavar=metavar, help=line)
    one.set_defaults(command=setup.install)
    one = commands.add_parser('demo', help='a whole run on an embedded stand-in, nothing needed')
    one.set_defaults(command=setup.demo)
    for name, command, line in (
        ('log', waiting.log, 'what was said while a plan was worked on'),
        ('retry', waiting.retry, 'goes on with what waits, or was given up'),
        ('send', waiting.send, 'lets a plan go that waits for you, or for its hour'),
        ('drop', waiting.drop, 'nothing is sent of it'),
    ):
        one = commands.add_parser(name, help=line)
        one.add_argument('plan', nargs='?', metavar='PLAN', help='123, or owner/repo#123')
        one.set_defaults(command=command)
    one = commands.add_parser('uninstall', help='removes them again')
    one.add_argument('--clear', action='store_true', help='and the records, materials and caches')
    one.set_defaults(command=setup.uninstall)
    one = commands.add_parser('show', help='what left, or will: as a page in the browser')
    one.add_argument('plan', nargs='?', metavar='PLAN', help='123, or owner/repo#123')
    form = one.add_mutually_exclusive_group()
    form.add_argument('--output', type=Path, metavar='FILE', help='where the page is written')
    form.add_argument('--json', action='store_true')
    form.add_argument('--text', action='store_true', help='for a terminal, in short')
    one.add_argument('--full', action='store_true', help='as text, with every word of it')
    one.add_argument('--no-open', action='store_true', help='write the page, open no browser')
    one.set_defaults(command=showing.show)

    one = commands.add_parser('forget', help='undoes a plan: its gists, what it started')
    one.add_argument('plan', nargs='?', metavar='PLAN', help='123, or owner/repo#123')
    one.add_argument('--closed', action='store_true', help='all that are closed, over 30 days old')
    one.add_argument('--yes', action='store_true', help='without a question')
    one.set_defaults(command=undo.forget)
    one = commands.add_parser('status', help='what ran, what waits')
    one.add_argument('--json', action='store_true')
    one.set_defaults(command=waiting.status)

    one = commands.add_parser('doctor', help='what is missing, and how to fix it')
    one.add_argument('--json', action='store_true')
    one.set_defaults(command=setup.doctor)

    one = commands.add_parser('workflow', help='prints a learn.yml to commit')
    one.add_argument('--install-from', metavar='URL', help='of learn-hook, with commit or hash')
    one.add_argument('--command', dest='agent', metavar='SH', help="the agent's command line")
    one.add_argument('--secret', action='append', metavar='NAME', help='a secret that it needs')
    one.add_argument('--prompt', action='store_true', help="prints the agent's prompt instead")
    one.set_defaults(command=setup.workflow)
    return top


if __name__ == '__main__':
    console()
