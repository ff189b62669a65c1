"""GraphQL: executes queries by GitHub's own schema (schema.graphql), with graphql-core.

The values are mappings of field names; a callable among them gets the arguments of its field, so
nothing is computed that was not asked for. `__typename` is needed where the schema has an interface
or a union. A list under a field that the schema calls a connection is paged here.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import DocumentNode, GraphQLError, GraphQLResolveInfo, GraphQLSchema

Object = dict[str, object]
Errors = dict[str, tuple[str, str]]

MOST_RECORDS = 100  # of one list
_CURSOR = 'cursor:v2:'
_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ')


class FieldError(Exception):
    """One value is null, with an error of this `kind` beside the data."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@cache
def schema() -> GraphQLSchema:
    """GitHub's schema, as far as it is here. Takes half a second the first time."""
    import graphql

    text = (Path(__file__).parent / 'schema.graphql').read_text(encoding='utf-8')
    built = graphql.build_schema(text)
    built.type_map['DateTime'].coerce_output_value = _time  # type: ignore[attr-defined]
    return built


def _time(value: object) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError(f'DateTime cannot represent {value!r}')
    return value


def document_of(request: Mapping[str, object]) -> DocumentNode:
    """The query of a request. Raises GraphQLError where it does not fit the schema."""
    import graphql

    document = graphql.parse(str(request.get('query', '')))
    for problem in graphql.validate(schema(), document):
        raise problem
    return document


def execute(root: Object, request: Mapping[str, object], errors: Errors) -> dict[str, object]:
    """The answer to a request: `query`, and perhaps `variables` and `operationName`.

    `errors` maps `Type.field`, or the id of a node, to a kind and a message: such a value is null
    and the error is beside the data. Raises what is wrong with the stand-in itself.
    """
    import graphql

    try:
        document = document_of(request)
    except graphql.GraphQLError as error:
        return {'errors': [error.formatted]}
    result = graphql.execute_sync(
        schema(),
        document,
        root,
        errors,
        request.get('variables') or {},  # type: ignore[arg-type]  # graphql-core checks them
        request.get('operationName'),  # type: ignore[arg-type]
        field_resolver=_resolve,
    )
    told = [_told(error) for error in result.errors or ()]
    if result.data is None:
        return {'errors': told}
    return {'data': result.data, 'errors': told} if told else {'data': result.data}


def _told(error: GraphQLError) -> dict[str, object]:
    """A field's error in GitHub's form; of another error, what is wrong with the request."""
    reason = error.original_error
    if isinstance(reason, FieldError):
        return {'type': reason.kind, 'path': error.path, 'message': str(reason)}
    if error.path is not None:
        raise reason or error
    return dict(error.formatted)


def _resolve(source: Object, info: GraphQLResolveInfo[Errors], **given: object) -> object:
    place = f'{info.parent_type.name}.{info.field_name}'
    errors = info.context
    if place in errors:
        raise FieldError(*errors[place])
    if info.field_name not in source:
        _unknown(place)
    value: Any = source[info.field_name]
    if callable(value):
        value = value(given)
    if str(info.return_type).rstrip('!').endswith('Connection'):
        return _page(info.field_name, value, given)
    return [_shown(item, errors) for item in value] if isinstance(value, list) else value


def _unknown(place: str) -> NoReturn:
    raise NotImplementedError(f'the stand-in has no {place}; add it to learn_demo/objects.py')


def _shown(item: object, errors: Errors) -> object:
    """An item of a list, or the error that makes it null."""
    key = item.get('id') if isinstance(item, dict) else None
    return FieldError(*errors[key]) if isinstance(key, str) and key in errors else item


def _page(field: str, items: Sequence[Object], given: Mapping[str, object]) -> Object:
    """The page that was asked for. GitHub wants `first` or `last`, between 1 and 100."""
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
    cursors = [_cursor(index) for index in range(start, min(end, len(items)))]
    return {
        'nodes': list(items[start:end]),
        'totalCount': len(items),
        'pageInfo': {
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
    if not 0 < size <= MOST_RECORDS:
        raise FieldError(
            'EXCESSIVE_PAGINATION',
            f'Requesting {size} records on the `{field}` connection exceeds the `{name}` limit '
            f'of {MOST_RECORDS} records.',
        )
    return size


def _cursor(index: int) -> str:
    return base64.b64encode(f'{_CURSOR}{index}'.encode()).decode()


def _index(cursor: object, otherwise: int) -> int:
    if cursor is None:
        return otherwise
    try:
        return int(base64.b64decode(str(cursor)).decode().removeprefix(_CURSOR))
    except (binascii.Error, ValueError) as error:
        raise FieldError(
            'INVALID_CURSOR_ARGUMENTS', f'`{cursor}` does not appear to be a valid cursor.'
        ) from error
