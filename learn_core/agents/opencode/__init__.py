"""OpenCode's sessions, and which generations of its format are read.

Generation 1 (before 1.2) is JSON files, which stay as stale copies beside a database; generation 2
is the database; generation 3 (2.0) has other tables in it. Only generation 2 is read, and exports
of it that were kept: `exported/<session>.json`, child sessions in `exported/<session>/`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.agents.agent import Agent, expanded
from learn_core.agents.opencode import store
from learn_core.agents.opencode.reading import read, session_of
from learn_core.agents.transcript import Transcript
from learn_core.agents.values import mapping, string
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.agents.entry import Entry
    from learn_core.agents.index import Index
    from learn_core.agents.transcript import Content

_OLD_FILES = 'generation 1 (JSON files, before OpenCode 1.2)'
_NEW_TABLES = 'generation 3 (OpenCode 2.0)'
_UNKNOWN = 'unknown form of database'
_MANY = 'a database of many sessions; name the file of opencode export'
_EXPORTED = 'exported'
_ID = re.compile(r'[A-Za-z0-9_-]{1,100}')


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
                    yield self._transcript(export, store.stored(export, '').info)

    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """An exported session; a database holds several and cannot be named as one."""
        if start.startswith(store.SQLITE):
            return self.unreadable(file, _MANY)
        head = b''.join(start[:200].split())
        if not head.startswith(b'{"info":{') or b'"ses_' not in head:
            return None
        return Transcript(agent=self.name, session_id=file.stem, files=(file,))

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries of a session or a child session."""
        return read(transcript)

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
            yield store.exported(store.stored(transcript.files[0], session_of(transcript)))

    def parts(self, transcript: Transcript) -> Iterator[tuple[str, Path | bytes]]:
        """The session and its child sessions, exported."""
        own = transcript.session_id
        ids = [('', own, transcript.files[0])]
        ids += [(f'/{child}', child, file) for child, _, file in _children(transcript)]
        for below, identity, file in ids:
            if all(map(_ID.fullmatch, (own, identity))):
                place = f'{_EXPORTED}/{own}{below}.json'
                yield place, store.exported(store.stored(file, identity))

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
    return [(one.stem, store.stored(one, '').info, one) for one in exports]
