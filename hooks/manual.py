"""`learn-hook`: the parser, and a few lines per command. The index of the house."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import config, handover, journal, metadata, report
from learn_core import repository as git
from learn_core.config import Settings, read_settings
from learn_core.errors import LearnError, UsageError, guarded, say_on_stderr
from learn_core.journal import Trigger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from learn_core.metadata import PlanNumber
    from learn_core.repository import Repository

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
        if arguments and arguments[0].command is run:
            print(report.error_line(line))

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
    one.set_defaults(command=preprocess)

    one = commands.add_parser('pack', help='a directory as one text')
    one.add_argument('directory', type=Path)
    one.add_argument('-o', '--output', type=Path)
    one.set_defaults(command=pack)

    one = commands.add_parser('unpack', help='the files of a packed text or gist')
    source = one.add_mutually_exclusive_group(required=True)
    source.add_argument('--gist-url')
    source.add_argument('--file', type=Path)
    one.add_argument('--output-dir', type=Path, required=True)
    one.set_defaults(command=unpack)

    one = commands.add_parser('redact', help='standard input or a file to standard output')
    one.add_argument('file', nargs='?', type=Path)
    one.set_defaults(command=redact)

    for name, command, line in (
        ('install', install, 'native hooks of this repo'),
        ('uninstall', uninstall, 'takes them away again'),
        ('retry', retry, 'goes on with the runs that wait'),
        ('log', log, 'what the newest run said'),
        ('demo', demo, 'a whole run on an embedded stand-in, nothing needed'),
    ):
        commands.add_parser(name, help=line).set_defaults(command=command)
    one = commands.add_parser('status', help='what ran, what waits')
    one.add_argument('--json', action='store_true')
    one.set_defaults(command=status)
    return top


def run(arguments: argparse.Namespace) -> int:
    """The six steps, now."""
    from learn_core.pipeline import by_hand

    repository, settings = _here(arguments)
    trigger = _trigger(repository, arguments)
    result = by_hand(
        trigger, repository, settings, os.environ, say_on_stderr, verbose=arguments.verbose
    )
    if settings.mode != 'dry-run':
        print(report.result_line(result))
    elif arguments.json:
        print(json.dumps({'issue_number': result.issue, **result.summary}))
    else:
        print('\n'.join(report.dry_run_lines(result.summary)))
    return 0


def why(arguments: argparse.Namespace) -> int:
    """Which plan, by which of the four, which sessions and why: sends nothing."""
    from learn_core.gathering import plan_branch, sources_of
    from learn_core.target import holder_of, targets

    repository, settings = _here(arguments)
    branch = arguments.branch or git.current_branch(repository) or ''
    found = _plan_of(repository, branch)
    candidates = targets(repository, '', settings, os.environ, say_on_stderr)
    _, answer = holder_of(found.number, candidates, settings)
    trigger = Trigger(kind='manual', issue=found.number, local_branch=branch)
    sources = sources_of(answer.plan, plan_branch(answer.plan, trigger), repository, settings)
    if arguments.json:
        print(json.dumps(report.why_document(answer.plan, found.source, sources)))
    else:
        print('\n'.join(report.why_lines(answer.plan, found.source, sources)))
    return 0


def preprocess(arguments: argparse.Namespace) -> int:
    """Prints the paths it wrote. The other files are written if one can't be read."""
    from learn_core.local import redactor_in
    from learn_core.materials import write_file
    from learn_core.preprocess import Chunk, Job
    from learn_core.preprocess import preprocess as preprocessed

    def write(chunk: Chunk) -> None:
        print(write_file(arguments.output_dir / chunk.name, chunk.text))

    if arguments.max_tokens < config.LEAST_TOKENS:
        raise UsageError(f'--max-tokens must be {config.LEAST_TOKENS} or more')
    names = [file.stem for file in arguments.files]
    if len(set(names)) < len(names):
        raise UsageError('two logs of one name would give the same files; preprocess them apart')
    jobs = [Job(file, file.stem, arguments.prefix, write) for file in arguments.files]
    done = preprocessed(
        jobs, redactor=redactor_in(Path.cwd(), os.environ), max_tokens=arguments.max_tokens
    )
    code = 0
    for file, session in zip(arguments.files, done, strict=True):
        if isinstance(session, LearnError):
            say_on_stderr(str(session))
            code = 1
        else:
            for line in report.preprocessed_lines(file, session, verbose=arguments.verbose):
                say_on_stderr(line)
    return code


