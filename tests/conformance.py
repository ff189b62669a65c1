"""Checks a recorded exchange against GitHub's own description of its API.

`data/github/rest.json` (OpenAPI) judges requests and answers of the REST endpoints,
`learn_demo/schema.graphql` the queries.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from tests.conformance_graphql import NotGitHubError, check_graphql, demand

if TYPE_CHECKING:
    from learn_demo import Exchange

DATA = Path(__file__).parent / 'data' / 'github'
HOST = 'https://api.github.com'
GRAPHQL = ('/graphql', '/api/graphql')

# Parameters that may hold slashes: OpenAPI cannot say that.
_SLASHES = re.compile(r'^(/repos/[^/]+/[^/]+/git/(?:matching-refs|ref|refs)/)(.+)$')
_SINCE = '>='  # GitHub's search syntax for times, where the description has a plain time only


def check(exchange: Exchange) -> None:
    """Raises NotGitHubError. The answer that a Fault changed is not checked."""
    path = urlsplit(exchange.path).path
    if path in GRAPHQL:
        check_graphql(exchange)
    elif path.startswith('/raw/'):
        demand(exchange, exchange.method == 'GET', 'raw files are only read')
    else:
        _check_rest(exchange)


@cache
def _description(extra: str) -> OpenAPI:
    """GitHub's description; `extra`: are properties allowed that it does not name?"""
    config = Config(
        additional_properties_default_policy=extra,  # type: ignore[arg-type]  # a Literal
        extra_format_unmarshallers={'timestamp': int},
    )
    return OpenAPI.from_dict(_raw_description(), config=config)


def _rest_path(exchange: Exchange) -> str:
    path = urlsplit(exchange.path).path.removeprefix('/api/v3')
    return _SLASHES.sub(lambda found: found[1] + quote(found[2], safe='%'), path)


def _check_rest(exchange: Exchange) -> None:
    query = dict(parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True))
    if 'created' in query:
        query['created'] = query['created'].removeprefix(_SINCE)
    request = MockRequest(
        HOST,
        exchange.method,
        _rest_path(exchange),
        args=query,
        headers=dict(exchange.headers),
        data=exchange.body,
        content_type=exchange.headers.get('content-type', 'application/json'),
    )
    try:
        _description('forbid').validate_request(request)
    except OpenAPIError as error:
        raise NotGitHubError(f'{exchange.method} {exchange.path}: {_reason(error)}') from error
    operation = _operation(request)
    known = {_resolved(each)['name'] for each in operation.get('parameters', ())}
    for name in query:
        demand(exchange, name in known, f'no such parameter: {name}')
    if not exchange.fault:
        _check_answer(exchange, request, operation)


def _reason(error: BaseException) -> str:
    """An error of openapi-core with the reasons behind it."""
    reasons = [f'{type(error).__name__}: {error}']
    hidden = getattr(error.__cause__, 'schema_errors', ())
    reasons += [f'{"/".join(map(str, each.path))}: {each.message[:300]}' for each in hidden]
    return '; '.join(reasons)


@cache
def _raw_description() -> dict[str, Any]:
    described: dict[str, Any] = json.loads(
        (DATA / 'rest.json').read_bytes(), object_hook=_with_null
    )
    return described


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 wants null among the values of a nullable enum; GitHub leaves it out."""
    if schema.get('nullable') is True and 'enum' in schema:
        schema['enum'].append(None)
    return schema


def _resolved(thing: dict[str, Any]) -> dict[str, Any]:
    if '$ref' not in thing:
        return thing
    found: Any = _raw_description()
    for word in thing['$ref'].removeprefix('#/').split('/'):
        found = found[word]
    return dict(found)


def _operation(request: MockRequest) -> dict[str, Any]:
    """What the description says of the request's path and method."""
    described: dict[str, Any] = _raw_description()['paths'][_template(request.path)]
    return dict(described[request.method])


def _template(path: str) -> str:
    fitting: list[str] = [
        template
        for template in _raw_description()['paths']
        if re.fullmatch(re.sub(r'\\\{\w+\\\}', '[^/]+', re.escape(template)), path)
    ]
    return min(fitting, key=lambda template: template.count('{'))


def _check_answer(exchange: Exchange, request: MockRequest, operation: dict[str, Any]) -> None:
    status = str(exchange.status)
    if exchange.status >= 400:
        message = exchange.answer.get('message') if isinstance(exchange.answer, dict) else None
        demand(exchange, isinstance(message, str), f'answers {status} without a message')
        if status not in operation['responses']:
            return  # the description omits many refusals; their form is the same everywhere
    demand(exchange, status in operation['responses'], f'answers {status}: not described')
    response = MockResponse(exchange.answer_body, exchange.status, dict(exchange.answer_headers))
    described = _resolved(operation['responses'][status])
    demand(
        exchange,
        bool(exchange.answer_body) == ('content' in described),
        f'a body with {status} where none is described, or none where one is',
    )
    try:
        _description('allow').validate_response(request, response)
    except OpenAPIError as error:
        demand(exchange, False, f'answer {status}: {_reason(error)}')
