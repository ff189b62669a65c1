"""The page as one static HTML document. Every value in it is escaped by jinja2."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.materials.packed import OVERVIEW
from learn_core.page import markdown
from learn_core.page.parts import kinds_of, parts_of, redactions_of
from learn_core.page.verdict import ALLOW, commands_of, moment, verdict_of
from learn_core.page.visible import marked
from learn_core.page.words import facts, why
from learn_core.words import counted, thousands

if TYPE_CHECKING:
    from jinja2 import Environment

    from learn_core.page.shown import Shown

OPEN = 1_000_000  # bytes of files that are shown opened

_LINK = re.compile(r'https?://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9/._-]*')


def write_page(shown: Shown, path: Path, now: float) -> None:
    """Writes the page, readable by its owner alone. Raises LearnError if that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix='.learn-hook-')  # 0600
        try:
            with os.fdopen(descriptor, 'w', encoding='utf-8', newline='\n') as file:
                file.write(html_of(shown, now))
            Path(aside).replace(path)
        finally:
            Path(aside).unlink(missing_ok=True)
    except OSError as error:
        raise LearnError(
            f'{path} cannot be written ({error.strerror}); name another place with --output'
        ) from error


def html_of(shown: Shown, now: float) -> str:
    """The page."""
    environment = _environment()
    style, script = (environment.get_template(f'page.{end}').render() for end in ('css', 'js'))
    parts = parts_of(shown)
    redactions = redactions_of(parts)
    kinds = Counter(entry.kind for part in parts for entry in part.entries)
    return environment.get_template('page.html').render(
        shown=shown,
        verdict=verdict_of(shown, now),
        commands=commands_of(shown),
        allow=ALLOW,
        parts=parts,
        overview=markdown.blocks(shown.files.get(OVERVIEW, '')),
        redactions=redactions,
        redacted=kinds_of(redactions),
        kinds=dict(kinds.most_common()),
        labels={part.name: part.label for part in parts},
        tokens=sum(part.tokens for part in parts),
        sessions=len({part.session_id for part in parts if part.is_session}),
        is_small=sum(part.size for part in parts) <= OPEN,
        policy=policy(style, script),
        now=now,
        version=version('learn-hook'),
    )


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy: this style and this script, and nothing from anywhere."""
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (script, style)
    ]
    return (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )


def is_link(url: str) -> bool:
    """Whether it may be a link: a plain address, as GitHub answers."""
    return bool(_LINK.fullmatch(url))


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader('learn_core.page'), autoescape=True, undefined=StrictUndefined
    )
    made.filters.update(marked=marked, facts=facts, why=why, thousands=thousands)
    made.globals.update(is_link=is_link, moment=moment, counted=counted)
    return made
