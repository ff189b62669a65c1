"""Pages of a GraphQL list: `nodes`, `edges` and `pageInfo`, in GitHub's way."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from learn_demo.graphql import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Object = dict[str, object]

MOST = 100
_MARK = 'cursor:v2:'


def connection(
    field: str, kind: str, items: Sequence[Object], given: Mapping[str, object]
) -> Object:
    """The page of `kind` objects that was asked for. Raises FieldError.

    GitHub wants `first` or `last`, between 1 and 100, for every list.
    """
    first, last = _size(field, 'first', given), _size(field, 'last', given)
    if first is None and last is None:
        raise FieldError(
            'MISSING_PAGINATION_BOUNDARIES',
            f'You must provide a `first` or `last` value to properly paginate the `{field}` '
            'connection.',
        )
    start = _index(given.get('after'), -1) + 1
    end = _index(given.get('before'), len(items))
    end = end if first is None else min(end, start + first)
    start = start if last is None else max(start, end - last)
    return _page(kind, items, start, end)


def _page(kind: str, items: Sequence[Object], start: int, end: int) -> Object:
    shown = list(items[start:end])
    cursors = [_cursor(at) for at in range(start, start + len(shown))]
    return {
        '__typename': f'{kind}Connection',
        'nodes': shown,
        'edges': [
            {'__typename': f'{kind}Edge', 'cursor': cursor, 'node': item}
            for cursor, item in zip(cursors, shown, strict=True)
        ],
        'totalCount': len(items),
        'pageInfo': {
            '__typename': 'PageInfo',
            'hasNextPage': end < len(items),
            'hasPreviousPage': start > 0,
            'startCursor': cursors[0] if cursors else None,
            'endCursor': cursors[-1] if cursors else None,
        },
    }


def _size(field: str, name: str, given: Mapping[str, object]) -> int | None:
    size = given.get(name)
    if not isinstance(size, int):
        return None
    if not 0 < size <= MOST:
        raise FieldError(
            'EXCESSIVE_PAGINATION',
            f'Requesting {size} records on the `{field}` connection exceeds the `{name}` limit '
            f'of {MOST} records.',
        )
    return size


def _cursor(index: int) -> str:
    return base64.b64encode(f'{_MARK}{index}'.encode()).decode()


def _index(cursor: object, otherwise: int) -> int:
    if cursor is None:
        return otherwise
    try:
        return int(base64.b64decode(str(cursor)).decode().removeprefix(_MARK))
    except (binascii.Error, ValueError) as error:
        raise FieldError(
            'INVALID_CURSOR_ARGUMENTS', f'`{cursor}` does not appear to be a valid cursor.'
        ) from error
