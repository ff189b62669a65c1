"""OpenCode's sessions, and which generations of its format are read.

Generation 1 (before 1.2) is JSON files, which stay as stale copies beside a database; generation 2
is the database; generation 3 (2.0) has other tables in it. Only generation 2 is read, and exports
of it that were kept: `exported/<session>.json`, child sessions in `exported/<session>/`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from learn_core.agents.agent import Agent, Transcript, expanded
from learn_core.agents.entry import (
    BY_AGENT,
    UNREADABLE,
    Entry,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    answered,
    compacted,
    dropped,
    image_of,
    interrupted,
    noted,
    silent,
)
from learn_core.agents.lines import mapping, objects, string
from learn_core.agents.opencode import store
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.agents.agent import Content
    from learn_core.agents.index import Index

_OLD_FILES = 'generation 1 (JSON files, before OpenCode 1.2)'
_NEW_TABLES = 'generation 3 (OpenCode 2.0)'
_UNKNOWN = 'unknown form of database'
_MANY = 'a database of many sessions; name the file of opencode export'
_EXPORTED = 'exported'
_ID = re.compile(r'[A-Za-z0-9_-]{1,100}')
_PENDING = frozenset({'pending', 'running'})
_REFUSED = 'The user rejected permission'
_ASKED = re.compile(r'User has answered your questions?: "')


class OpenCode(Agent):
    """OpenCode."""

    name = 'opencode'

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """`OPENCODE_DB` (a file, or a name in the data directory), else the data directory:
        `$XDG_DATA_HOME/opencode`, or `~/.local/share/opencode`.
        """
        data = expanded(environ.get('XDG_DATA_HOME') or '~/.local/share') / 'opencode'
        database = environ.get('OPENCODE_DB')
        return (data / expanded(database) if database else data,)

    def find(self, where: Iterable[Path]) -> Iterator[Transcript]:
        """The sessions of databases and of exports, without child sessions."""
        for root in where:
            databases = [root] if root.is_file() else sorted(root.glob('opencode*.db'))
            if not databases and any((root / 'storage' / 'session').glob('*/ses_*.json')):
                yield self.unreadable(root / 'storage', _OLD_FILES)
            for database in databases:
                yield from self._sessions(database)
            for export in sorted((root / _EXPORTED).glob('*.json')):
                with suppress(LearnError):  # only learn-hook writes here; a file may be cut off
                    yield self._transcript(export, mapping(store.stored(export).get('info')))

    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """An exported session; a database holds several and cannot be named as one."""
        if start.startswith(store.SQLITE):
            return self.unreadable(file, _MANY)
        head = b''.join(start[:200].split())
        if not head.startswith(b'{"info":{') or b'"ses_' not in head:
            return None
        return Transcript(agent=self.name, session_id=file.stem, files=(file,))

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries of a session or of a child session, one message per step of the model."""
        session = _stored(transcript)
        info = mapping(session.get('info'))
        revert = mapping(info.get('revert'))
        state = _State(
            cwd=string(info.get('directory')),
            is_child=transcript.subagent is not None or bool(info.get('parentID')),
            undone_from=string(revert.get('messageID')),
            undone_part=string(revert.get('partID')),
        )
        for message in objects(session.get('messages')):
            info = mapping(message.get('info'))
            time = store.iso(mapping(info.get('time')).get('created'))
            for entry in _message(state, info, objects(message.get('parts'))):
                yield entry._replace(time=time, cwd=state.cwd)

    def subagents(self, transcript: Transcript, index: Index) -> list[Transcript]:
        """The child sessions; those of an export are in the folder that has its name."""
        found = []
        for child, info, file in _children(transcript) if transcript.subagent is None else ():
            agent = index.subagent(child)
            agent = agent if agent.call else agent._replace(description=string(info.get('title')))
            found.append(replace(transcript, files=(file,), subagent=agent))
        return found

    def contents(self, transcript: Transcript) -> Iterator[Content]:
        """The session as an export."""
        with suppress(LearnError):  # reading it says what is wrong
            yield orjson.dumps(_stored(transcript))

    def parts(self, transcript: Transcript) -> Iterator[tuple[str, Path | bytes]]:
        """The session and its child sessions, exported."""
        own = transcript.session_id
        ids = [('', own, transcript.files[0])]
        ids += [(f'/{child}', child, file) for child, _, file in _children(transcript)]
        for below, identity, file in ids:
            if all(map(_ID.fullmatch, (own, identity))):
                place = f'{_EXPORTED}/{own}{below}.json'
                yield place, orjson.dumps(store.stored(file, identity))

    def _sessions(self, database: Path) -> Iterator[Transcript]:
        try:
            with store.opened(database) as connection:
                is_new, is_known = store.has_new_tables(connection), store.is_known(connection)
                infos = store.sessions(connection) if is_known else []
        except LearnError as error:
            yield self.unreadable(database, str(error))
            return
        if is_new or not is_known:
            yield self.unreadable(database, _NEW_TABLES if is_new else _UNKNOWN)
        for info in infos:
            yield self._transcript(database, info)

    def _transcript(self, file: Path, info: Mapping[str, object]) -> Transcript:
        times = mapping(info.get('time'))
        return Transcript(
            agent=self.name,
            session_id=str(info.get('id')),
            files=(file,),
            changed=store.seconds(times.get('updated')),
            directory=string(info.get('directory')),
            first_time=store.iso(times.get('created')),
            last_time=store.iso(times.get('updated')),
        )


