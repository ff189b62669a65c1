"""What GitHub answers, read with care, and its refusals as sentences."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError, NotFoundError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

# GitHub: "wait for at least one minute" where a secondary limit names no time.
_SECONDARY_SECONDS = 60.0
_LONGEST_MESSAGE = 300


class BusyError(UnreachableError):
    """The same request may succeed after `wait` seconds; None: after a pause of one's own."""

    def __init__(self, sentence: str, *, wait: float | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class UnsureError(UnreachableError):
    """The request may have been done although no answer came: look before it is made again."""


class Fault(NamedTuple):
    """One error of a GraphQL answer."""

    kind: str
    message: str


def dig(value: object, *keys: str) -> object:
    """What lies under these keys, None if anything on the way is no object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object, *keys: str) -> str | None:
    """The string under these keys."""
    found = dig(value, *keys)
    return found if isinstance(found, str) else None


def number(value: object, *keys: str) -> int | None:
    """The whole number under these keys; GraphQL writes large ones as strings."""
    found = dig(value, *keys)
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def objects(value: object, *keys: str) -> list[object]:
    """The objects in the list under these keys; what is no object is left out."""
    found = dig(value, *keys)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def next_page(connection: object) -> str | None:
    """The cursor of a GraphQL connection's next page."""
    more = dig(connection, 'pageInfo', 'hasNextPage') is True
    return text(connection, 'pageInfo', 'endCursor') if more else None


def incomplete(doing: str) -> LearnError:
    """The answer lacks what GitHub always gives."""
    return UnreachableError(
        f'the answer to the request to {doing} is incomplete; check that the API base is GitHub'
    )


def faults(answer: object) -> list[Fault]:
    """The errors of a GraphQL answer."""
    return [
        Fault(text(error, 'type') or '', one_line(text(error, 'message') or ''))
        for error in objects(answer, 'errors')
    ]


def timed_out(fault: Fault) -> bool:
    """Did GitHub give up on a query that may well succeed next time?"""
    return 'timeout' in fault.message.lower() or 'Something went wrong' in fault.message


def message_of(body: object) -> str:
    """What a REST error says, in one line."""
    details = [text(error, 'message') or text(error, 'code') for error in objects(body, 'errors')]
    said = [text(body, 'message') or '', *(detail or '' for detail in details)]
    return one_line('; '.join(filter(None, said)))


def one_line(said: str) -> str:
    """A stranger's words, fit for a sentence of ours."""
    plain = re.sub(r'[^\x20-\x7e]+|\s+', ' ', said).strip().rstrip('.')
    return plain if len(plain) <= _LONGEST_MESSAGE else f'{plain[:_LONGEST_MESSAGE]}...'


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
    if after.isascii() and after.isdigit():
        return float(after[:9])
    until = seconds_of_date(after)
    reset = headers.get('x-ratelimit-reset', '')
    if until is None and headers.get('x-ratelimit-remaining') == '0' and reset.isdigit():
        until = float(reset[:12]) + 1
    if until is not None:
        return max(until - now, 0.0)
    limited = status == 429 or (status == 403 and 'rate limit' in said.lower())
    return _SECONDARY_SECONDS if limited else None


def limited(host: str, wait: float, now: float) -> BusyError:
    """The rate limit as a sentence that says when it ends."""
    try:
        end = datetime.fromtimestamp(now + wait, timezone.utc)
        when = f'until {end:%Y-%m-%d %H:%M:%S} UTC'
    except (ValueError, OverflowError, OSError):
        when = 'for long'
    return BusyError(f'{host} takes no more requests {when}; try again then', wait=wait)


def refusal(
    status: int, headers: Mapping[str, str], said: str, *, host: str, doing: str
) -> LearnError:
    """An error answer as one sentence that says what to do."""
    lacking = _lacking(status, headers)
    if status == 401:
        return LearnError(
            f'{host} does not accept the token (401); renew it with `gh auth login` or in GH_TOKEN'
        )
    if 'required' in headers.get('x-github-sso', ''):
        return LearnError(
            f'cannot {doing} ({status}): the token is not authorized for the single sign-on of '
            'the organization; authorize it in the settings of your tokens'
        )
    if lacking:
        return LearnError(f'cannot {doing} ({status}): the token lacks {lacking}')
    return _plain_refusal(status, said, host=host, doing=doing)


def _plain_refusal(status: int, said: str, *, host: str, doing: str) -> LearnError:
    because = f'{status}: {said}' if said else str(status)
    if status in (404, 410):
        return NotFoundError(
            f'cannot {doing} ({because}): it is not there, or this token may not see it; check the '
            'name and what the token may read'
        )
    if 300 <= status < 400:
        return LearnError(
            f'cannot {doing} ({status}): it has moved; set the remote or API base to its new place'
        )
    if status == 403:
        return LearnError(f'cannot {doing} ({because}); ask for access or use another token')
    if status >= 500:
        return BusyError(f'{host} could not {doing} ({because}); try again later')
    return LearnError(f'{host} refused to {doing} ({because}); mend what it names and try again')


def _lacking(status: int, headers: Mapping[str, str]) -> str:
    """The scope or permission that would do, by name; empty if the answer names none.

    Classic tokens learn of a missing scope by two headers, on 404 too; fine-grained ones by one.
    """
    accepted = _words(headers.get('x-accepted-oauth-scopes', ''))
    scopes = headers.get('x-oauth-scopes')
    if status in (403, 404) and scopes is not None and accepted and not accepted & _words(scopes):
        scope = min(accepted, key=len)
        return f'the scope `{scope}`; add it with `gh auth refresh --scopes {scope}`'
    permissions = one_line(headers.get('x-accepted-github-permissions', ''))
    if status == 403 and permissions:
        return f'the permission `{permissions}`; grant it in the settings of your tokens'
    return ''


def _words(header: str) -> set[str]:
    return {word for word in re.split(r'[,\s]+', one_line(header)) if word}
