"""What hides where a word begins or ends: escapes and colours are taken away, byte for byte.

In `"\\nTOKEN"`, in `%3Dsecret`, in `&quot;key&quot;` and behind a colour a rule does not see the
begin of a word. The result is as long as what was given, so a place in one is the same place in the
other: an escape becomes as many of what it means.
"""

from __future__ import annotations

import re

# one pattern for each first byte: that one is searched for at the speed of memory
_BACKSLASH = re.compile(
    rb'\\(?:[nrt]|u00(?:2[0267bBcC]|3[a-eA-E]|0[aAdD])|(?:u001[bB]|x1[bB]|033|e)\[[0-9;?]*[A-Za-z])'
)
_PERCENT = re.compile(rb'%(?:2[0267cC]|3[abdABD]|0[aAdD])')
_ENTITY = re.compile(rb'&(?:quot|apos|amp|lt|gt|#34|#39|#61);')
_COLOUR = re.compile(rb'\x1b\[[0-9;?]*[A-Za-z]')

_MEANT = {
    b'\\n': b' \n', b'\\r': b' \n', b'\\t': b' \t',
    b'&quot;': b'"' * 6, b'&#34;': b'"' * 5, b'&apos;': b"'" * 6, b'&#39;': b"'" * 5,
    b'&amp;': b'&' * 5, b'&lt;': b'<' * 4, b'&gt;': b'>' * 4, b'&#61;': b'=' * 5,
}  # fmt: skip


def unescaped(data: bytes) -> bytes:
    """UTF-8 in, as many bytes out; every character that is replaced is one of ASCII.

    NUL becomes a blank as well: the engine would take a text with many for UTF-16, and count
    places in what it made of it.
    """
    if b'\0' in data:
        data = data.replace(b'\0', b' ')
    if b'\x1b' in data:
        data = _COLOUR.sub(_meant, data)
    if b'\\' in data:
        data = _BACKSLASH.sub(_meant, data)
    if b'%' in data:
        data = _PERCENT.sub(_meant, data)
    if b'&' in data:
        data = _ENTITY.sub(_meant, data)
    return data


def _meant(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    if escape in _MEANT:
        return _MEANT[escape]
    if b'[' in escape:
        return b' ' * len(escape)
    return bytes([int(escape[-2:], 16)]) * len(escape)
