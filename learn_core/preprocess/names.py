"""The names of a transcript's files, and their meta lines."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from learn_core.preprocess.xml.render import meta

if TYPE_CHECKING:
    from collections.abc import Iterable

    from learn_core.agents import Index, SubAgent
    from learn_core.preprocess.memory import Memory
    from learn_core.redact import Redactor

_UNSAFE = re.compile(r'[^A-Za-z0-9._-]+')
_LONGEST = {'prefix': 30, 'session': 50, 'agent': 40}  # characters; with the rest under 150
_LONGEST_STEM = 120  # characters
_MOST_NAMED = 8  # branches or models in the meta lines
_FEWEST_PARTS = 2  # of a folder that paths may be relative to: `/` and `/root` are no projects


def session_name(prefix: str, session_id: str, redactor: Redactor) -> str:
    """The name of a session's files, without part number and extension."""
    return f'{_safe(prefix, "prefix")}-{_safe(redactor.text(session_id), "session")}'


def agent_name(session: str, agent: SubAgent | None, taken: set[str], redactor: Redactor) -> str:
    """The name of a sub-agent's files; no name is `taken` twice, ignoring case."""
    label = _safe(redactor.text(agent.agent_id if agent else ''), 'agent')
    if label.lower() in taken:
        label = f'{label}-{len(taken)}'
    taken.add(label.lower())
    return f'{session}-agent-{label}'


def rendered_name(name: str, session_id: str) -> str:
    """The name of a file that was rendered elsewhere, without its extension."""
    stem = name.removesuffix('.xml')
    stem = stem if stem.startswith(('impl-', 'planning-')) else f'impl-{stem or session_id}'
    return _UNSAFE.sub('-', stem)[:_LONGEST_STEM]


def usable_cwd(cwds: Iterable[str]) -> str:
    """The folder that a session began in, if it is specific enough to shorten paths."""
    cwd = next(iter(cwds), '').rstrip('/\\')
    parts = [part for part in re.split(r'[/\\]', cwd) if part]
    is_absolute = cwd.startswith('/') or re.match(r'[A-Za-z]:[/\\]', cwd)
    return cwd if is_absolute and len(parts) >= _FEWEST_PARTS else ''


def header(agent: str, index: Index, memory: Memory, redactor: Redactor) -> str:
    """The meta lines of a transcript: agent, branches, models, working directory and times."""
    models, branches = [*index.models][:_MOST_NAMED], [*index.branches][:_MOST_NAMED]
    cwd, *named = redactor.texts([('', text) for text in (memory.cwd, *models, *branches)])
    models, branches = [*named[: len(models)]], [*named[len(models) :]]
    first, last = index.first_time, index.last_time
    facts = [('agent', agent), ('source', index.source)]
    facts += [('model', name) for name in models[:1]] + [('branch', name) for name in branches[:1]]
    facts += [('cwd', cwd), ('first', first), ('last', last if first else '')]
    lines = [meta(*[(name, value) for name, value in facts if value])]
    lines += [meta(('model', name)) for name in models[1:]]
    lines += [meta(('branch', name)) for name in branches[1:]]
    return ''.join(lines)


def agent_header(agent: SubAgent | None, session: Memory, redactor: Redactor) -> str:
    """The meta line of a sub-agent: id, type, description, and the call that started it."""
    if agent is None:
        return ''
    call = session.calls.get(agent.call) if agent.call else None
    texts = (f'agent-{agent.agent_id}', agent.type, agent.description)
    values = [*redactor.texts([('', text) for text in texts]), call.id if call else '']
    facts = zip(('source', 'type', 'description', 'started_by'), values, strict=True)
    return meta(*[(name, value) for name, value in facts if value])


def _safe(name: str, kind: str) -> str:
    """A safe part of a file name; a hash keeps names apart that had to be changed."""
    safe = _UNSAFE.sub('-', name).lstrip('._-')
    if safe == name and 0 < len(name) <= _LONGEST[kind]:
        return name
    mark = hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]
    return f'{safe[: _LONGEST[kind] - 9]}-{mark}'.lstrip('-')
