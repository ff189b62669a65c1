"""What a GitHub runner gives a job: the event that started it, and a log that others can read.

Anyone who has a gist's URL can read the gist, and anyone can read a run's log in a public
repository. So the URL is read from the event's file, masked before anything else, and is in no
error. A ref is no such secret: only those who can read the repository can fetch it.
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

GIST, REF = 'gist_url', 'materials_ref'

_LIKE_AN_ID = re.compile(r'[A-Za-z0-9]{20,}')


def materials(environ: Mapping[str, str]) -> tuple[str, str]:
    """The input of this workflow run that says where its materials are, GIST or REF, and its value.

    Raises LearnError.
    """
    path = environ.get('GITHUB_EVENT_PATH')
    if not path:
        raise LearnError('this is not a workflow run; give --gist-url or --file')
    try:
        inputs = json.loads(Path(path).read_bytes())['inputs']
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        inputs = None
    for name in (REF, GIST) if isinstance(inputs, dict) else ():
        value = inputs.get(name)
        if isinstance(value, str) and value.strip():
            return name, value
    raise LearnError(
        f'the event of this run has neither {GIST} nor {REF}; let learn-hook start the workflow'
    )


def masks(url: str) -> list[str]:
    """The lines that make a runner write `***` for the URL from then on, and for the gist's id,
    which is all that it takes to open the gist.
    """
    escaped = url.replace('%', '%25').replace('\r', '%0D').replace('\n', '%0A')
    secrets = dict.fromkeys([escaped, *_LIKE_AN_ID.findall(url)])
    return [f'::add-mask::{secret}' for secret in secrets]


@contextmanager
def unnamed(url: str) -> Iterator[None]:
    """Errors about the gist do not hold its URL."""
    try:
        yield
    except LearnError as error:
        raise LearnError(str(error).replace(repr(url[:100]), 'gist_url')) from None