def pack(arguments: argparse.Namespace) -> int:
    """The files of a directory as one text, to a file or to standard output."""
    from learn_core.materials import pack_directory, write_file

    text = pack_directory(arguments.directory)
    if arguments.output is None:
        sys.stdout.buffer.write(text.encode())
    else:
        write_file(arguments.output, text)
    return 0


def unpack(arguments: argparse.Namespace) -> int:
    """All files back, checked against their manifest, or none. Prints their paths."""
    from learn_core.materials import read_file, unpacked, write_unpacked
    from learn_core.target import gist_texts

    file, url = arguments.file, arguments.gist_url
    files = unpacked([read_file(file)] if file else gist_texts(url, os.environ))
    write_unpacked(files, arguments.output_dir)
    for name in files:
        print(arguments.output_dir / name)
    return 0


def redact(arguments: argparse.Namespace) -> int:
    """A filter: every secret becomes a placeholder."""
    from learn_core.local import redactor_in
    from learn_core.materials import read_file

    text = read_file(arguments.file) if arguments.file else os.fsdecode(sys.stdin.buffer.read())
    sys.stdout.buffer.write(os.fsencode(redactor_in(Path.cwd(), os.environ).text(text)))
    return 0


def install(_: argparse.Namespace) -> int:
    """Native hooks of this repo, and the consent that goes with asking for them."""
    from learn_core import install as hooks

    print('\n'.join(hooks.install(_repository())))
    return 0


def uninstall(_: argparse.Namespace) -> int:
    """Everything as it was."""
    from learn_core import install as hooks

    print('\n'.join(hooks.uninstall(_repository())))
    return 0


def retry(arguments: argparse.Namespace) -> int:
    """Goes on with every run that waits, here and now, and says what came of it."""
    from learn_core import worker

    worker.retry(_repository().common)
    return status(arguments)


def status(arguments: argparse.Namespace) -> int:
    """What ran, what waits and why, on or off and why."""
    from learn_core.install import installed

    repository = _repository()
    settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    is_off = handover.is_off(dict(os.environ))
    standing = report.standing(installed(repository), settings, switched_off=is_off)
    document = report.status_document(journal.runs(repository.common), standing)
    as_json = getattr(arguments, 'json', False)
    print(json.dumps(document) if as_json else '\n'.join(report.status_lines(document)))
    return 0


def log(_: argparse.Namespace) -> int:
    """What the newest run said."""
    runs = journal.runs(_repository().common)
    if not runs:
        raise LearnError('no run has been made here yet; push a plan branch or use --issue')
    print(journal.log_of(runs[-1]))
    return 0


def demo(_: argparse.Namespace) -> int:
    """A whole run on an embedded stand-in."""
    from learn_core.demo.show import show

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
        number, plan_repo = metadata.issue_named(arguments.issue)
        return replace(asked, issue=number, plan_repo=plan_repo or '')
    branch = git.current_branch(repository) or ''
    return replace(asked, issue=_plan_of(repository, branch).number, local_branch=branch)


def _plan_of(repository: Repository, branch: str) -> PlanNumber:
    found = metadata.plan_number(repository, branch, branch)
    if found is None:
        raise LearnError(f'{branch or "a detached HEAD"} belongs to no plan; {_NAME_ONE}')
    return found


if __name__ == '__main__':
    console()
