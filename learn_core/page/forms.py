"""What is shown of a plan, in three forms: one static HTML document, lines for a terminal, JSON.

jinja2 escapes every value in the document; nothing in the lines steers a terminal.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
import textwrap
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learn_core.errors import LearnError
from learn_core.materials.packed import OVERVIEW
from learn_core.page.parts import parts_of, redactions_of
from learn_core.page.verdict import ALLOW, commands_of, moment, verdict_of
from learn_core.page.visible import blocks, facts, marked, plain
from learn_core.words import counted, thousands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from learn_core.page.parts import Part
    from learn_core.page.shown import Shown

OPEN = 1_000_000  # bytes of files that are shown opened
WIDTH = 80  # characters, unless the terminal tells its width

_LINK = re.compile(r'https?://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9/._-]*')
_WHY = {
    'header': "the plan's header",
    'comment': 'a comment on the plan',
    'continuation': 'continues the session before',
    'branch': 'worked on the branch',
    'remote': 'ran elsewhere',
}
_OF_PAGE = ('text', 'is_session', 'is_agent', 'is_read', 'entries')  # fields of a part


def write_page(shown: Shown, path: Path, now: float) -> None:
    """Writes the page, readable by its owner alone. Raises LearnError if that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix='.learn-hook-')  # 0600
        try:
            with os.fdopen(descriptor, 'w', encoding='utf-8', newline='\n') as file:
                file.write(_html(shown, now))
            Path(aside).replace(path)
        finally:
            Path(aside).unlink(missing_ok=True)
    except OSError as error:
        raise LearnError(
            f'{path} cannot be written ({error.strerror}); name another place with --output'
        ) from error


def text_of(shown: Shown, now: float, width: int = WIDTH, *, full: bool = False) -> Iterator[str]:
    """What is on the page, line by line, none wider than `width` characters.

    The conversation is there only in `full`, with every word; its lines are folded.
    """
    template = _environment().get_template('page.txt')
    text = template.render(_told(shown, now), full=full)
    for line in text.removesuffix('\n').split('\n'):
        said = plain(line)
        yield from [said] if len(said) <= width else _folded(said, width)


def json_of(shown: Shown, now: float) -> Iterator[str]:
    """Everything as one JSON object, piece by piece: first the facts, then the files with their
    entries.
    """
    told = _told(shown, now)
    suspicious, redacted = shown.suspicious, Counter[str]()
    for one in told['redactions']:
        redacted[one.kind] += one.times
    document = {name: value for name, value in vars(shown).items() if name != 'files'}
    document |= {
        'suspicious': None if suspicious is None else [one._asdict() for one in suspicious],
        'verdict': told['verdict']._asdict(),
        'tokens': told['tokens'],
        'redactions': [one._asdict() for one in told['redactions']],
        'redacted': redacted,
    }
    yield json.dumps(document, sort_keys=True)[:-1] + ', "files": ['
    for order, part in enumerate(told['parts']):
        yield (', ' if order else '') + json.dumps(_document(part))
    yield ']}\n'


def _document(part: Part) -> dict[str, object]:
    entries = [
        {
            'number': number,
            **entry._asdict(),
            'facts': dict(entry.facts),
            'fields': [field._asdict() for field in entry.fields],
        }
        for number, entry in enumerate(part.entries, 1)
    ]
    told = {name: value for name, value in vars(part).items() if name not in _OF_PAGE}
    return {**told, 'entries': entries}


def _told(shown: Shown, now: float) -> dict[str, Any]:
    """What every form tells."""
    parts = parts_of(shown)
    return {
        'shown': shown,
        'verdict': verdict_of(shown, now),
        'commands': commands_of(shown),
        'allow': ALLOW,
        'overview': shown.files.get(OVERVIEW, ''),
        'parts': parts,
        'redactions': redactions_of(parts),
        'tokens': sum(part.tokens for part in parts),
    }


def _html(shown: Shown, now: float) -> str:
    environment = _environment()
    style, script = (environment.get_template(f'page.{end}').render() for end in ('css', 'js'))
    told = _told(shown, now)
    parts = told['parts']
    return environment.get_template('page.html').render(
        told,
        kinds=dict(Counter(entry.kind for part in parts for entry in part.entries).most_common()),
        labels={part.name: part.label for part in parts},
        sessions=len({part.session_id for part in parts if part.is_session}),
        is_small=sum(part.size for part in parts) <= OPEN,
        style_hash=_hash_of(style),
        script_hash=_hash_of(script),
        now=now,
        version=version('learn-hook'),
    )


def _hash_of(text: str) -> str:
    """As the Content-Security-Policy names what may run."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def is_link(url: str) -> bool:
    """Whether it may be a link: a plain address, as GitHub answers."""
    return bool(_LINK.fullmatch(url))


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader('learn_core.page'),
        autoescape=select_autoescape(disabled_extensions=('txt',), default=True),
        undefined=StrictUndefined,
        line_statement_prefix='%%',
    )
    made.filters.update(marked=marked, facts=facts, thousands=thousands, blocks=blocks)
    made.globals.update(is_link=is_link, moment=moment, counted=counted, why=_WHY)
    return made


def _folded(line: str, width: int) -> list[str]:
    indent = ' ' * min(len(line) - len(line.lstrip()), 16)
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=indent,
        drop_whitespace=False,
        replace_whitespace=False,
        expand_tabs=False,
        break_on_hyphens=False,
    )
