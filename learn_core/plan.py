"""The plan issue: metadata blocks in Markdown, and the header that names a plan's sessions.

A metadata block is `<!-- erk:metadata-block:KEY -->`, anything, a fenced `yaml` block, anything,
`<!-- /erk:metadata-block:KEY -->`. It stands in an issue's body or in a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEARN_LABEL = 'erk-learn'
LONGEST_BLOCK = 20_000  # characters
LARGEST_NUMBER = 10**30

_BLOCK = re.compile(
    r'<!--\s*erk:metadata-block:(?P<key>[A-Za-z0-9_-]+)\s*-->'
    r'(?P<inside>.*?)'
    r'<!--\s*/erk:metadata-block:(?P=key)\s*-->',
    re.DOTALL,
)
_ALIAS = re.compile(r'(^|[\s,\[{:-])[*&][^\s,\]}]', re.MULTILINE)
_FENCE = re.compile(r'^```ya?ml[ \t]*\r?\n(?P<yaml>.*?)^```', re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class PlanHeader:
    """What the `plan-header` block says of a plan's sessions, branch and repo."""

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
    """An issue that may be a plan: it is one if it has a header."""

    number: int
    url: str
    title: str
    labels: tuple[str, ...]
    header: PlanHeader | None
    comments: tuple[str, ...]

    @property
    def is_learned(self) -> bool:
        """Was this plan itself made by learning? Lessons about lessons never end."""
        from_learning = self.header is not None and self.header.learned_from_issue is not None
        return from_learning or LEARN_LABEL in self.labels

    def blocks(self, key: str) -> list[Mapping[str, object]]:
        """The blocks of one key in the comments, in their order, one a comment at most."""
        found = (metadata_block(comment, key) for comment in self.comments)
        return [block for block in found if block is not None]


def plan_issue(
    *, number: int, url: str, title: str, body: str, labels: Sequence[str], comments: Sequence[str]
) -> PlanIssue:
    """The issue with its header read; a body without a readable `plan-header` gives none."""
    block = metadata_block(body, 'plan-header')
    return PlanIssue(
        number=number,
        url=url,
        title=title,
        labels=tuple(labels),
        header=None if block is None else _header(block),
        comments=tuple(comments),
    )


def metadata_block(text: str, key: str) -> Mapping[str, object] | None:
    """The mapping in the first block of that key; broken YAML is as no block."""
    for match in _BLOCK.finditer(text):
        if match['key'] == key:
            fence = _FENCE.search(match['inside'])
            return None if fence is None else _mapping(fence['yaml'])
    return None


def text_of(block: Mapping[str, object], key: str) -> str | None:
    """A field as text; numbers are written out, empty and other values are None."""
    value = block.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return None
    return str(value).strip() or None


def texts_of(block: Mapping[str, object], key: str) -> list[str]:
    """A field that holds a list of texts; what is no text is left out."""
    value = block.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _header(block: Mapping[str, object]) -> PlanHeader:
    return PlanHeader(**{name: text_of(block, name) for name in PlanHeader.__dataclass_fields__})


def _mapping(source: str) -> Mapping[str, object] | None:
    """Without aliases, by which a comment of a few lines would become gigabytes."""
    import yaml

    if len(source) > LONGEST_BLOCK or _ALIAS.search(source):
        return None

    try:
        value = yaml.safe_load(source)
    except (yaml.YAMLError, AttributeError, LookupError, ValueError, RecursionError):
        # `!!bool x`, `!!timestamp x` and their like escape PyYAML as what they are
        return None
    return value if isinstance(value, dict) else None
