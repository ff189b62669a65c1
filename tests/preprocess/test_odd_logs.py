"""Logs that no client should have written: no crash, no hang, and the rest is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.preprocess import Job, preprocess
from learn_core.preprocess.first_pass import SMALL
from learn_core.preprocess.xml import chunks
from tests.agents.claude.logs import SESSION, assistant, gives, of, user, uses, write
from tests.preprocess.reading import elements, preprocessed, run, texts

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.redact import Redactor

LINES = (user('do it'), assistant('I do it.'), user('good'))


def raw(folder: Path, *lines: bytes) -> Path:
    log = folder / f'{SESSION}.jsonl'
    log.write_bytes(b''.join(lines))
    return log


def encoded(*entries: object) -> list[bytes]:
    return [json.dumps(entry).encode() + b'\n' for entry in entries]


@pytest.mark.parametrize(
    'odd',
    [
        b'{"type":"user","message":{"content":"cut o\n',
        b'\x00\x00\x1b[1m\n',
        b'[]\n',
        b'\xff\xfe\n',
        b'{' * 5_000 + b'\n',
    ],
)
def test_an_unreadable_line_costs_that_line_only(
    tmp_path: Path, redactor: Redactor, odd: bytes
) -> None:
    first, *rest = encoded(*LINES)
    done = preprocessed(raw(tmp_path, first, odd, *rest), redactor=redactor)
    assert [each.text for each in elements(done.chunks)] == ['do it', 'I do it.', 'good']
    assert done.said.unreadable == 1


def test_odd_characters_come_through_or_are_replaced(tmp_path: Path, redactor: Redactor) -> None:
    said = b'a\xe2\x80\xa8b \\u0000 \\u001b[1m \\ufffe \\ud800 c'
    words = b'{"type":"user","message":{"content":"' + said + b'"}}\n'
    done = preprocessed(raw(tmp_path, *encoded(*LINES), words), redactor=redactor)
    assert texts(done, 'user')[-1] == 'a\u2028b   \ufffd \ufffd c'


def test_two_entries_on_one_line_are_both_there(tmp_path: Path, redactor: Redactor) -> None:
    glued = b''.join(encoded(*LINES)).replace(b'\n', b'')
    assert len(elements(preprocessed(raw(tmp_path, glued), redactor=redactor).chunks)) == 3


def test_an_empty_log_gives_no_file(tmp_path: Path, redactor: Redactor) -> None:
    done = preprocessed(raw(tmp_path), redactor=redactor)
    assert (done.chunks, done.left_out) == ((), {'empty session': 1})


def test_a_folder_named_as_a_log_is_one_sentence(tmp_path: Path, redactor: Redactor) -> None:
    (tmp_path / 'x.jsonl').mkdir()
    with pytest.raises(LearnError, match='not a regular file; '):
        preprocessed(tmp_path / 'x.jsonl', redactor=redactor)


def test_one_unreadable_transcript_does_not_cost_the_others(
    tmp_path: Path, redactor: Redactor
) -> None:
    logs = [write(tmp_path / 'a.jsonl', *LINES), tmp_path / 'gone', write(tmp_path / 'b', *LINES)]
    jobs = [Job(of(log, f's{n}'), 'impl') for n, log in enumerate(logs)]
    first, second, third = preprocess(jobs, redactor=redactor)
    assert not isinstance(first, LearnError)
    assert isinstance(second, LearnError)
    assert not isinstance(third, LearnError)
    assert [chunk.name for chunk in first.chunks + third.chunks] == ['impl-s0.xml', 'impl-s2.xml']


def test_a_huge_line_is_read_and_cut(tmp_path: Path, redactor: Redactor) -> None:
    huge = user([gives('x' * 20_000_000)])
    done = run(tmp_path, redactor, *LINES, assistant(uses('Bash', command='cat x')), huge)
    cut = f'{"x" * 400}...[truncated 19999200 chars]...{"x" * 400}'
    assert texts(done, 'tool_result') == [cut]


def test_a_log_that_grows_while_it_is_read_goes_as_it_was(
    tmp_path: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    filler = [user([gives('y' * 30_000, f'c{n}')]) for n in range(SMALL // 30_000 + 2)]
    words = [user(f'{n} ' + 'word ' * 1_200) for n in range(120)]
    log = write(tmp_path / f'{SESSION}.jsonl', *LINES, *filler, *words)
    size = log.stat().st_size
    prove = chunks.prove

    def grow(text: str) -> None:
        prove(text)
        with log.open('ab') as file:
            file.write(encoded(user('later'))[0])

    monkeypatch.setattr(chunks, 'prove', grow)
    done = preprocessed(log, redactor=redactor)
    assert len(done.chunks) > 1
    assert (log.stat().st_size > size, done.said.bytes_in) == (True, size)
    found = [each.text for each in elements(done.chunks) if each.text in {'good', 'later'}]
    assert found == ['good']


def test_a_log_too_long_to_be_held_gives_what_a_short_one_gives(
    tmp_path: Path, redactor: Redactor
) -> None:
    """It is read twice then: positions and places must be the same both times."""
    rewound = (
        user('one', uuid='a'),
        user('two', uuid='b', parentUuid='a'),
        user('three', uuid='c', parentUuid='a'),
    )
    filler = [
        user([gives('y' * 30_000, f'c{n}')], uuid=f'f{n}') for n in range(SMALL // 30_000 + 2)
    ]
    short = elements(run(tmp_path / 'short', redactor, *LINES, *rewound, *rewound).chunks)
    long = run(tmp_path / 'long', redactor, *LINES, *filler, *rewound, *rewound)
    words = [each for each in elements(long.chunks) if each.tag != 'tool_result']
    assert words == short
    assert long.left_out['entry that comes again'] == 3
