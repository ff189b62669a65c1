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

HEADER = 'plan-header'
MATERIALS = 'learn-materials'
LEARN_LABEL = 'erk-learn'
LONGEST_BLOCK = 20_000  # characters
LARGEST_NUMBER = 10**30

_NO_WRAP = 10**9  # the width of a line: a field is one

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
    block = metadata_block(body, HEADER)
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
    fence = _fence(text, key)
    return None if fence is None else _mapping(text[fence[0] : fence[1]])


def with_fields(text: str, key: str, fields: Mapping[str, str]) -> str | None:
    """The text with these fields in its first block of that key, unchanged to the byte elsewhere.

    None where there is no such block, or none that would be read back as it should be.
    """
    before = metadata_block(text, key)
    fence = _fence(text, key)
    if before is None or fence is None:
        return None
    start, end = fence
    changed = f'{text[:start]}{_with_lines(text[start:end], fields)}{text[end:]}'
    # a field may stand there in a way that we do not know: reading it back is the proof
    return changed if metadata_block(changed, key) == {**before, **fields} else None


def with_block(text: str, key: str, fields: Mapping[str, object]) -> str:
    """The text with its first block of that key made anew, or with a new one at its end."""
    block = new_block(key, fields).rstrip('\n')
    for match in _BLOCK.finditer(text):
        if match['key'] == key:
            return f'{text[: match.start()]}{block}{text[match.end() :]}'
    return f'{text}{block}\n'


def new_block(key: str, fields: Mapping[str, object]) -> str:
    """A metadata block as it stands in an issue or a comment."""
    import yaml

    lines = yaml.safe_dump(dict(fields), sort_keys=False, width=_NO_WRAP)
    return (
        f'<!-- erk:metadata-block:{key} -->\n\n```yaml\n{lines}```\n\n'
        f'<!-- /erk:metadata-block:{key} -->\n'
    )


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


def _fence(text: str, key: str) -> tuple[int, int] | None:
    """Where the YAML of the first block of that key begins and ends."""
    for match in _BLOCK.finditer(text):
        if match['key'] == key:
            fence = _FENCE.search(match['inside'])
            if fence is None:
                return None
            offset = match.start('inside')
            return offset + fence.start('yaml'), offset + fence.end('yaml')
    return None


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
