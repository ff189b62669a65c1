"""Replaces escapes and colours by what they mean, so that a rule sees where a word begins.

In `"\\nTOKEN"`, `%3Dsecret`, `&quot;key&quot;` and after a colour, the word would begin in the
middle of other letters. The result has the length of the input, so offsets stay valid: an escape of
six bytes becomes its character six times.
"""

from __future__ import annotations

import re

# one pattern for each first byte: `re` finds a literal first byte fastest
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
    """UTF-8 in, the same number of bytes out; only ASCII is replaced.

    NUL becomes a blank: the engine would take a text with many of them for UTF-16, and its
    offsets would be those of the converted text.
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
