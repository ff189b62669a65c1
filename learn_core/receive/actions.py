"""What a GitHub runner gives a job: the event that started it, and a log that others may read.

Who has a gist's URL can read the gist, and in a public repository everyone can read a run's log. So
the URL is taken from the event's file, is masked before anything else, and stands in no error.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LIKE_AN_ID = re.compile(r'[A-Za-z0-9]{20,}')


def gist_url(environ: Mapping[str, str]) -> str:
    """The input `gist_url` of the run that this is. Raises LearnError."""
    path = environ.get('GITHUB_EVENT_PATH')
    if not path:
        raise LearnError('this is no run of a workflow; give --gist-url or --file')
    try:
        url = json.loads(Path(path).read_bytes())['inputs']['gist_url']
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        url = None
    if not isinstance(url, str) or not url.strip():
        raise LearnError('the event of this run has no input gist_url; let learn-hook start it')
    return url


def masks(url: str) -> list[str]:
    """The lines that make a runner write `***` for the URL from then on, and for the gist's id,
    which alone opens the gist.
    """
    secrets = dict.fromkeys([url, *_LIKE_AN_ID.findall(url)])
    return [f'::add-mask::{_escaped(secret)}' for secret in secrets]


@contextmanager
def unnamed(url: str) -> Iterator[None]:
    """Trouble with the gist is told without its URL."""
    try:
        yield
    except LearnError as error:
        raise LearnError(str(error).replace(repr(url[:100]), 'gist_url')) from None


def _escaped(value: str) -> str:
    return value.replace('%', '%25').replace('\r', '%0D').replace('\n', '%0A')
