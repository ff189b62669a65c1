"""What a run writes on the plan: one comment per machine, and fields of the header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.errors import UnsureError, incomplete
from learn_core.github.http.json import number, text
from learn_core.plans.plan import (
    HEADER,
    MATERIALS,
    metadata_block,
    text_of,
    with_block,
    with_fields,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client

MACHINE = 'machine'

_INTRODUCTION = 'What one machine sent for this plan, for learn-hook on other machines:\n\n'
_MOST_TRIES = 3


def put_comment(
    client: Client, plan: Address, issue: int, author: str, fields: Mapping[str, object]
) -> str:
    """Creates or edits the comment of the machine that `fields` name, and returns its id.

    What others wrote into it stays. Raises LearnError, as UnsureError if it may have been created.
    """
    doing = f'leave a comment on issue #{issue} of {plan.full_name}'
    known = _own_comment(client, plan, issue, author, str(fields[MACHINE]))
    if known is not None:
        changed = with_block(known[1], MATERIALS, fields)
        if changed == known[1] or _edited(client, plan, known[0], changed, doing):
            return str(known[0])
    try:
        answer = client.rest(
            'issues.create_comment',
            doing,
            **plan.place,
            issue_number=issue,
            body=with_block(_INTRODUCTION, MATERIALS, fields),
        )
    except UnsureError:
        known = _own_comment(client, plan, issue, author, str(fields[MACHINE]))
        if known is None:
            raise
        return str(known[0])
    made = number(answer, 'id')
    if made is None:
        raise incomplete(doing)
    return str(made)


def delete_comment(client: Client, plan: Address, comment: str) -> None:
    """Deletes a comment, which may be gone already. Raises LearnError."""
    doing = f'delete the comment {comment} in {plan.full_name}'
    try:
        client.rest('issues.delete_comment', doing, **plan.place, comment_id=comment)
    except NotFoundError:
        return


def mark_header(client: Client, plan: Address, issue: int, fields: Mapping[str, str]) -> None:
    """Sets fields of the plan's header; the rest of the body stays as it is, to the byte.

    GitHub has no conditional update, so the body is read again: if somebody saved an older one
    over it, the change is made again in theirs. Raises LearnError.
    """
    doing = f'mark issue #{issue} of {plan.full_name}'
    place = {**plan.place, 'issue_number': issue}
    for _ in range(_MOST_TRIES):
        body = text(client.rest('issues.get', doing, **place), 'body') or ''
        changed = with_fields(body, HEADER, fields)
        if changed is None:
            raise LearnError(
                f'the header of issue #{issue} is written in a way that learn-hook does not '
                'change; write its YAML as one `name: value` per line'
            )
        if changed == body:
            return
        client.rest('issues.update', doing, **place, body=changed)
    raise LearnError(
        f'the body of issue #{issue} keeps changing, so it was left unchanged; try again later'
    )


def _own_comment(
    client: Client, plan: Address, issue: int, author: str, machine: str
) -> tuple[int, str] | None:
    """Id and body. Anybody may copy a machine's name, so the comment must be by `author` too."""
    doing = f'read the comments of issue #{issue} of {plan.full_name}'
    for comment in client.pages('issues.list_comments', doing, **plan.place, issue_number=issue):
        body, found = text(comment, 'body') or '', number(comment, 'id')
        block = metadata_block(body, MATERIALS) or {}
        is_ours = (text(comment, 'user', 'login') or '').lower() == author.lower()
        if found is not None and is_ours and text_of(block, MACHINE) == machine:
            return found, body
    return None


def _edited(client: Client, plan: Address, comment: int, body: str, doing: str) -> bool:
    """False: it was deleted meanwhile."""
    try:
        client.rest('issues.update_comment', doing, **plan.place, comment_id=comment, body=body)
    except NotFoundError:
        return False
    return True
