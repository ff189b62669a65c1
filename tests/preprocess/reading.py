"""Reads written files back, as their readers do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from learn_core.errors import LearnError
from learn_core.preprocess import Job, RenderedFile, preprocess
from tests.agents.claude.logs import SESSION, of, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from learn_core.preprocess import Chunk, Preprocessed
    from learn_core.redact import Redactor


class Element(NamedTuple):
    """One child of a session: its tag, attributes and text."""

    tag: str
    attributes: dict[str, str]
    text: str
    children: list[tuple[str, dict[str, str], str]]


@dataclass(frozen=True)
class Done:
    """A session's files, and what was said of it."""

    chunks: tuple[Chunk, ...]
    said: Preprocessed

    @property
    def left_out(self) -> Mapping[str, int]:
        """What each rule left out."""
        return self.said.left_out


def preprocessed(
    log: Path,
    session_id: str = SESSION,
    *,
    redactor: Redactor,
    prefix: str = 'impl',
    max_tokens: int = 20_000,
    already: Collection[int] = frozenset(),
) -> Done:
    """One log, preprocessed. Raises what came of it if that is an error."""
    job = Job(of(log, session_id), prefix, already)
    (said,) = preprocess([job], redactor=redactor, max_tokens=max_tokens)
    if isinstance(said, LearnError):
        raise said
    return Done(said.chunks, said)


def rendered_again(
    text: str,
    name: str = 'impl-a.xml',
    session_id: str = 'a',
    *,
    redactor: Redactor,
    max_tokens: int = 20_000,
) -> Done:
    """A session that was rendered before, once more."""
    file = RenderedFile(text, name, session_id)
    (said,) = preprocess([file], redactor=redactor, max_tokens=max_tokens)
    if isinstance(said, LearnError):
        raise said
    return Done(said.chunks, said)


def run(folder: Path, redactor: Redactor, *entries: object, max_tokens: int = 20_000) -> Done:
    """A log with these entries, preprocessed."""
    log = write(folder / f'{SESSION}.jsonl', *entries)
    return preprocessed(log, redactor=redactor, max_tokens=max_tokens)


def elements(chunks: Iterable[Chunk]) -> list[Element]:
    """All children of all files in order, meta lines apart."""
    import xmltodict

    found = []
    for chunk in chunks:
        xmltodict.parse(chunk.text, strip_whitespace=False)
        for child in ET.fromstring(chunk.text):  # noqa: S314 - it was proved harmless a line above
            inner = [(each.tag, dict(each.attrib), each.text or '') for each in child]
            found.append(Element(child.tag, dict(child.attrib), child.text or '', inner))
    return [element for element in found if element.tag != 'meta']


def texts(done: Done, tag: str) -> list[str]:
    """The texts of all elements of a tag."""
    return [element.text for element in elements(done.chunks) if element.tag == tag]


def metas(chunk: Chunk) -> list[dict[str, str]]:
    """The meta lines of a file."""
    root = ET.fromstring(chunk.text)  # noqa: S314 - our own output
    return [dict(child.attrib) for child in root if child.tag == 'meta']
