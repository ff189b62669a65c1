"""The forms of a known value in a text: plain, base64, URL-encoded, JSON, HTML, hex."""

from __future__ import annotations

import base64
import html
import json
from functools import lru_cache
from urllib.parse import quote, quote_plus

LEAST = 8  # characters of a form; shorter ones occur in other words by chance


@lru_cache(maxsize=4096)
def forms(value: str) -> tuple[str, ...]:
    """All forms of a value, none twice, the longest first.

    In base64, a value inside a longer text has three forms, depending on its offset. Each is cut to
    the letters that depend on the value alone.
    """
    data = value.encode('utf-8', 'replace')
    found = [
        value,
        quote(value, safe=''),
        quote(value),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(value))[3:-3],
        html.escape(value),
        data.hex(),
    ]
    for shift in range(3):
        coded = base64.b64encode(b'\0' * shift + data).decode()
        # letters that also hold bits of a neighbour vary
        first, last = (0, 2, 3)[shift], len(coded) - (0, 3, 2)[(shift + len(data)) % 3]
        sure = coded[first:last]
        found += [sure, sure.replace('+', '-').replace('/', '_')]
    found += [quote(one, safe='') for one in found[9:]]
    return tuple(
        sorted({one for one in found if len(one) >= LEAST}, key=lambda one: (-len(one), one))
    )