def _children(transcript: Transcript) -> list[tuple[str, Mapping[str, object], Path]]:
    """Id, facts and file of each child session. Raises LearnError."""
    file = transcript.files[0]
    if store.is_database(file):
        with store.opened(file) as connection:
            infos = store.sessions(connection, transcript.session_id)
        return [(str(info['id']), info, file) for info in infos]
    exports = sorted(file.with_suffix('').glob('*.json'))
    return [(one.stem, mapping(store.stored(one).get('info')), one) for one in exports]


@dataclass
class _State:
    """The state between entries; `busy_until` is when the model's last step ended."""

    cwd: str
    is_child: bool
    undone_from: str
    undone_part: str
    busy_until: float = 0.0


def _stored(transcript: Transcript) -> Mapping[str, object]:
    agent = transcript.subagent
    return store.stored(transcript.files[0], agent.agent_id if agent else transcript.session_id)


def _message(
    state: _State, info: Mapping[str, object], parts: list[Mapping[str, object]]
) -> Iterator[Entry]:
    times = mapping(info.get('time'))
    identity, is_user = string(info.get('id')), info.get('role') == 'user'
    queued = is_user and store.seconds(times.get('created')) < state.busy_until
    if not is_user:
        state.cwd = string(mapping(info.get('path')).get('cwd')) or state.cwd
        state.busy_until = max(state.busy_until, store.seconds(times.get('completed')))
    if not info:
        yield dropped(UNREADABLE)
    for part in parts:
        part_id = string(part.get('id'))
        undone = _is_undone(state, identity, part_id)
        found = _of_user(state, part, queued=queued) if is_user else _of_model(info, part)
        for entry in found if part else [dropped(UNREADABLE)]:
            yield entry._replace(uuid=part_id or identity, abandoned=undone)
    yield from _how_it_ended(info)


def _is_undone(state: _State, message: str, part: str) -> bool:
    """Whether the person undid this; ids sort by time."""
    if not state.undone_from or message < state.undone_from:
        return False
    return message > state.undone_from or not state.undone_part or part >= state.undone_part


def _of_user(state: _State, part: Mapping[str, object], *, queued: bool) -> Iterator[Entry]:
    kind, text = string(part.get('type')), string(part.get('text'))
    if kind == 'text' and (part.get('synthetic') is True or part.get('ignored') is True):
        yield dropped('synthetic text')
    elif kind == 'text':
        entry = Entry('user', (Text(text),), queued=queued)
        yield entry._replace(type='system', subtype=BY_AGENT) if state.is_child else entry
    elif kind == 'compaction':
        yield from compacted('')
    elif kind == 'file' and string(part.get('mime')).startswith('image/'):
        yield Entry('user', (image_of(part.get('url'), string(part.get('mime'))),))
    elif kind == 'subtask':
        words = string(part.get('prompt')) or string(part.get('description'))
        yield Entry('user', (Text(words),), queued=queued)
    else:
        yield silent('opencode', kind, 'part')


def _of_model(info: Mapping[str, object], part: Mapping[str, object]) -> Iterator[Entry]:
    kind, text = string(part.get('type')), string(part.get('text'))
    common = Entry('assistant', model=string(info.get('modelID')))
    if kind == 'text' and info.get('summary') is True:
        yield Entry('summary', (Text(text),), subtype='compact')
    elif kind == 'text':
        yield common._replace(blocks=(Text(text),))
    elif kind == 'reasoning':
        yield common._replace(blocks=(Thinking(text),))
    elif kind == 'tool':
        yield from _tool(common, part)
    elif kind == 'retry':
        yield noted('retry', _error_words(mapping(part.get('error'))))
    else:
        yield silent('opencode', kind, 'part')


def _tool(common: Entry, part: Mapping[str, object]) -> Iterator[Entry]:
    """The call and its result, which are one part."""
    call, name = string(part.get('callID')), string(part.get('tool'))
    state = mapping(part.get('state'))
    yield common._replace(blocks=(ToolCall(call, name, mapping(state.get('input'))),))
    status, metadata = string(state.get('status')), mapping(state.get('metadata'))
    if status in _PENDING:
        return
    text = string(state.get('output')) or string(state.get('error'))
    if answer := _answers(text) if name == 'question' else '':
        yield from answered(call, answer)
    else:
        is_error = status == 'error'
        refused = is_error and text.startswith(_REFUSED)
        is_error |= name == 'invalid' or metadata.get('exit') not in (None, 0)
        yield Entry('user', (ToolResult(call, text, (), is_error, refused, refused),))
    if child := string(metadata.get('sessionId')):
        yield dropped('sub-agent started')._replace(agent=child, call=call)


def _answers(text: str) -> str:
    """The answers out of `"question"="answer", "…"="…". …`; empty if there are none."""
    found = _ASKED.match(text)
    pairs = text[found.end() :].rpartition('".')[0] if found else ''
    return '\n'.join(pair.partition('"="')[2] for pair in pairs.split('", "') if pair)


def _how_it_ended(info: Mapping[str, object]) -> Iterator[Entry]:
    """What stopped a message, if anything did."""
    error = mapping(info.get('error'))
    name = string(error.get('name'))
    if name == 'MessageAbortedError':
        yield interrupted()
    elif name:
        yield noted('error', _error_words(error))


def _error_words(error: Mapping[str, object]) -> str:
    data = mapping(error.get('data'))
    words = (error.get('name'), error.get('message'), data.get('message'))
    return ': '.join(dict.fromkeys(filter(None, map(string, words))))
