"""GitHub's refusals as sentences that say what to do."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from learn_core.errors import LearnError, NotFoundError, UnreachableError
from learn_core.github.http.json import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from learn_core.github.http.json import Fault

_LIMITED = ('RATE_LIMITED', 'RATE_LIMIT')  # GitHub has called it both
# GitHub: "wait for at least one minute" where a secondary limit names no time.
_SECONDARY_SECONDS = 60.0


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


def unsure(host: str, doing: str) -> UnsureError:
    """The request may or may not have been carried out."""
    return UnsureError(
        f'{host} gave no clear answer to the request to {doing}, which may have been carried '
        'out; try again later: learn-hook looks first'
    )


def not_json(host: str, doing: str) -> BusyError:
    """Something else than the API answered, or half of an answer came."""
    return BusyError(
        f'{host} did not answer in JSON to the request to {doing}; check the API base and whether '
        'a proxy or login page answers in its place'
    )


def query_busy(
    faults: Sequence[Fault], headers: Mapping[str, str], *, host: str, doing: str, now: float
) -> BusyError | None:
    """One error for those of a GraphQL answer that a retry may solve."""
    if any(map(_timed_out, faults)):
        return BusyError(f'{host} ran out of time to {doing}; try again later')
    if any(fault.kind in _LIMITED for fault in faults):
        return limited(host, rate_wait(429, headers, '', now) or 0.0, now)
    return None


def query_refusal(fault: Fault, *, doing: str) -> LearnError:
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
    if after.isascii() and after.isdigit():
        return float(after[:9])
    until = seconds_of_date(after)
    reset = headers.get('x-ratelimit-reset', '')
    is_used_up = headers.get('x-ratelimit-remaining') == '0'
    if until is None and is_used_up and reset.isascii() and reset.isdigit():
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
    lacking = _lacking(status, headers, host, source)
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
    if lacking:
        return LearnError(f'cannot {doing} ({status}): {token} lacks {lacking}')
    return _plain_refusal(status, said, host=host, doing=doing, token=token)


def _plain_refusal(status: int, said: str, *, host: str, doing: str, token: str) -> LearnError:
    because = f'{status}: {said}' if said else str(status)
    if status == 410:
        return NotFoundError(
            f'cannot {doing} ({because}): it was deleted, or is switched off; name another one'
        )
    if status == 404:
        return NotFoundError(
            f'cannot {doing} ({because}): it is not there, or {token} may not see it; check the '
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
    return LearnError(f'{host} refused to {doing} ({because}); fix what it names and try again')


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


def _timed_out(fault: Fault) -> bool:
    said = fault.message.lower()
    return 'timeout' in said or 'something went wrong' in said
