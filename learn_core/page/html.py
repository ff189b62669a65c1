"""The page as one HTML file. Whatever is written into it goes through jinja2's own escaping."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.page import plots, words
from learn_core.page.looks import MOST_SHOWN
from learn_core.page.timeline import LANES
from learn_core.page.verdict import moment
from learn_core.page.visible import RANGES, segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from learn_core.page.model import Page

READABLE = 5_000_000  # bytes of files that are in the page as HTML; more of them are unpacked there
OPEN = 1_000_000  # bytes of files that are shown opened

_COMMENTS = 1_000_000  # bytes of a file that is no session
_LINK = re.compile(r'https?://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9/._-]*')


def write_page(page: Page, path: Path, now: float) -> None:
    """Writes the page, for its owner alone to read. Raises LearnError if that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix='.learn-hook-')  # 0600
        try:
            with os.fdopen(descriptor, 'w', encoding='utf-8', newline='\n') as file:
                file.writelines(html_of(page, now))
            Path(aside).replace(path)
        finally:
            Path(aside).unlink(missing_ok=True)
    except OSError as error:
        raise LearnError(
            f'{path} can not be written ({error.strerror}); name another place with --output'
        ) from error


def html_of(page: Page, now: float) -> Iterator[str]:
    """The page, piece by piece."""
    environment = _environment()
    style, script = (environment.get_template(f'page.{end}').render() for end in ('css', 'js'))
    size = sum(file.size for file in page.files)
    is_static = size <= READABLE
    template = environment.get_template('page.html')
    stream = template.stream(
        page=page,
        now=now,
        version=version('learn-hook'),
        policy=policy(style, script),
        title=f'learn-hook: plan #{page.plan}',
        subject=f'what leaves for plan #{page.plan}',
        ranges=json.dumps(RANGES),
        is_static=is_static,
        opens_at_once=size <= OPEN,
        holds=lambda file: is_static or (not file.is_session and file.size <= _COMMENTS),
        base64=lambda file: base64.b64encode(file.text).decode(),
        **_figures(page),
        **_names(page),
    )
    stream.enable_buffering(200)
    return iter(stream)


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
    """May it be a link? Such are only GitHub's answers, and these only if they are plain."""
    return bool(_LINK.fullmatch(url))


def _figures(page: Page) -> dict[str, object]:
    kinds: Counter[str] = Counter()
    for file in page.files:
        kinds.update(file.kinds)
    stacks = plots.stacks_of(page)
    rows = [(kind, file.name, n) for file in page.files for kind, n in file.redactions.items()]
    return {
        'steps': plots.steps_of(page),
        'stacks': stacks,
        'columns': plots.columns_of(stacks) if len(stacks) > plots.MANY else (),
        'height': plots.HEIGHT,
        'many': plots.MANY,
        'limit_at': 100 * page.measured.max_tokens / plots.axis(page),
        'groups': plots.GROUPS,
        'lanes': {line.log: plots.lanes_of(line) for line in page.timelines},
        'all_lanes': LANES,
        'redaction_bars': plots.counted(page.redactions),
        'redaction_rows': sorted(rows),
        'has_more_places': sum(page.redactions.values()) > sum(map(len, page.places.values())),
        'most_places': MOST_SHOWN,
        'all_kinds': dict(kinds.most_common()),
    }


def _names(page: Page) -> dict[str, object]:
    return {
        'short': words.short,
        'short_names': {file.name: words.short(file) for file in page.files},
        'log_names': {file.log: words.short_log(file) for file in page.files},
        'abouts': {file.log: file.about for file in page.files},
        'group_names': words.GROUP_NAMES,
        'lane_names': words.LANE_NAMES,
    }


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader('learn_core.page'),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    made.globals.update(
        segments=segments,
        cr='\r',
        is_link=is_link,
        fact_text=words.fact,
        why=words.why,
        clock=lambda seconds: time.strftime('%H:%M:%S', time.gmtime(seconds)),
        moment=moment,
        percent=lambda number: f'{number:g}%',
        thousands=words.thousands,
        signed=words.signed,
        counted=words.counted,
        duration=words.duration,
    )
    return made
