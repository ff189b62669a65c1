"""How names and numbers are written, on the page and in a terminal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WHY = {
    'header': "the plan's header",
    'comment': 'a comment on the plan',
    'continuation': 'continues the session before',
    'branch': 'worked on the branch',
    'remote': 'ran elsewhere',
}
_BARE = frozenset({'id', 'tool'})


def why(reason: str) -> str:
    """Why a file is in the pack, in words."""
    return _WHY.get(reason, reason)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """An entry's attributes: `t7, is error, part 1/2`."""
    return ', '.join([_fact(name, value) for name, value in pairs])


def _fact(name: str, value: str) -> str:
    if value == 'true':
        return name.replace('_', ' ')
    return value if name in _BARE else f'{name.replace("_", " ")} {value}'
