"""What GitHub answers, read without trusting its shape, and its refusals as sentences that say what
to do.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError, NotFoundError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST_MESSAGE = 300
# GitHub: "wait for at least one minute" where a secondary limit names no time.
_SECONDARY_SECONDS = 60.0
_ADVICE = {
    403: '; ask for access or use another token',
    404: ': it is not there, or {token} may not see it; check the name and what the token may read',
    410: ': it was deleted, or is switched off; name another one',
}


class Fault(NamedTuple):
    """One error of a GraphQL answer; `path` leads to the value that is null for it."""

    kind: str
    message: str
    path: tuple[object, ...] = ()


def get_in(value: object, *keys: str) -> object:
    """The value under these keys, None if anything on the way is not an object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object, *keys: str) -> str | None:
    """The string under these keys."""
    found = get_in(value, *keys)
    return found if isinstance(found, str) else None


def number(value: object, *keys: str) -> int | None:
    """The whole number under these keys; GraphQL writes large ones as strings."""
    found = get_in(value, *keys)
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def moment(value: object, *keys: str) -> float | None:
    """The time under these keys, in seconds since 1970."""
    try:
        # fromisoformat knows no Z before Python 3.11
        written = (text(value, *keys) or '').replace('Z', '+00:00')
        return datetime.fromisoformat(written).timestamp()
    except (ValueError, OverflowError):
        return None


def objects(value: object, *keys: str) -> list[object]:
    """The objects in the list under these keys, without anything else."""
    found = get_in(value, *keys)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def next_page(connection: object) -> str | None:
    """The cursor of a GraphQL connection's next page."""
    more = get_in(connection, 'pageInfo', 'hasNextPage') is True
    return text(connection, 'pageInfo', 'endCursor') if more else None


def faults(answer: object) -> list[Fault]:
    """The errors of a GraphQL answer."""
    found = []
    for error in objects(answer, 'errors'):
        path = get_in(error, 'path')
        said = one_line(text(error, 'message') or '')
        where = tuple(path) if isinstance(path, list) else ()
        found.append(Fault(text(error, 'type') or '', said, where))
    return found


def message_of(body: object) -> str:
    """What a REST error says, in one line."""
    found = get_in(body, 'errors')
    said = [text(body, 'message')]
    for error in found if isinstance(found, list) else [found]:
        # words of its own, or a code with what it is about
        coded = ' '.join(filter(None, [text(error, 'field'), text(error, 'code')]))
        said.append(error if isinstance(error, str) else text(error, 'message') or coded)
    return one_line('; '.join(filter(None, said)))


def one_line(said: str) -> str:
    """Text from outside, cleaned and shortened for one of our sentences."""
    plain = re.sub(r'[^\x20-\x7e]+|\s+', ' ', said).strip().rstrip('.')
    return plain if len(plain) <= _LONGEST_MESSAGE else f'{plain[:_LONGEST_MESSAGE]}...'


def parsed(content: bytes) -> object:
    """The value of a JSON text, None if it does not parse."""
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value


