from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.preprocess.names import usable_cwd
from tests.agents.claude.logs import assistant, user, write
from tests.preprocess.reading import preprocessed
from tests.redact.secrets import secret

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.redact import Redactor

CWD = '/home/ann/widgets'
LINES = (user('Do it.'), assistant('Done.'), user('Good.'), assistant('So.'))


def names(folder: Path, redactor: Redactor, *agents: str) -> list[str]:
    """The files of a session with these sub-agents."""
    log = write(folder / 's.jsonl', *LINES)
    (folder / 's' / 'subagents').mkdir(parents=True)
    for agent in agents:
        write(folder / 's' / 'subagents' / f'agent-{agent}.jsonl', *LINES)
    done = preprocessed(log, 's', redactor=redactor)
    return [chunk.name for chunk in done.chunks]


def test_agents_that_differ_in_letter_case_alone_have_files_of_their_own(
    tmp_path: Path, redactor: Redactor
) -> None:
    found = names(tmp_path, redactor, 'abc', 'ABC')
    assert len({name.lower() for name in found}) == 3


def test_a_secret_in_an_agents_id_is_in_no_file_name(tmp_path: Path, redactor: Redactor) -> None:
    token = secret('github-pat')
    found = names(tmp_path, redactor, token)
    assert len(found) == 2
    assert all(token not in name for name in found)


@pytest.mark.parametrize(
    ('cwds', 'usable'),
    [
        ((CWD, '/elsewhere'), CWD),
        ((f'{CWD}/',), CWD),
        (('/', CWD), ''),
        (('/root',), ''),
        (('relative/path',), ''),
        ((r'C:\work\x',), r'C:\work\x'),
        ((), ''),
    ],
)
def test_paths_are_relative_to_the_folder_that_a_session_began_in(
    cwds: tuple[str, ...], usable: str
) -> None:
    assert usable_cwd(cwds) == usable
