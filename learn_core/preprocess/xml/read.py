"""The one reader of rendered sessions: XML -> elements, for files made here or elsewhere.

A session that was rendered elsewhere comes out of a gist that anyone may have written: whatever is
not a `<session>` is refused, and its reader gets text and attributes, never markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast
from xml.parsers import expat

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Path = Sequence[tuple[str, Mapping[str, str] | None]]

_NO_SESSION = 'the gist holds no session, raw or as XML'
_RESULT = 'tool_result'


class Element(NamedTuple):
    """One element with its own text and, behind that, its children.

    The text is what was rendered, without the line breaks and spaces of the layout.
    """

    tag: str
    attributes: Mapping[str, str]
    text: str
    children: tuple[Element, ...] = ()


class _Collector:
    """Gets each element from xmltodict at its end, so in the order of the document."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self._children: list[Element] = []
        self._deeper: list[str] = []

    def __call__(self, path: Path, key: str, value: Any) -> tuple[str, Any] | None:
        """Keeps attributes and text for their element; takes the element itself out of the tree."""
        if key.startswith('@') or key == '#text':
            return key, value
        text = value if isinstance(value, str) else (value or {}).get('#text', '')
        depth, attributes = len(path), path[-1][1] or {}
        if depth > 3:
            self._deeper.append(text)
        elif depth == 3:
            self._children.append(Element(key, attributes, text + ''.join(self._deeper)))
            self._deeper = []
        elif depth == 2:
            children, self._children = tuple(self._children), []
            own = _without_layout(key, attributes, text, len(children))
            self.elements.append(Element(key, attributes, own, children))
        elif key != 'session':
            raise LearnError(_NO_SESSION)
        return None


def read_session(text: str) -> list[Element]:
    """The elements under `<session>`, in their order.

    Raises LearnError for anything else; entities and what they stand for are refused.
    """
    import xmltodict

    collector = _Collector()
    try:
        xmltodict.parse(
            text.encode('utf-8', 'replace'),
            encoding='utf-8',  # whatever it declares, it was decoded as that
            strip_whitespace=False,
            postprocessor=cast('Any', collector),  # its type does not know that None drops
        )
    except (expat.ExpatError, ValueError) as error:
        raise LearnError(f'{_NO_SESSION} ({error})') from error
    return collector.elements


def _without_layout(tag: str, attributes: Mapping[str, str], text: str, children: int) -> str:
    """An element's own text without the line breaks that `render` puts around it.

    Older files have two spaces behind each.
    """
    if children or tag == _RESULT:
        for _ in range(children + 1):
            before, line_break, behind = text.rpartition('\n')
            text = before if line_break and not behind.strip(' ') else text
        text = '' if children and not text.strip() else text
    parts = attributes.get('part', '1/').split()
    is_first = all(part.startswith('1/') for part in parts)
    return text.removeprefix('\n') if tag == _RESULT and is_first else text
