"""Holds a GraphQL exchange against GitHub's own schema: the query, its variables, its answer."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import graphql
from graphql.execution.values import get_variable_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_demo import Exchange

SCHEMA = Path(__file__).parent / 'data' / 'github' / 'schema.graphql'

ANSWERS = {'NOT_FOUND', 'FORBIDDEN', 'RATE_LIMITED'}  # other errors say: the query is wrong
MOST_RECORDS = 100  # of one list
MOST_NODES = 500_000  # of one query, counted as if every list were full

_INT_LIMIT = 2**31
_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ')


class NotGitHubError(AssertionError):
    """GitHub would not take this request, or would not give this answer."""


def demand(exchange: Exchange, holds: bool, why: object) -> None:
    """Raises NotGitHubError with the reason, unless it holds."""
    if not holds:
        raise NotGitHubError(f'{exchange.method} {exchange.path}: {why}')


@cache
def _schema() -> graphql.GraphQLSchema:
    schema = graphql.build_schema(SCHEMA.read_text())
    graphql.assert_valid_schema(schema)
    return schema


def check_graphql(exchange: Exchange) -> None:
    """Raises NotGitHubError. The answer of a deliberate fault is not looked at."""
    asked = exchange.json
    demand(exchange, exchange.method == 'POST' and isinstance(asked, dict), 'no JSON object')
    odd = set(asked) - {'query', 'variables', 'operationName'}
    demand(exchange, not odd, f'unknown keys {odd}')
    try:
        document = graphql.parse(asked.get('query', ''))
    except graphql.GraphQLError as error:
        raise NotGitHubError(f'GraphQL: {error}') from error
    for problem in graphql.validate(_schema(), document):
        demand(exchange, False, problem)
    operation = graphql.get_operation_ast(document, asked.get('operationName'))
    if operation is None:
        raise NotGitHubError('GraphQL: none or several operations, and no name for one')
    given = asked.get('variables') or {}
    coerced = get_variable_values(_schema(), operation.variable_definitions or (), given)
    demand(exchange, not isinstance(coerced, list), coerced)
    reading = _Reading(document, {**_defaults(operation), **given})
    nodes = reading.nodes(exchange, operation.selection_set, 1)
    demand(exchange, nodes <= MOST_NODES, f'{nodes} nodes are too many')
    if not exchange.fault and exchange.status == 200:
        _check_answer(exchange, reading, operation)


def _defaults(operation: graphql.OperationDefinitionNode) -> dict[str, Any]:
    return {
        each.variable.name.value: graphql.value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }


def _check_answer(
    exchange: Exchange, reading: _Reading, operation: graphql.OperationDefinitionNode
) -> None:
    answer = exchange.answer
    for error in answer.get('errors', ()):
        demand(exchange, error.get('type') in ANSWERS, f'answers the error {error}')
    root = _schema().query_type
    assert root is not None
    for problem in reading.object_problems(root, operation.selection_set, answer['data'], ''):
        demand(exchange, False, problem)


class _Reading:
    """A valid document with its variables, and what follows from the schema for its answer."""

    def __init__(self, document: graphql.DocumentNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, graphql.FragmentDefinitionNode)
        }

    def nodes(self, exchange: Exchange, selected: graphql.SelectionSetNode, times: int) -> int:
        """How many nodes could come back; each list must say how many it wants, up to 100."""
        total = 0
        for each in selected.selections:
            if isinstance(each, graphql.FragmentSpreadNode):
                inner = self._fragments[each.name.value].selection_set
                total += self.nodes(exchange, inner, times)
            elif isinstance(each, graphql.InlineFragmentNode):
                total += self.nodes(exchange, each.selection_set, times)
            elif isinstance(each, graphql.FieldNode) and each.selection_set:
                size = self._size(exchange, each)
                inner = each.selection_set
                total += times * (size or 0) + self.nodes(exchange, inner, times * (size or 1))
        return total

    def _size(self, exchange: Exchange, field: graphql.FieldNode) -> int | None:
        """The records asked for; None if the field is no list of pages."""
        asked = {selection.name.value for selection in _fields(field)}
        if not asked & {'nodes', 'edges', 'pageInfo', 'totalCount'}:
            return None
        arguments = {each.name.value: each.value for each in field.arguments or ()}
        sizes = [
            graphql.value_from_ast_untyped(arguments[name], dict(self._variables))
            for name in ('first', 'last')
            if name in arguments
        ]
        known = [size for size in sizes if size is not None]
        fits = len(known) == 1 and 1 <= known[0] <= MOST_RECORDS
        demand(exchange, fits, f'{field.name.value}: first or last, between 1 and 100, not {known}')
        return int(known[0])

    def object_problems(
        self,
        kind: graphql.GraphQLObjectType,
        selected: graphql.SelectionSetNode,
        value: object,
        path: str,
    ) -> Iterator[str]:
        """What is wrong with a value that should be an object of this type."""
        if not isinstance(value, dict):
            yield f'{path}: an object of {kind} was expected, not {value!r}'
            return
        fields = self._collected(kind, selected)
        if set(fields) != set(value):
            yield f'{path}: {kind} has {sorted(value)}, asked for was {sorted(fields)}'
            return
        for key, nodes in fields.items():
            name = nodes[0].name.value
            if name == '__typename':
                if value[key] != kind.name:
                    yield f'{path}.{key}: {value[key]} instead of {kind}'
            else:
                yield from self._problems(
                    kind.fields[name].type, nodes, value[key], f'{path}.{key}'
                )

    def _problems(
        self, kind: Any, nodes: list[graphql.FieldNode], value: object, path: str
    ) -> Iterator[str]:
        if graphql.is_non_null_type(kind):
            if value is None:
                yield f'{path}: null, where {kind} never is'
                return
            kind = kind.of_type
        if value is None:
            return
        if graphql.is_list_type(kind):
            if not isinstance(value, list):
                yield f'{path}: {value!r} is no list'
                return
            for at, item in enumerate(value):
                yield from self._problems(kind.of_type, nodes, item, f'{path}[{at}]')
        elif graphql.is_leaf_type(kind):
            if not _is_leaf(kind, value):
                yield f'{path}: {value!r} is no {kind}'
        else:
            yield from self._composite_problems(kind, nodes, value, path)

    def _composite_problems(
        self, kind: Any, nodes: list[graphql.FieldNode], value: object, path: str
    ) -> Iterator[str]:
        """An interface or a union: one of its types must fit, which the answer need not name."""
        selected = graphql.SelectionSetNode(
            selections=tuple(
                each
                for node in nodes
                if node.selection_set
                for each in node.selection_set.selections
            )
        )
        kinds = [kind] if graphql.is_object_type(kind) else _schema().get_possible_types(kind)
        verdicts = [list(self.object_problems(each, selected, value, path)) for each in kinds]
        yield from min(verdicts, key=len)

    def _collected(
        self, kind: graphql.GraphQLObjectType, selected: graphql.SelectionSetNode
    ) -> dict[str, list[graphql.FieldNode]]:
        """The fields asked of an object of this type, by their keys in the answer."""
        found: dict[str, list[graphql.FieldNode]] = {}
        for each in selected.selections:
            if isinstance(each, graphql.FieldNode):
                key = each.alias.value if each.alias else each.name.value
                found.setdefault(key, []).append(each)
                continue
            fragment: Any = each
            if isinstance(each, graphql.FragmentSpreadNode):
                fragment = self._fragments[each.name.value]
            if _applies(fragment.type_condition, kind):
                for key, nodes in self._collected(kind, fragment.selection_set).items():
                    found.setdefault(key, []).extend(nodes)
        return found


def _fields(field: graphql.FieldNode) -> Iterator[graphql.FieldNode]:
    for each in field.selection_set.selections if field.selection_set else ():
        if isinstance(each, graphql.FieldNode):
            yield each


def _applies(condition: graphql.NamedTypeNode | None, kind: graphql.GraphQLObjectType) -> bool:
    if condition is None or condition.name.value == kind.name:
        return True
    named: Any = _schema().type_map[condition.name.value]
    return graphql.is_abstract_type(named) and _schema().is_sub_type(named, kind)


def _is_leaf(kind: Any, value: object) -> bool:
    """Is a value what JSON holds for this scalar or enum?"""
    if graphql.is_enum_type(kind):
        return value in kind.values
    if kind.name == 'Int':
        return type(value) is int and -_INT_LIMIT <= value < _INT_LIMIT
    if kind.name == 'Boolean':
        return isinstance(value, bool)
    if kind.name == 'DateTime':
        return isinstance(value, str) and _TIME.fullmatch(value) is not None
    return isinstance(value, str)
