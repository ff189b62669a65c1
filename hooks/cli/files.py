"""What `learn-hook` does with files: logs to XML, packed texts and back, secrets out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import config, status
from learn_core.errors import LearnError, UsageError, say_on_stderr

if TYPE_CHECKING:
    import argparse


def preprocess(arguments: argparse.Namespace) -> int:
    """Prints the paths it wrote. The other files are written if one can't be read."""
    from learn_core.agents import transcript_of
    from learn_core.materials.directory import write_file
    from learn_core.preprocess import Job
    from learn_core.preprocess import preprocess as preprocessed
    from learn_core.redact import redactor_in

    if arguments.max_tokens < config.LEAST_TOKENS:
        raise UsageError(f'--max-tokens must be {config.LEAST_TOKENS} or more')
    jobs = [Job(transcript_of(file), arguments.prefix) for file in arguments.files]
    if len({job.transcript.session_id for job in jobs}) < len(jobs):
        raise UsageError('two logs of one name would give the same files; preprocess them apart')
    done = preprocessed(
        jobs, redactor=redactor_in(Path.cwd(), os.environ), max_tokens=arguments.max_tokens
    )
    code = 0
    for file, session in zip(arguments.files, done, strict=True):
        if isinstance(session, LearnError):
            say_on_stderr(str(session))
            code = 1
        else:
            for chunk in session.chunks:
                print(write_file(arguments.output_dir / chunk.name, chunk.text))
            for line in status.preprocessed_lines(file, session, verbose=arguments.verbose):
                say_on_stderr(line)
    return code


def pack(arguments: argparse.Namespace) -> int:
    """The files of a directory as one text, to a file or to standard output."""
    from learn_core.materials.directory import pack_directory, write_file

    text = pack_directory(arguments.directory)
    if arguments.output is None:
        sys.stdout.buffer.write(text.encode())
    else:
        write_file(arguments.output, text)
    return 0


def unpack(arguments: argparse.Namespace) -> int:
    """All files back, checked against their manifest, or none. Prints their paths."""
    from learn_core.materials.unpack import unpacked, write_unpacked

    files = unpacked(_packed_texts(arguments))
    write_unpacked(files, arguments.output_dir)
    for name in files:
        print(arguments.output_dir / name)
    return 0


def _packed_texts(arguments: argparse.Namespace) -> list[str]:
    from learn_core.materials.directory import read_file
    from learn_core.pipeline.target import gist_texts, ref_texts
    from learn_core.receive import actions

    if arguments.file is not None:
        return [read_file(arguments.file)]
    if not arguments.event:
        return gist_texts(arguments.gist_url)
    name, where = actions.materials(os.environ)
    if name == actions.REF:
        return ref_texts(where)
    print('\n'.join(actions.masks(where)), flush=True)
    with actions.unnamed(where):
        return gist_texts(where)


def redact(arguments: argparse.Namespace) -> int:
    """A filter: every secret becomes a placeholder."""
    from learn_core.materials.directory import read_file
    from learn_core.redact import redactor_in

    text = read_file(arguments.file) if arguments.file else os.fsdecode(sys.stdin.buffer.read())
    sys.stdout.buffer.write(os.fsencode(redactor_in(Path.cwd(), os.environ).text(text)))
    return 0
