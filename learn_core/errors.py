"""Expected errors, and the one place that turns any error into a line."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as typing has it, which would cost a push 8 ms
if TYPE_CHECKING:
    from collections.abc import Callable


class LearnError(Exception):
    """An expected error: one sentence that says what happened and what to do."""


class UsageError(LearnError):
    """The command line is wrong."""


class NotFoundError(LearnError):
    """GitHub has no such object, or does not show it to this token."""


class NotAPlanError(LearnError):
    """The issue is not a plan, or it is one that is not learned from."""


class LeftoverError(NotAPlanError):
    """A plan reference that was left over names it: the branch has no plan."""


class UndecidedError(LearnError):
    """Only a person can decide how to go on, by `learn-hook retry`."""


class UnreachableError(LearnError):
    """GitHub could not be reached or was too busy: the same run may succeed later, in `wait`
    seconds if it said so.
    """

    wait: float | None = None


class RedactionError(LearnError):
    """Redaction cannot run, so nothing may be written or sent."""


def sentence_of(error: BaseException) -> str:
    """One line for a person. A bug is named by its type and place, never by its values: these may
    hold what was being redacted.
    """
    if isinstance(error, LearnError):
        return ' '.join(str(error).split())
    if isinstance(error, KeyboardInterrupt):
        return 'interrupted; nothing more was done'
    if isinstance(error, OSError) and error.strerror:
        place = f' at {error.filename}' if isinstance(error.filename, str) else ''
        return ' '.join(f'the system says {error.strerror!r}{place}; see why, then retry'.split())
    trace, place = error.__traceback__, ''
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f' in {os.path.basename(code.co_filename)}:{trace.tb_lineno}'
        trace = trace.tb_next
    return f'this is a bug in learn-hook: {type(error).__name__}{place}; please report it'


def guarded(body: Callable[[], int], *, say: Callable[[str], None], always_zero: bool) -> int:
    """Runs `body` and returns its exit code; any error becomes one line and exit code 1 (2 for
    wrong usage, 130 for an interrupt). A hook asks for `always_zero`.
    """
    try:
        code = body()
    except BrokenPipeError:  # the reader closed the pipe
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except (Exception, KeyboardInterrupt) as error:
        code = 130 if isinstance(error, KeyboardInterrupt) else 1
        code = 2 if isinstance(error, UsageError) else code
        try:
            say(sentence_of(error))
        except OSError:  # standard error may be closed too
            pass
    return 0 if always_zero else code


def say_on_stderr(line: str) -> None:
    """One line for the person at the keyboard, if standard error is still open."""
    if sys.stderr is None:  # it was closed
        return
    try:
        sys.stderr.write(f'learn-hook: {line}\n')
        sys.stderr.flush()
    except OSError:  # otherwise Python fails to flush at exit, with code 120
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
