"""Another core counts; whatever happens to it, the counts and the bytes are the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from learn_core.preprocess.counter import Counter
from learn_core.preprocess.xml.tokens import Counting, count_piece
from tests.agents.claude.logs import assistant, gives, user, uses, write

TWO_CORES = sys.platform == 'linux' and len(os.sched_getaffinity(0)) > 1
needs_two = pytest.mark.skipif(not TWO_CORES, reason='there is one core, or no forking')


@pytest.fixture
def counter() -> Counter:
    return Counter(len)


@needs_two
def test_each_ticket_gets_the_counts_of_its_texts(counter: Counter) -> None:
    tickets = [counter.ask(['x' * n, '\u00fc', '']) for n in range(500)]
    assert [counter.answer(ticket) for ticket in tickets] == [[n, 1, 0] for n in range(500)]
    counter.close()


@needs_two
def test_answers_may_be_fetched_in_any_order(counter: Counter) -> None:
    first, second = counter.ask(['a']), counter.ask(['bb'])
    assert (counter.answer(second), counter.answer(first)) == ([2], [1])
    counter.close()


@needs_two
def test_many_large_questions_and_answers_do_not_wait_for_each_other(counter: Counter) -> None:
    tickets = [counter.ask(['ab'] * 50_000) for _ in range(40)]
    assert all(counter.answer(ticket) == [2] * 50_000 for ticket in tickets)
    counter.close()


@needs_two
def test_a_counter_that_was_killed_answers_nothing_more(counter: Counter) -> None:
    asked = counter.ask(['a'])
    assert counter.answer(asked) == [1]
    os.kill(counter._pid, signal.SIGKILL)
    later = [counter.ask(['a' * 100_000]) for _ in range(5)]
    assert [counter.answer(ticket) for ticket in later][-1] is None
    counter.close()


@needs_two
def test_it_ends_with_the_process_that_made_it() -> None:
    program = (
        'import os\n'
        'from learn_core.preprocess.counter import Counter\n'
        'print(Counter(len)._pid, flush=True)\nos.kill(os.getpid(), 9)\n'
    )
    said = subprocess.run([sys.executable, '-c', program], capture_output=True, check=False)
    place = Path(f'/proc/{int(said.stdout)}')
    deadline = time.monotonic() + 10
    while (
        place.exists() and 'Z' not in (place / 'stat').read_text() and time.monotonic() < deadline
    ):
        time.sleep(0.01)
    assert not place.exists() or ' Z ' in (place / 'stat').read_text()


def _runs(place: Path) -> bool:
    """Is the process there, and not only waiting to be looked after?"""
    try:
        return ' Z ' not in (place / 'stat').read_text()
    except OSError:
        return False


def test_pieces_are_placed_in_their_order_and_ends_behind_them() -> None:
    placed: list[object] = []
    counting = Counting()
    groups = [[f'<user>{n} {m}</user>\n' for m in range(3)] for n in range(100)]
    for group in groups:
        counting.put(group, lambda pieces, counts: placed.extend(zip(pieces, counts, strict=True)))
    counting.then(lambda: placed.append('end'))
    counting.drain()
    expected = [(piece, count_piece(piece)) for group in groups for piece in group]
    assert placed == [*expected, 'end']


def test_the_same_log_gives_the_same_bytes_whatever_the_machine(tmp_path: Path) -> None:
    """One core or two, any locale, any seed of hashes, another folder."""
    hidden = 'gh' + 'p_' + '16C7e42F292c6912E7710c838347Ae178B4a'
    lines: list[object] = []
    for n in range(400):
        lines += [
            user(f'prompt {n} \u00fc {hidden if n % 50 == 7 else ""}', uuid=f'u{n}'),
            assistant(f'I do {n}.', uses('Bash', f'c{n}', command=f'make {n}')),
            user([gives(f'a line of {n % 7}\n' * 40, f'c{n}')]),
        ]
    log = write(tmp_path / 'a.jsonl', *lines)
    outputs = []
    for n, (cores, environment) in enumerate(
        [
            (1, {'LC_ALL': 'C', 'PYTHONHASHSEED': '1'}),
            (2, {'LC_ALL': 'C.UTF-8'}),
            (2, {'TZ': 'Asia/Tokyo'}),
        ]
    ):
        out = tmp_path / str(n)
        program = (
            'import os, sys\n'
            "hasattr(os, 'sched_setaffinity') and os.sched_setaffinity(0, "
            f'sorted(os.sched_getaffinity(0))[:{cores}])\n'
            'from hooks.cli.main import main\nsys.exit(main(sys.argv[1:]))\n'
        )
        words = ['preprocess', str(log), '--output-dir', str(out), '--prefix', 'impl']
        subprocess.run(
            [sys.executable, '-c', program, *words],
            check=True,
            capture_output=True,
            env={**os.environ, **environment},
        )
        outputs.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert len(outputs[0]) > 1
    assert outputs[0] == outputs[1] == outputs[2]
