"""What a run writes on the plan: one comment per machine, and fields of the header."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.answers import UnsureError, incomplete, number, text
from learn_core.github.http.client import Client
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

_MACHINE = 'machine'
_INTRODUCTION = 'What one machine sent for this plan, for learn-hook on other machines:\n\n'
_MOST_TRIES = 3


class Comments(Client):
    """What is left on issues of the plans' repository. All raise LearnError."""

    def put_comment(self, issue: int, author: str, fields: Mapping[str, object]) -> str:
        """Creates or edits the comment of the machine that `fields` name, and returns its id.

        What others wrote into it stays. Raises UnsureError if it may have been created.
        """
        place, machine = self.plan_address.place, str(fields[_MACHINE])
        doing = f'leave a comment on issue #{issue} of {self.plan_address.full_name}'
        known = self._own_comment(issue, author, machine)
        if known is not None:
            there, body = known
            changed = with_block(body, MATERIALS, fields)
            with suppress(NotFoundError):  # it was deleted meanwhile
                if changed != body:
                    asked = {'comment_id': there, 'body': changed}
                    self.rest('issues.update_comment', doing, **place, **asked)
                return str(there)
        asked = {'issue_number': issue, 'body': with_block(_INTRODUCTION, MATERIALS, fields)}
        try:
            made = number(self.rest('issues.create_comment', doing, **place, **asked), 'id')
        except UnsureError:
            known = self._own_comment(issue, author, machine)
            if known is None:
                raise
            made = known[0]
        if made is None:
            raise incomplete(doing)
        return str(made)

    def delete_comment(self, comment: str) -> None:
        """Deletes a comment, which may be gone already."""
        doing = f'delete the comment {comment} in {self.plan_address.full_name}'
        with suppress(NotFoundError):
            place = self.plan_address.place
            self.rest('issues.delete_comment', doing, **place, comment_id=comment)

    def mark_header(self, issue: int, fields: Mapping[str, str]) -> None:
        """Sets fields of the plan's header; the rest of the body stays as it is, to the byte.

        GitHub has no conditional update, so the body is read again: if somebody saved an older one
        over it, the change is made again in theirs.
        """
        doing = f'mark issue #{issue} of {self.plan_address.full_name}'
        place = {**self.plan_address.place, 'issue_number': issue}
        for _ in range(_MOST_TRIES):
            body = text(self.rest('issues.get', doing, **place), 'body') or ''
            changed = with_fields(body, HEADER, fields)
            if changed is None:
                raise LearnError(
                    f'the header of issue #{issue} is written in a way that learn-hook does not '
                    'change; write its YAML as one `name: value` per line'
                )
            if changed == body:
                return
            self.rest('issues.update', doing, **place, body=changed)
        raise LearnError(
            f'the body of issue #{issue} keeps changing, so it was left unchanged; try again later'
        )

    def _own_comment(self, issue: int, author: str, machine: str) -> tuple[int, str] | None:
        """Id and body. Anybody may copy a machine's name, so it must be by `author` too."""
        plan = self.plan_address
        doing = f'read the comments of issue #{issue} of {plan.full_name}'
        for comment in self.pages('issues.list_comments', doing, **plan.place, issue_number=issue):
            body, found = text(comment, 'body') or '', number(comment, 'id')
            block = metadata_block(body, MATERIALS) or {}
            is_ours = (text(comment, 'user', 'login') or '').lower() == author.lower()
            if found is not None and is_ours and text_of(block, _MACHINE) == machine:
                return found, body
        return None
