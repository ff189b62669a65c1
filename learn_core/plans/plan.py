"""A plan: an issue or pull request, its metadata blocks, and the header that names its sessions.

A metadata block is `<!-- erk:metadata-block:KEY -->`, anything, a fenced `yaml` block, anything,
`<!-- /erk:metadata-block:KEY -->` (later versions of erk leave out the last `:KEY`). It is in a
body or in a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADER = 'plan-header'
MATERIALS = 'learn-materials'
LEARN_LABEL = 'erk-learn'
LONGEST_BLOCK = 20_000  # characters
LARGEST_NUMBER = 10**30

_NO_WRAP = 10**9  # the width of a line: a field is one

_MARK = re.compile(r'<!--\s*(?P<end>/?)erk:metadata-block(?::(?P<key>[A-Za-z0-9_-]+))?\s*-->')
_ALIAS = re.compile(r'(^|[\s,\[{:-])[*&][^\s,\]}]', re.MULTILINE)
_FENCE = re.compile(r'^```ya?ml[ \t]*\r?\n(?P<yaml>.*?)^```', re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class PlanHeader:
    """What the `plan-header` block says about a plan's sessions, branch and repository."""

    created_from_session: str | None = None
    last_local_impl_session: str | None = None
    last_learn_session: str | None = None
    last_session_gist_url: str | None = None
    last_session_id: str | None = None
    last_remote_impl_session_id: str | None = None
    last_remote_impl_run_id: str | None = None
    branch_name: str | None = None
    source_repo: str | None = None
    learned_from_issue: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlanIssue:
    """An issue or pull request that may be a plan. `created` is ISO 8601; `head_branch` is the
    branch of a pull request, else empty.
    """

    number: int
    url: str
    title: str
    labels: tuple[str, ...]
    header: PlanHeader | None
    comments: tuple[str, ...]
    created: str = ''
    is_closed: bool = False
    is_pull: bool = False
    head_branch: str = ''

    @property
    def branch(self) -> str:
        """The plan branch that the plan itself names, empty if it does not."""
        return (self.header and self.header.branch_name) or self.head_branch

    @property
    def is_learned(self) -> bool:
        """Was this plan itself made by learning? Lessons about lessons never end."""
        from_learning = self.header is not None and self.header.learned_from_issue is not None
        return from_learning or LEARN_LABEL in self.labels

    def is_marked(self, labels: Sequence[str]) -> bool:
        """Does it say that it is a plan, by a header or by one of these labels?"""
        return self.header is not None or not set(labels).isdisjoint(self.labels)

    def is_leftover_on(self, branch: str) -> bool:
        """Is a plan reference to it on this branch a leftover? The plan is closed, and had another
        branch.
        """
        return self.is_closed and self.branch not in ('', branch)

    def blocks(self, key: str) -> list[Mapping[str, object]]:
        """The blocks of one key in the comments, in their order, at most one per comment."""
        found = (metadata_block(comment, key) for comment in self.comments)
        return [block for block in found if block is not None]


def plan_issue(
    *, body: str, labels: Sequence[str], comments: Sequence[str], **fields: Any
) -> PlanIssue:
    """The issue with its header read; a body without a readable `plan-header` gives none."""
    block = metadata_block(body, HEADER)
    names = PlanHeader.__dataclass_fields__
    header = None if block is None else PlanHeader(**{name: text_of(block, name) for name in names})
    return PlanIssue(labels=tuple(labels), header=header, comments=tuple(comments), **fields)


def metadata_block(text: str, key: str) -> Mapping[str, object] | None:
    """The mapping in the first block of that key; None if there is none, or its YAML is broken."""
    fence = _fence(text, key)
    return None if fence is None else _mapping(text[fence])


def with_fields(text: str, key: str, fields: Mapping[str, str]) -> str | None:
    """The text with these fields in its first block of that key, unchanged to the byte elsewhere.

    None where there is no such block, or none that would be read back as it should be.
    """
    before = metadata_block(text, key)
    fence = _fence(text, key)
    if before is None or fence is None:
        return None
    lines = _with_lines(text[fence], fields)
    changed = f'{text[: fence.start]}{lines}{text[fence.stop :]}'
    # a field may be written in a way that we do not know: reading it back proves the change
    return changed if metadata_block(changed, key) == {**before, **fields} else None


def with_block(text: str, key: str, fields: Mapping[str, object]) -> str:
    """The text with its first block of that key replaced, or with a new one at its end."""
    import yaml

    lines = yaml.safe_dump(dict(fields), sort_keys=False, width=_NO_WRAP)
    mark, known = f'erk:metadata-block:{key} -->', _block(text, key)
    block = f'<!-- {mark}\n\n```yaml\n{lines}```\n\n<!-- /{mark}'
    if known is None:
        return f'{text}{block}\n'
    return f'{text[: known[0].start]}{block}{text[known[0].stop :]}'


def text_of(block: Mapping[str, object], key: str) -> str | None:
    """A field as text: numbers are written out; None for what is empty or another type."""
    value = block.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return None
    return str(value).strip() or None


def texts_of(block: Mapping[str, object], key: str) -> list[str]:
    """The texts of a field that holds a list."""
    value = block.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _block(text: str, key: str) -> tuple[slice, slice] | None:
    """Where the first block of that key is, and what is between its marks; what is inside a block
    of another key is not one.
    """
    marks = list(_MARK.finditer(text))
    after = 0
    for at, begin in enumerate(marks):
        if begin['end'] or not begin['key'] or begin.start() < after:
            continue
        ends = (mark for mark in marks[at + 1 :] if mark['end'])
        end = next((mark for mark in ends if mark['key'] in (None, begin['key'])), None)
        if end is not None:
            if begin['key'] == key:
                return slice(begin.start(), end.end()), slice(begin.end(), end.start())
            after = end.end()
    return None


def _fence(text: str, key: str) -> slice | None:
    """Where the YAML of the first block of that key is."""
    block = _block(text, key)
    fence = _FENCE.search(text[block[1]]) if block is not None else None
    if block is None or fence is None:
        return None
    return slice(*(block[1].start + place for place in fence.span('yaml')))


def _with_lines(source: str, fields: Mapping[str, str]) -> str:
    """A line for each field: in place of the one that is there, else at the end."""
    import yaml

    end = '\r\n' if '\r\n' in source else '\n'
    for name, value in fields.items():
        line = yaml.safe_dump({name: value}, width=_NO_WRAP).rstrip('\n')
        known = re.compile(rf'^{re.escape(name)}[ \t]*:[^\r\n]*', re.MULTILINE)
        if known.search(source):
            source = known.sub(lambda _: line, source)  # noqa: B023  (called at once)
        else:
            source += line + end
    return source


def _mapping(source: str) -> Mapping[str, object] | None:
    """Refuses aliases, by which a comment of a few lines would become gigabytes."""
    import yaml

    if len(source) > LONGEST_BLOCK or _ALIAS.search(source):
        return None

    try:
        value = yaml.safe_load(source)
    except (yaml.YAMLError, AttributeError, LookupError, ValueError, RecursionError):
        # `!!bool x`, `!!timestamp x` and similar make PyYAML raise these
        return None
    return value if isinstance(value, dict) else None
