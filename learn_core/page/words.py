"""How names and numbers are written, on the page and in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from learn_core.page.model import File

GROUP_NAMES = {
    'user': 'user',
    'assistant': 'assistant',
    'thinking': 'thinking',
    'tool': 'tool uses',
    'result': 'tool results',
    'other': 'plans, summaries, notes',
    'around': 'wrapper and meta lines',
}
LANE_NAMES = {
    'user': 'user',
    'assistant': 'assistant',
    'thinking': 'thinking',
    'tool': 'tools',
    'error': 'errors',
    'compaction': 'compactions',
    'push': 'pushes',
}

_WHY = {
    'header': "the plan's header",
    'comment': 'a comment of the plan',
    'continuation': 'goes on from the one before',
    'branch scan': 'is on the branch',
    'remote': 'ran elsewhere',
}
_BARE = frozenset({'id', 'tool'})


def short(file: File) -> str:
    """What a file is called where there is little room."""
    if not file.is_session:
        return file.name.removesuffix('.json').replace('-', ' ').replace('pr ', 'PR ', 1)
    return short_log(file) + (f', part {file.part}' if file.part else '')


def short_log(file: File) -> str:
    """What a log is called: `planning 6f62e663`, or `agent a7c41e9` for a sub-agent's."""
    if file.is_agent:
        return f'agent {file.log.rpartition("-agent-")[2]}'
    prefix, _, session = file.log.partition('-')
    return f'{"implementation" if prefix == "impl" else prefix} {session[:8]}'


def why(reason: str) -> str:
    """Why a file is in, in words."""
    return _WHY.get(reason, reason)


def fact(pair: tuple[str, str]) -> str:
    """An attribute of an entry."""
    name, value = pair
    if value == 'true':
        return name.replace('_', ' ')
    return value if name in _BARE else f'{name.replace("_", " ")} {value}'


def thousands(number: int) -> str:
    """`12,345`."""
    return f'{number:,}'


def counted(number: int, one: str, many: str) -> str:
    """`1 entry`, `1,234 entries`."""
    return f'{number:,} {one if number == 1 else many}'


def signed(number: int) -> str:
    """`+1,234`, or with a minus sign."""
    return f'{number:+,}'.replace('-', '\u2212')


def duration(seconds: int) -> str:
    """`1 h 2 min`, `2 min 3 s`, `3 s`."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return f'{hours:,} h {minutes} min'
    return f'{minutes} min {rest} s' if minutes else f'{rest} s'
