"""Where a value ends: at its quote, at the quote before its name, at a space or a sign."""

from __future__ import annotations

import re

from learn_core.redact.judge import values

FAR = 160  # characters before a value in which its name may stand

_QUOTE = re.compile(r"""\\{0,3}["'`]$""")
_ENCLOSED = re.compile(r"""(["'])[\w.-]{1,80}=$""")
_BARE = re.compile(r"""[^\s"'`<>\\]*(?:\\[^"'\s][^\s"'`<>\\]*)*""")
_WHOLE_LINE = re.compile(
    r'(?:^|\n)[ \t]*(?:export |set |ENV |ARG |- )?[A-Za-z_][\w.-]*[ \t]*[:=][ \t]*$'
)
_YAML_KEY = re.compile(r'(?:^|\n)(?:[ \t]*\d{1,6}[\t→])?[ \t]*(?:- )?[\w.-]+:[ \t]+$')
_YAML_LINE = re.compile(
    r'(?:[ \t]*\d{1,6}[\t→])?[ \t]*(?:-{3}|#.*|- .*|(?:- )?[\w./-]+:(?:[ \t].*)?)\r?'
)
_STOP = re.compile(r'[,;&)\]}|]')
_MORE = re.compile(r'[;&][\w .-]{1,40}=')
LINE_ENDS = ('', '\n', '\r')


def value_at(text: str, start: int, head: str) -> tuple[int, bool]:
    """The end of the value that begins at `start`, and whether it is quoted."""
    quote = _QUOTE.search(head)
    end = _closing(text, start, quote[0]) if quote else _enclosed_end(text, start, head)
    if end >= 0:
        return end, quote is not None
    match = _BARE.match(text, start, start + values.LONGEST)
    end = match.end() if match else start
    is_alone = text[end : end + 1] in LINE_ENDS and not _MORE.search(text, start, end)
    if quote is None and is_alone and _WHOLE_LINE.search(head):
        return trimmed(text, start, end, ',;'), False
    stop = _STOP.search(text, start + 1, end)
    if stop is not None:
        return trimmed(text, start, stop.start(), '.'), False
    return trimmed(text, start, end, '.,;:'), False


def _enclosed_end(text: str, start: int, head: str) -> int:
    """The quote that ends `"NAME=value"`, -1 where there is none, or other settings follow."""
    enclosed = _ENCLOSED.search(head)
    end = _closing(text, start, enclosed[1]) if enclosed else -1
    is_whole = start < end and not (' ' in text[start:end] or _MORE.search(text, start, end))
    return end if is_whole else -1


def _closing(text: str, start: int, quote: str) -> int:
    """The offset of the closing quote on the same line, -1 without one."""
    stop = line_end(text, start, values.LONGEST)
    at = text.find(quote, start, stop)
    while len(quote) == 1 and at > start and text[at - 1] == '\\':
        at = text.find(quote, at + 1, stop)
    return at


def line_end(text: str, start: int, most: int) -> int:
    """The end of the line, or of this many characters."""
    end = text.find('\n', start, start + most)
    return end if end >= 0 else min(len(text), start + most)


def trimmed(text: str, start: int, end: int, signs: str) -> int:
    """`end`, moved back over the given signs, which may close a sentence or a list."""
    return start + len(text[start:end].rstrip(signs))


def yaml_phrase(text: str, start: int, head: str) -> tuple[int, bool] | None:
    """The end of words without quotes after `password:`, where the lines beside it are YAML."""
    key, end = _YAML_KEY.search(head), line_end(text, start, values.LONGEST)
    if key is None or ' ' not in text[start:end]:
        return None
    begin = start - len(head) + key.start()
    before = text[max(0, begin - FAR) : begin].rpartition('\n')[2]
    after = text[end + 1 : line_end(text, end + 1, FAR)]
    beside = [line for line in (before, after) if line.strip()]
    is_yaml = bool(beside) and all(_YAML_LINE.fullmatch(line) for line in beside)
    return (trimmed(text, start, end, ' \r'), True) if is_yaml else None