class BusyError(UnreachableError):
    """The same request may succeed after `wait` seconds, or after some pause (None)."""

    def __init__(self, sentence: str, *, wait: float | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class UnsureError(UnreachableError):
    """The request may have been carried out although no answer came: look before repeating it."""


def incomplete(doing: str) -> LearnError:
    """The answer lacks what GitHub always gives."""
    return UnreachableError(
        f'the answer to the request to {doing} is incomplete; check that the API base is GitHub'
    )


def no_token(host: str, variable: str) -> LearnError:
    """Nothing was sent: nobody is logged in there. `variable` is the one for that server."""
    return LearnError(
        f'there is no token for {host}; run `gh auth login --hostname {host}`, or set {variable}'
    )


def too_large() -> LearnError:
    """The answer would fill the memory."""
    return LearnError('the answer is larger than learn-hook takes; nothing of it was used')


def query_refusal(fault: Fault, doing: str) -> LearnError:
    """An error of a GraphQL answer as a sentence."""
    return LearnError(f'cannot {doing}: {fault.message}; check what the token may read')


def seconds_of_date(date: str | None) -> float | None:
    """An HTTP date as seconds since 1970."""
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def rate_wait(status: int, headers: Mapping[str, str], said: str, now: float) -> float | None:
    """The seconds that a rate limit asks to wait; None if there is none.

    `now` is in seconds since 1970 by the server's clock.
    """
    if status not in (403, 429, 503):
        return None
    after = headers.get('retry-after', '')
    if re.fullmatch('[0-9]+', after):
        return float(after[:9])
    until = seconds_of_date(after)
    reset = headers.get('x-ratelimit-reset', '')
    is_used_up = headers.get('x-ratelimit-remaining') == '0'
    if until is None and is_used_up and re.fullmatch('[0-9]+', reset):
        until = float(reset[:12]) + 1
    if until is not None:
        return max(until - now, 0.0)
    is_named = any(words in said.lower() for words in ('rate limit', 'abuse detection'))
    return _SECONDARY_SECONDS if status == 429 or (status == 403 and is_named) else None


def limited(host: str, wait: float, now: float) -> BusyError:
    """The rate limit as a sentence that says when it ends."""
    try:
        end = datetime.fromtimestamp(now + wait, timezone.utc)
        when = f'until {end:%Y-%m-%d %H:%M:%S} UTC'
    except (ValueError, OverflowError, OSError):
        when = 'for long'
    return BusyError(f'{host} takes no more requests {when}; try again then', wait=wait)


def refusal(
    status: int, headers: Mapping[str, str], said: str, *, host: str, doing: str, source: str = ''
) -> LearnError:
    """An error answer as one sentence that says what to do. `source` is where the token comes
    from: a variable, or `gh`.
    """
    token = f'the token of {source}' if source else 'the token'
    if status == 401:
        renew = f'run `gh auth login --hostname {host}`'
        if source not in ('', 'gh'):
            renew = f'put a new one there, or unset {source} and {renew}'
        return LearnError(f'{host} does not accept {token} (401); {renew}')
    if 'required' in headers.get('x-github-sso', ''):
        return LearnError(
            f'cannot {doing} ({status}): {token} is not authorized for the single sign-on of '
            'the organization; authorize it in the settings of your tokens'
        )
    lacking = _lacking(status, headers, host, source)
    if lacking:
        return LearnError(f'cannot {doing} ({status}): {token} lacks {lacking}')
    because = f'{status}: {said}' if said else str(status)
    if status >= 500:
        return BusyError(f'{host} could not {doing} ({because}); try again later')
    if 300 <= status < 400:
        moved = 'it has moved; set the remote or API base to its new place'
        return LearnError(f'cannot {doing} ({status}): {moved}')
    if status not in _ADVICE:
        return LearnError(f'{host} refused to {doing} ({because}); fix what it names and try again')
    kind = LearnError if status == 403 else NotFoundError
    return kind(f'cannot {doing} ({because}){_ADVICE[status].format(token=token)}')


def _lacking(status: int, headers: Mapping[str, str], host: str, source: str) -> str:
    """The scope or permission that would do, by name; empty if the answer names none.

    Classic tokens learn of a missing scope by two headers, on 404 too; fine-grained ones by one.
    """
    accepted = words(headers.get('x-accepted-oauth-scopes', ''))
    scopes = headers.get('x-oauth-scopes')
    if status in (403, 404) and scopes is not None and accepted and not accepted & words(scopes):
        scope = min(accepted, key=len)
        return f'the scope `{scope}`; {to_add([scope], host, source)}'
    permissions = one_line(headers.get('x-accepted-github-permissions', ''))
    if status == 403 and permissions:
        return f'the permission `{permissions}`; grant it in the settings of your tokens'
    return ''


def to_add(scopes: Sequence[str], host: str, source: str) -> str:
    """How scopes are added to a token from there."""
    if source in ('', 'gh'):
        return f'run `gh auth refresh --hostname {host} --scopes {",".join(scopes)}`'
    return f'put a token that has {" and ".join(scopes)} into {source}'


def words(header: str) -> set[str]:
    """The words of a header that lists some."""
    return {word for word in re.split(r'[,\s]+', one_line(header)) if word}
