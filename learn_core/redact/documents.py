"""JSON documents as lists of named strings, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def strings(value: object, name: str, keep: str) -> Iterator[tuple[str, str]]:
    """Every string of a document with its key, in order. A key is a string as well, with an empty
    name. Values under the key `keep` are left out.
    """
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item, name, keep)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield '', str(key)
            if key != keep:
                yield from strings(item, str(key), keep)


def rebuilt(value: object, keep: str, clean: Iterator[str]) -> object:
    """The document with each string that `strings` yields replaced by the next one of `clean`."""
    if isinstance(value, str):
        return next(clean)
    if isinstance(value, (list, tuple)):
        return [rebuilt(item, keep, clean) for item in value]
    if isinstance(value, dict):
        return {
            next(clean): item if key == keep else rebuilt(item, keep, clean)
            for key, item in value.items()
        }
    return value
