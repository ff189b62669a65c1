"""What hides where a word begins: escapes and colours become blanks, byte for byte.

In `"\\nTOKEN"`, in `%3Dsecret` and behind a colour a rule does not see the begin of a word. The
result is as long as what was given, so a place in one is the same place in the other.
"""

from __future__ import annotations

import re

# one pattern for each first byte: that one is searched for at the speed of memory
_BACKSLASH = re.compile(
    rb'\\(?:[nrt]|u00(?:2[0267bBcC]|3[a-eA-E]|0[aAdD])|(?:u001[bB]|x1[bB]|033|e)\[[0-9;?]*[A-Za-z])'
)
_PERCENT = re.compile(rb'%(?:2[0267cC]|3[abdABD]|0[aAdD])')
_COLOUR = re.compile(rb'\x1b\[[0-9;?]*[A-Za-z]')
_LINE_ENDS = {b'\\n': b' \n', b'\\r': b' \n', b'\\t': b' \t'}


def unescaped(data: bytes) -> bytes:
    """UTF-8 in, as many bytes out; every character that is replaced is one of ASCII.

    NUL becomes a blank as well: the engine would take a text with many for UTF-16, and count
    places in what it made of it.
    """
    if b'\0' in data:
        data = data.replace(b'\0', b' ')
    if b'\x1b' in data:
        data = _COLOUR.sub(_blank, data)
    if b'\\' in data:
        data = _BACKSLASH.sub(_blank, data)
    if b'%' in data:
        data = _PERCENT.sub(_blank, data)
    return data


def _blank(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    if escape in _LINE_ENDS:
        return _LINE_ENDS[escape]
    if escape[:1] == b'%' or (escape[:4] == b'\\u00' and b'[' not in escape):
        return bytes([int(escape[-2:], 16)]).rjust(len(escape))
    return b' ' * len(escape)
