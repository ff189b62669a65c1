"""The engine that finds secrets by its own rules and ours. It makes no network requests.

Uses the plain `Scanner`: a detection policy would obey `kingfisher:ignore` comments in the text, so
that a log could switch redaction off.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from learn_core.errors import RedactionError
from learn_core.redact.engine.block import JOINT, Block, block_of
from learn_core.redact.engine.escapes import unescaped
from learn_core.redact.engine.time_limit import Hand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kingfisher_sdk import Finding as EngineFinding
    from kingfisher_sdk import Scanner

    _Place = tuple[int, int, EngineFinding]

SECONDS_PER_SCAN = 60.0
BYTES_PER_SECOND = 5_000_000  # a tenth of its usual speed: a long text gets more time
OURS = 'learn-hook.'
ANY_ENTROPY = -1.0  # what is not above the least entropy is left out

_WITHIN_CHARACTERS = bytes(range(0x80, 0xC0))  # bytes of UTF-8 that begin no character
# a rule with few words is ten times as fast as one with many
_MOST_WORDS = {'WORD': 1, 'SERVICE': 19}

_hand = Hand()


class Finding(NamedTuple):
    """Where a rule found something in a text, in characters.

    `rule` is the kind of secret, of one of our own rules `<group>.<kind>`; `encoded` says that it
    was found in what the place means in base64.
    """

    start: int
    end: int
    rule: str
    is_ours: bool = False
    encoded: bool = False


class Scan(NamedTuple):
    """What was found in a text, in its order, and the text as the engine saw it: without escapes,
    every character in the same place.
    """

    findings: list[Finding]
    seen: str


class Found(NamedTuple):
    """What was found in many texts: within each by its number, and the first and last text of
    every finding that spans several.
    """

    within: dict[int, Scan]
    across: list[tuple[int, int]]


class Engine:
    """Finds by one set of rules what may be a secret. Raises RedactionError if a scan fails."""

    def __init__(self, engine: Scanner, *, plain: bool = False) -> None:
        self._engine = engine
        self._view = _without_nul if plain else unescaped

    def scan(self, text: str) -> Scan:
        """Scans one text."""
        return self.scan_many(block_of([text])).within.get(0) or Scan([], text)

    def scan_many(self, block: Block) -> Found:
        """Scans many texts in one call."""
        data, starts = self._view(block.data), block.starts
        found: dict[int, list[_Place]] = {}
        across = []
        for start, end, one in self._places(data):
            first = block.text_at(start)
            if end <= starts[first + 1] - len(JOINT):
                here = starts[first]
                found.setdefault(first, []).append((start - here, end - here, one))
            else:
                across.append((first, block.text_at(end - 1)))
        within = {}
        for number, own in found.items():
            piece = data[starts[number] : starts[number + 1] - len(JOINT)]
            within[number] = Scan(_placed(own, piece), piece.decode())
        return Found(within, across)

    def _places(self, data: bytes) -> list[_Place]:
        """What the engine finds, with byte offsets. It checks its own time limit only now and then,
        so it works in a thread that is abandoned when it hangs.
        """
        seconds = SECONDS_PER_SCAN + len(data) / BYTES_PER_SECOND
        try:
            found = _hand.within(seconds + 1, lambda: self._engine.scan(data, timeout=seconds))
        except Exception as error:
            raise RedactionError(
                f'the scan for secrets failed ({type(error).__name__}); nothing was written or sent'
            ) from error
        seen = [(one.location, one) for one in found if one.visible]
        return [(place['start_offset'], place['end_offset'], one) for place, one in seen]


@lru_cache(maxsize=1)
def load() -> Engine:
    """The engine with its rules and ours.

    Loading costs 0.3 s from the rule cache and several seconds without. Raises RedactionError if
    it cannot be loaded.
    """
    with _loading():
        from kingfisher_sdk import Rules, Scanner

        with _passed(rules()) as path:
            return Engine(Scanner(Rules([path], cache_dir=_usable_cache())))


def load_literals(literals: Sequence[str]) -> Engine:
    """An engine that finds exactly these strings; `rule` is `literal.` and the number of each.

    They reach the engine through a file that nobody else can open. Raises RedactionError.
    """
    numbered = enumerate(map(_pattern, literals))
    rules = [
        _rule_of(f'{OURS}literal.{number}', pattern, ANY_ENTROPY) for number, pattern in numbered
    ]
    with _loading(), _passed(rules) as path:
        from kingfisher_sdk import Rules, Scanner

        return Engine(Scanner(Rules([path], builtins=False, cache=False), base64=False), plain=True)


def rules() -> Iterator[dict[str, object]]:
    """Our rules in the engine's format, from `rules.yaml`."""
    import yaml

    groups = yaml.safe_load(Path(__file__).with_name('rules.yaml').read_text('utf-8'))
    words = {name: groups.pop(name).split() for name in _MOST_WORDS}
    for group, patterns in groups.items():
        for kind, pattern in patterns.items():
            name = next((name for name in words if name in pattern), '')
            if not name:
                yield _rule_of(f'{OURS}{group}.{kind}', pattern, ANY_ENTROPY)
            for at in range(0, len(words.get(name, ())), _MOST_WORDS.get(name, 1)):
                some = '|'.join(words[name][at : at + _MOST_WORDS[name]])
                full = pattern.replace(name, f'(?:{some})')
                yield _rule_of(f'{OURS}{group}.{kind}.{at}', full, ANY_ENTROPY)


