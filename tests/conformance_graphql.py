"""Checks a GraphQL request against GitHub's own schema, and that the stand-in could answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import graphql
from graphql.execution.values import get_variable_values

from learn_demo.queries import MOST_RECORDS, document_of, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_demo import Exchange

MOST_NODES = 500_000  # of one query, counted as if every list were full

_PAGES = {'nodes', 'edges', 'pageInfo', 'totalCount'}


class NotGitHubError(AssertionError):
    """GitHub would not take this request, or would not give this answer."""


def demand(exchange: Exchange, holds: bool, why: object) -> None:
    """Raises NotGitHubError with the reason, unless it holds."""
    if not holds:
        raise NotGitHubError(f'{exchange.method} {exchange.path}: {why}')


def check_graphql(exchange: Exchange) -> None:
    """Raises NotGitHubError. What the stand-in executed fits the schema already."""
    asked = exchange.json
    demand(exchange, exchange.method == 'POST' and isinstance(asked, dict), 'no JSON object')
    odd = set(asked) - {'query', 'variables', 'operationName'}
    demand(exchange, not odd, f'unknown keys {odd}')
    try:
        document = document_of(asked)
    except graphql.GraphQLError as error:
        raise NotGitHubError(f'GraphQL: {error}') from error
    operation = graphql.get_operation_ast(document, asked.get('operationName'))
    if operation is None:
        raise NotGitHubError('GraphQL: none or several operations, and no name for one')
    given = asked.get('variables') or {}
    coerced = get_variable_values(schema(), operation.variable_definitions or (), given)
    demand(exchange, not isinstance(coerced, list), coerced)
    lists = _Lists(exchange, document, {**_defaults(operation), **given})
    nodes = lists.nodes(operation.selection_set, 1)
    demand(exchange, nodes <= MOST_NODES, f'{nodes} nodes are too many')
    if not exchange.fault and exchange.status == 200:
        demand(exchange, 'data' in exchange.answer, exchange.answer)


def _defaults(operation: graphql.OperationDefinitionNode) -> dict[str, Any]:
    return {
        each.variable.name.value: graphql.value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }


class _Lists:
    """Counts what a query could bring; each list must say how many it wants, up to 100."""

    def __init__(
        self, exchange: Exchange, document: graphql.DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self._exchange = exchange
        self._variables = dict(variables)
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, graphql.FragmentDefinitionNode)
        }

    def nodes(self, selected: graphql.SelectionSetNode, times: int) -> int:
        """How many nodes the selection could bring, `times` over."""
        total = 0
        for field in self._fields(selected):
            if field.selection_set:
                size = self._size(field)
                total += times * (size or 0) + self.nodes(field.selection_set, times * (size or 1))
        return total

    def _fields(self, selected: graphql.SelectionSetNode) -> Iterator[graphql.FieldNode]:
        for each in selected.selections:
            if isinstance(each, graphql.FragmentSpreadNode):
                yield from self._fields(self._fragments[each.name.value].selection_set)
            elif isinstance(each, graphql.InlineFragmentNode):
                yield from self._fields(each.selection_set)
            elif isinstance(each, graphql.FieldNode):
                yield each

    def _size(self, field: graphql.FieldNode) -> int | None:
        """The records asked for; None if the field is not a list of pages."""
        assert field.selection_set
        if not {each.name.value for each in self._fields(field.selection_set)} & _PAGES:
            return None
        arguments = {each.name.value: each.value for each in field.arguments or ()}
        sizes = [
            graphql.value_from_ast_untyped(arguments[name], self._variables)
            for name in ('first', 'last')
            if name in arguments
        ]
        known = [size for size in sizes if size is not None]
        fits = len(known) == 1 and 1 <= known[0] <= MOST_RECORDS
        demand(
            self._exchange,
            fits,
            f'{field.name.value}: first or last, between 1 and 100, not {known}',
        )
        return int(known[0])
