"""What each rule saves, in tokens: everything on, and one rule off at a time.

The switches are here and nowhere else: a rule is off while something that does nothing stands in
its place. The baseline is what the plain rules 1 to 6 give, with the `usage` of each answer as a
line of its own, which is what the system before this one wrote.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import orjson

from benchmarks import logs
from learn_core.agents import transcript_of
from learn_core.errors import LearnError
from learn_core.preprocess import Chunk, Job, count_tokens, preprocess
from learn_core.preprocess.memory import Call, Memory
from learn_core.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_ROOM = 'learn_core.preprocess'
_ENDLESS = 10**9


# the plain rules, 1 to 6; the others go beyond them
_PLAIN = (
    ' 3 documentation short, and once',
    ' 4 parameters cut',
    ' 5 results cut',
    ' 6 answers not repeated',
    ' 6 log-finding commands',
)


class Switch(NamedTuple):
    """A rule, and what stands where while it is off."""

    rule: str
    instead: dict[str, object]


def _same(value: Any, *_: Any, **__: Any) -> Any:
    return value


def _switches() -> list[Switch]:
    call = Memory.call

    def with_long_id(self: Memory, identity: str, **facts: str) -> Call:
        return call(self, identity, **facts)._replace(id=identity)

    results, said = 'rules.results', 'rules.parameters'
    return [
        Switch(' 3 documentation short, and once', {'rules.noise._documented': _same}),
        Switch(' 4 parameters cut', {f'{said}.LONGEST': _ENDLESS}),
        Switch(' 4 words for people cut at 4,000', {f'{said}.LONGEST_WORDS': _ENDLESS}),
        Switch(' 4 edits are diffs', {f'{said}._used_by_diff': lambda *_: ()}),
        Switch(
            ' 5 results cut',
            {
                f'{results}.LONGEST_RESULT_LINES': _ENDLESS,
                f'{results}.LONGEST_FILE_LINES': _ENDLESS,
            },
        ),
        Switch(' 5 verdicts and trouble kept', {'rules.verdicts._tells': lambda _: False}),
        Switch(' 5 progress dropped', {f'{results}.without_progress': lambda lines: (lines, 0)}),
        Switch(' 5 cited lines kept', {f'{results}.cited_lines': lambda *_: []}),
        Switch(' 5 matches grouped by file', {f'{results}.grouped': _same}),
        Switch(' 6 answers not repeated', {'rules.noise._without_last_answer': _same}),
        Switch(' 6 log-finding commands', {'rules.noise.finds_logs': lambda _: False}),
        Switch(
            '10 long lines cut',
            {'rules.cuts.LONGEST_LINE': _ENDLESS, f'{results}.LONGEST_LINE': _ENDLESS},
        ),
        Switch('10 JSON as its first levels', {f'{results}.first_levels': lambda _: ''}),
        Switch('11 identical results once', {f'{results}.SHORTEST_REPEAT': _ENDLESS}),
        Switch('11 reminders once', {'rules.noise._REMINDER_END': '\0'}),
        Switch('12 times', {'memory.Memory.time_to_show': lambda *_: ''}),
        Switch('13 short ids', {'memory.Memory.call': with_long_id}),
        Switch('13 relative paths', {'names.usable_cwd': lambda _: ''}),
        Switch('13 success is ok', {f'{results}.without_success': _same}),
        Switch('13 lines shown before', {f'{results}.FEWEST_LINES': _ENDLESS}),
        Switch('13 parameters that say nothing', {f'{said}._says_nothing': lambda *_: False}),
        Switch('14 plans once', {'rules.noise._proposed_once': _same}),
        Switch('15 long thinking cut', {'session.short_thinking': _same}),
    ]


def main(words: Sequence[str]) -> None:
    """`rules [FOLDER]`: the logs of a folder, else the sample plan."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(words[0]) if words else None
        found = logs.in_folder(folder) if folder else logs.many_sessions(Path(scratch), 1)
        _tell(found)


def _tell(found: list[Path]) -> None:
    redactor = Redactor()
    switches = _switches()
    all_on = _tokens(found, redactor)
    plain = _tokens(found, redactor, *(each for each in switches if each.rule not in _PLAIN))
    usage = sum(_usage(path) for path in found)
    baseline = plain + usage
    print(f'{len(found)} sessions, sub-agents apart; tokens')
    print(f'  {baseline:>10,}  baseline: rules 1 to 6, of these {usage:,} in lines of usage')
    print(f'  {all_on:>10,}  all rules, {all_on / baseline:.1%} of the baseline')
    print('a rule off costs')
    for switch in switches:
        cost = _tokens(found, redactor, switch) - all_on
        print(f'  {cost:>10,}  {cost / all_on:6.1%}  {switch.rule}')


def _tokens(found: Iterable[Path], redactor: Redactor, *off: Switch) -> int:
    """What is written of the sessions themselves with these rules off."""
    files: list[Chunk] = []
    with ExitStack() as stack:
        for switch in off:
            for place, instead in switch.instead.items():
                stack.enter_context(patch(f'{_ROOM}.{place}', instead))
        jobs = [Job(transcript_of(path), 'impl') for path in found]
        for session in preprocess(jobs, redactor=redactor):
            if isinstance(session, LearnError):
                raise session
            files += session.chunks
    return sum(file.tokens for file in files if '-agent-' not in file.name)


def _usage(log: Path) -> int:
    """The tokens of a line for each answer's usage."""
    tokens = 0
    for line in log.read_bytes().splitlines():
        try:
            message = orjson.loads(line).get('message')
        except orjson.JSONDecodeError:
            continue
        if isinstance(message, dict) and message.get('usage'):
            tokens += count_tokens(f'  <usage>{orjson.dumps(message["usage"]).decode()}</usage>\n')
    return tokens


if __name__ == '__main__':
    main(sys.argv[1:])
