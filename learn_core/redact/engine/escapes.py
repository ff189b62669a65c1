"""Replaces escapes and colours by what they mean, so that a rule sees where a word begins.

In `"\\nTOKEN"`, `%3Dsecret`, `&quot;key&quot;` and after a colour, the word would begin in the
middle of other letters. The result has the length of the input, so offsets stay valid: an escape of
six bytes becomes its character six times.
"""

from __future__ import annotations

import html
import re

# `re` finds the first byte of a pattern fast, three times as fast as `replace` two bytes
_LINE_END, _TAB = re.compile(rb'\\[nr]'), re.compile(rb'\\[t]')
_PATTERNS = {
    b'\x1b': rb'\x1b\[[0-9;?]*[A-Za-z]',
    b'\\': rb'\\(?:u00(?:2[0267bBcC]|3[a-eA-E]|0[aAdD])'
    rb'|(?:u001[bB]|x1[bB]|033|e)\[[0-9;?]*[A-Za-z])',
    b'%': rb'%(?:2[0267cC]|3[abdABD]|0[aAdD])',
    b'&': rb'&(?:quot|apos|amp|lt|gt|#34|#39|#61);',
}
_COMPILED = {first: re.compile(pattern) for first, pattern in _PATTERNS.items()}


def unescaped(data: bytes) -> bytes:
    """UTF-8 in, the same number of bytes out; only ASCII is replaced.

    NUL becomes a blank: the engine would take a text with many of them for UTF-16, and its
    offsets would be those of the converted text.
    """
    data = _TAB.sub(b' \t', _LINE_END.sub(b' \n', data.replace(b'\0', b' ')))
    for first, pattern in _COMPILED.items():
        if first in data:
            data = pattern.sub(_meant, data)
    return data


def _meant(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    if b'[' in escape:
        return b' ' * len(escape)
    if escape.startswith(b'&'):
        return html.unescape(escape.decode()).encode() * len(escape)
    return bytes([int(escape[-2:], 16)]) * len(escape)
