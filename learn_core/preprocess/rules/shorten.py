"""Rule 13: short forms of paths, and of the sentences with which a tool reports success."""

from __future__ import annotations

import re
from functools import lru_cache

_EDITED = re.compile(
    r'(?:The file [^\n]{1,4000}? has been (?:updated|created)(?: successfully)?\.'
    r'|File created successfully at: [^\n]{1,4000}'
    r'|Success\. Updated the following files:(?:\n[AMD] [^\n]{1,4000})*'
    r'|(?:Edit applied|Wrote file) successfully\.?)'
    r"(?: All occurrences of '.*' were successfully replaced with '.*'\.\Z)?"
    r"(?: Here's the result of running `cat -n` on a snippet of the edited file:)?"
    r'(?: \(file state is current in your context[^\n)]{0,100}\))?',
    re.DOTALL,
)
_SNIPPET = re.compile(r'\n *\d{1,9}[\u2192\t][^\n]*')
_TODOS_DONE = re.compile(
    r'Todos have been modified successfully\. Ensure that you continue to use the todo list to '
    r'track your progress\. Please proceed with the current tasks if applicable|Plan updated'
)
_FEWEST_PARTS = 2  # of a folder that paths may be relative to: `/` and `/root` are no projects


def without_success(text: str, does: str) -> str:
    """The result of an edit or of todos with `ok` for the sentence that says that it succeeded.

    What an edit's result shows of the file is dropped: the call has the difference.
    """
    if does in {'edit', 'write'} and _EDITED.match(text):
        return _SNIPPET.sub('', _EDITED.sub('ok', text, count=1)).rstrip()
    return 'ok' if does == 'todo' and _TODOS_DONE.fullmatch(text) else text


def usable_cwd(cwds: tuple[str, ...]) -> str:
    """The folder that a session began in, if it is specific enough to shorten paths."""
    cwd = cwds[0].rstrip('/\\') if cwds else ''
    parts = [part for part in re.split(r'[/\\]', cwd) if part]
    is_absolute = cwd.startswith('/') or re.match(r'[A-Za-z]:[/\\]', cwd)
    return cwd if is_absolute and len(parts) >= _FEWEST_PARTS else ''


def relative(text: str, cwd: str) -> str:
    """The text with paths under `cwd` relative to it, and `.` for itself."""
    if not cwd or cwd not in text:
        return text
    return _inside(cwd).sub(_rest, text)


@lru_cache(maxsize=16)
def _inside(cwd: str) -> re.Pattern[str]:
    """The folder where it is no part of a longer path, with the slash behind it."""
    return re.compile(
        r'(?<![\w.~/\\-])' + re.escape(cwd) + r'(?:(?P<slash>[/\\])(?=[\w.@+*{-])|(?![\w.@+/\\-]))'
    )


def _rest(found: re.Match[str]) -> str:
    return '' if found['slash'] else '.'