def _rule_of(identity: str, pattern: str, least_entropy: float) -> dict[str, object]:
    return {
        'name': identity,
        'id': identity,
        'pattern': pattern,
        'min_entropy': least_entropy,
        'confidence': 'medium',
    }


def warm() -> None:
    """Fills the rule cache before the first push needs it. Raises RedactionError."""
    load()


def cache_folder() -> Path:
    """Where compiled rules are cached, in the user's cache folder."""
    base = os.environ.get('XDG_CACHE_HOME') or str(Path('~/.cache').expanduser())
    return Path(base) / 'learn-hook' / 'rules'


@contextmanager
def _loading() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise RedactionError(
            f'the secret scanner does not load ({type(error).__name__}), so nothing can be sent; '
            'install learn-hook again'
        ) from error


def _usable_cache() -> Path | None:
    """The cache folder, made private; None if the home is missing or read-only."""
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder


@contextmanager
def _passed(rules: Iterable[dict[str, object]]) -> Iterator[str]:
    """A path from which the engine reads the rules, of a file without a name."""
    with _nameless() as file:
        file.write(json.dumps({'rules': list(rules)}, ensure_ascii=False).encode())
        file.seek(0)
        yield f'/dev/fd/{file.fileno()}'


def _nameless() -> IO[bytes]:
    """A file in memory, or, where the system has none, one that is deleted already."""
    if hasattr(os, 'memfd_create'):
        return os.fdopen(os.memfd_create('rules'), 'w+b')
    return tempfile.TemporaryFile()  # pragma: no cover - Linux has the other


def _pattern(literal: str) -> str:
    """A regular expression for exactly these characters that needs no quoting in YAML."""
    return ''.join(map(_escaped, literal.encode('utf-8', 'replace').decode()))


def _escaped(one: str) -> str:
    if one.isascii():
        return one if one.isalnum() else f'\\x{ord(one):02x}'
    return one if one.isprintable() else '(?s:.{1,4}?)'


def _without_nul(data: bytes) -> bytes:
    return data.replace(b'\0', b' ')


def _placed(places: list[_Place], data: bytes) -> list[Finding]:
    """Findings in the order of the text; byte offsets of UTF-8 become character offsets."""
    offsets = {offset for start, end, _ in places for offset in (start, end)}
    at = _characters(sorted(offsets), data)
    findings = [
        Finding(at[start], at[end], *_rule(one.rule_id), encoded=one.is_base64_encoded)
        for start, end, one in places
    ]
    return sorted(findings)


def _characters(offsets: list[int], data: bytes) -> dict[int, int]:
    """The number of characters that begin before each offset, in one pass over the bytes. The
    engine counts bytes, so an offset may fall inside a character.
    """
    if data.isascii():
        return dict(zip(offsets, offsets, strict=True))
    found, before, characters = {}, 0, 0
    for offset in offsets:
        characters += len(data[before:offset].translate(None, _WITHIN_CHARACTERS))
        found[offset], before = characters, offset
    return found


@lru_cache(maxsize=1024)
def _rule(identity: str) -> tuple[str, bool]:
    """`betterleaks.github-pat` -> `github-pat`; of ours, `learn-hook.form.jwt` -> `form.jwt`."""
    if identity.startswith(OURS):
        return '.'.join(identity.removeprefix(OURS).split('.')[:2]), True
    *_, family, name = identity.lower().split('.')
    kind = re.sub('[^a-z0-9]', '-', family if name.isdigit() else name).strip('-')
    return kind or 'secret', False
