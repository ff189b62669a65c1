"""Reads written files back, as their readers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from learn_core.preprocess import preprocess
from tests.transcript.logs import SESSION, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from learn_core.preprocess import Chunk, Preprocessed
    from learn_core.redact import Redactor


class Element(NamedTuple):
    """One child of a session: its tag, attributes and text."""

    tag: str
    attributes: dict[str, str]
    text: str
    children: list[tuple[str, dict[str, str], str]]


def run(
    folder: Path, redactor: Redactor, *entries: object, max_tokens: int = 20_000
) -> Preprocessed:
    """A log with these entries, preprocessed."""
    log = write(folder / f'{SESSION}.jsonl', *entries)
    return preprocess(log, SESSION, prefix='impl', redactor=redactor, max_tokens=max_tokens)


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


def texts(done: Preprocessed, tag: str) -> list[str]:
    """The texts of all elements of a tag."""
    return [element.text for element in elements(done.chunks) if element.tag == tag]


def metas(chunk: Chunk) -> list[dict[str, str]]:
    """The meta lines of a file."""
    root = ET.fromstring(chunk.text)  # noqa: S314 - our own output
    return [dict(child.attrib) for child in root if child.tag == 'meta']
