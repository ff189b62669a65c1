"""Executes a GraphQL query over objects that are mappings, as GitHub would answer it.

An object is a mapping of field names to values; a value that is callable is given the arguments
of the field, so that nothing is made which was not asked for. `__typename` says what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_demo.language import (
    Document,
    Field,
    Inline,
    NotGraphQLError,
    Operation,
    Reader,
    Selection,
    Spread,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INTERFACES = {
    'Actor': {'Bot', 'EnterpriseUserAccount', 'Mannequin', 'Organization', 'User'},
    'Comment': {'Issue', 'IssueComment', 'PullRequest', 'PullRequestReview'},
    'GitObject': {'Blob', 'Commit', 'Tree'},
    'IssueOrPullRequest': {'Issue', 'PullRequest'},
    'RepositoryOwner': {'Organization', 'User'},
}


class FieldError(Exception):
    """One field has no value: it becomes null and the error stands beside the data."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class QueryError(Exception):
    """GitHub refuses the query as a whole: no data, one error."""

    def __init__(self, message: str, **extensions: object) -> None:
        super().__init__(message)
        self.extensions = extensions


def execute(root: Mapping[str, object], request: Mapping[str, object]) -> dict[str, object]:
    """The answer to a request: `query`, and perhaps `variables` and `operationName`."""
    query = request.get('query')
    if not isinstance(query, str):
        return {
            'errors': [{'message': 'A query attribute must be specified and must be a string.'}]
        }
    try:
        document = Reader(query).document()
        operation = _operation(document, request.get('operationName'))
        variables = _variables(operation, request.get('variables'))
        execution = _Execution(document, variables)
        data = execution.object_of(root, operation.selections, ('query',), [])
    except (NotGraphQLError, QueryError) as error:
        extensions = getattr(error, 'extensions', {})
        return {'errors': [{'message': str(error), 'extensions': extensions}]}
    return {'data': data, 'errors': execution.errors} if execution.errors else {'data': data}


def _operation(document: Document, name: object) -> Operation:
    operations = document.operations
    if name is None and len(operations) == 1:
        return next(iter(operations.values()))
    if name not in operations:
        raise QueryError(f'No operation named {name!r}')
    return operations[str(name)]


def _variables(operation: Operation, given: object) -> dict[str, object]:
    values = given if isinstance(given, dict) else {}
    variables: dict[str, object] = {}
    for name, (needed, default) in operation.variables.items():
        value = values.get(name, default)
        if needed and value is None:
            raise QueryError(f'Variable ${name} was provided invalid value', value=None)
        variables[name] = value
    return variables


class _Execution:
    """One run of an operation; `errors` fills as it goes."""

    def __init__(self, document: Document, variables: Mapping[str, object]) -> None:
        self._document = document
        self._variables = variables
        self.errors: list[dict[str, object]] = []

    def object_of(
        self,
        thing: Mapping[str, object],
        selections: tuple[Selection, ...],
        asked: tuple[str, ...],
        path: list[str | int],
    ) -> dict[str, object]:
        """The fields of an object; `asked` and `path` are its places in query and answer."""
        fields: dict[str, Field] = {}
        for field in self._fields(thing, selections):
            twin = fields.get(field.key)
            both = field.selections + (twin.selections if twin else ())
            fields[field.key] = field._replace(selections=both)
        return {
            key: self._field(thing, field, (*asked, key), [*path, key])
            for key, field in fields.items()
        }

    def _fields(
        self, thing: Mapping[str, object], selections: tuple[Selection, ...]
    ) -> Iterator[Field]:
        for selection in selections:
            if isinstance(selection, Field):
                yield selection
            elif _applies(inline := self._inline(selection), str(thing['__typename'])):
                yield from self._fields(thing, inline.selections)

    def _inline(self, selection: Inline | Spread) -> Inline:
        if isinstance(selection, Inline):
            return selection
        if selection.name not in self._document.fragments:
            raise QueryError(f'Fragment {selection.name} was used, but not defined')
        return self._document.fragments[selection.name]

    def _field(
        self,
        thing: Mapping[str, object],
        field: Field,
        asked: tuple[str, ...],
        path: list[str | int],
    ) -> object:
        if field.name not in thing:
            raise QueryError(
                f"Field '{field.name}' doesn't exist on type '{thing['__typename']}'",
                code='undefinedField',
                path=list(asked),
            )
        value = thing[field.name]
        try:
            if callable(value):
                value = value({name: self._value(of) for name, of in field.arguments.items()})
        except FieldError as error:
            self.errors.append({'type': error.kind, 'path': path, 'message': str(error)})
            return None
        return self._complete(value, field, asked, path)

    def _complete(
        self, value: object, field: Field, asked: tuple[str, ...], path: list[str | int]
    ) -> object:
        if isinstance(value, list):
            return [
                self._complete(item, field, asked, [*path, at]) for at, item in enumerate(value)
            ]
        if not isinstance(value, dict):
            return value
        if not field.selections:
            raise QueryError(
                f"Field must have selections (field '{field.name}' returns {value['__typename']} "
                f"but has no selections. Did you mean '{field.name} {{ ... }}'?)"
            )
        return self.object_of(value, field.selections, asked, path)

    def _value(self, value: object) -> object:
        if isinstance(value, Variable):
            if value.name not in self._variables:
                raise QueryError(f'Variable ${value.name} is used but not declared')
            return self._variables[value.name]
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._value(item) for name, item in value.items()}
        return value


def _applies(inline: Inline, typename: str) -> bool:
    return inline.on in (None, 'Node', typename) or typename in INTERFACES.get(inline.on or '', ())
