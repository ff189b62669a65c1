"""Sessions side by side, with real processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError, RedactionError
from learn_core.preprocess import Job, Preprocessed, parallel, preprocess
from learn_core.preprocess.parallel import side_by_side
from tests.agents.claude.logs import assistant, gives, of, user, uses, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from learn_core.redact import Redactor

SECRET = 'gh' + 'p_' + '16C7e42F292c6912E7710c838347Ae178B4a'

pytestmark = pytest.mark.skipif(sys.platform != 'linux', reason='forks only on Linux')


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, '_cores', lambda: 2)


def no_size(_: object) -> int:
    return 0


def process_id(_: object) -> int:
    time.sleep(0.05)
    return os.getpid()


def die_at_one(job: int) -> str:
    if job == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return f'job {job} in {multiprocessing.current_process().name}'


def fail_at_one(job: int) -> int:
    if job == 1:
        raise LearnError('it fails; try another')
    return job


def fail_to_scan(_: int) -> int:
    raise RedactionError('the scan failed; nothing was sent')


def jobs_of(folder: Path, count: int) -> list[Job]:
    """Sessions of different sizes, each with a secret of its own beside one that all have."""
    jobs = []
    for number in range(count):
        own = SECRET[:-1] + str(number)
        log = write(
            folder / f's{number}.jsonl',
            user(f'session {number} with {own}'),
            assistant('I look.', uses('Bash', command=f'cat {"x" * number}', id=f'c{number}')),
            user([gives(f'{SECRET}\n{own}\n' + 'line\n' * 500 * (count - number), f'c{number}')]),
            user('good'),
        )
        jobs.append(Job(of(log, f's{number}'), 'impl'))
    return jobs


@pytest.mark.usefixtures('two_cores')
def test_two_processes_work_at_once() -> None:
    found = set(side_by_side(range(6), process_id, size=no_size))
    assert len(found) == 2
    assert os.getpid() not in found


@pytest.mark.usefixtures('two_cores')
def test_results_come_in_the_order_of_the_jobs() -> None:
    assert list(side_by_side(range(9), lambda job: job * job, size=lambda job: -job)) == [
        job * job for job in range(9)
    ]


def test_sessions_give_the_same_bytes_with_any_number_of_processes(
    tmp_path: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(tmp_path, 5)
    found: list[Sequence[Preprocessed | LearnError]] = []
    for cores in (1, 2, 4):
        monkeypatch.setattr(parallel, '_cores', lambda cores=cores: cores)
        found.append(preprocess(jobs, redactor=redactor, max_tokens=2_000))
    assert found[0] == found[1] == found[2]
    texts = _texts(found[0])
    assert [text.count('[REDACTED:github-pat:1]') > 0 for text in texts] == [True] * 5


@pytest.mark.usefixtures('two_cores')
def test_an_expected_error_is_the_result_of_its_job_alone() -> None:
    zero, one, two = side_by_side(range(3), fail_at_one, size=no_size)
    assert (zero, str(one), two) == (0, 'it fails; try another', 2)


@pytest.mark.usefixtures('two_cores')
def test_a_scan_that_fails_stops_everything() -> None:
    with pytest.raises(RedactionError):
        list(side_by_side(range(3), fail_to_scan, size=no_size))


@pytest.mark.usefixtures('two_cores')
def test_a_job_that_kills_its_process_is_reported_and_the_others_are_done() -> None:
    results = list(side_by_side(range(6), die_at_one, size=no_size))
    assert isinstance(results[1], LearnError)
    assert str(results[1]).count('; ') == 1
    others = [result for result in results if result is not results[1]]
    assert [str(other)[:5] for other in others] == [f'job {n}' for n in (0, 2, 3, 4, 5)]


@pytest.mark.usefixtures('two_cores')
def test_no_process_is_forked_beside_a_thread() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert set(side_by_side(range(3), process_id, size=no_size)) == {os.getpid()}
    finally:
        end.set()
        thread.join()


@pytest.mark.usefixtures('two_cores')
def test_no_process_is_forked_where_that_is_not_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, 'platform', 'darwin')
    assert set(side_by_side(range(3), process_id, size=no_size)) == {os.getpid()}


def test_one_session_needs_no_other_process() -> None:
    assert list(side_by_side([0], process_id, size=no_size)) == [os.getpid()]


@pytest.mark.usefixtures('two_cores')
def test_leaving_early_leaves_no_process_behind() -> None:
    before = multiprocessing.active_children()  # another test's engine may have one
    results = side_by_side(range(50), process_id, size=no_size)
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert set(multiprocessing.active_children()) <= set(before)


def test_no_process_outlives_a_parent_that_was_killed() -> None:
    program = (
        'import os, time\n'
        'from learn_core.preprocess import parallel\n'
        'parallel._cores = lambda: 2\n'
        'def work(job):\n'
        '    print(os.getpid(), flush=True)\n'
        '    time.sleep(60)\n'
        'list(parallel.side_by_side([0, 1], work, size=lambda _: 0))\n'
    )
    with subprocess.Popen([sys.executable, '-c', program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        parent.stdout.readline()
        parent.kill()
        # the pipe ends when the last process that holds it is gone
        assert parent.stdout.read() == b''


def test_what_is_secret_in_one_session_is_secret_in_all(tmp_path: Path, redactor: Redactor) -> None:
    value = SECRET[4:] + 'q7Zk'  # letters and digits that only the name beside them makes a secret
    told = [user(f'export API_KEY={value}'), assistant('done'), user('good')]
    plain = [user(f'what is {value} for?'), assistant(f'{value} is a key'), user('good')]
    jobs = [
        Job(of(write(tmp_path / f'{name}.jsonl', *lines), name), 'impl')
        for name, lines in (('a', plain), ('b', told), ('c', plain))
    ]
    alone = preprocess(jobs[:1], redactor=redactor)
    together = preprocess(jobs, redactor=redactor)
    assert value in ''.join(_texts(alone))
    assert [value in text for text in _texts(together)] == [False] * 3
    assert all('[REDACTED:' in text for text in _texts(together))


def _texts(sessions: Sequence[Preprocessed | LearnError]) -> list[str]:
    return [
        ''.join(chunk.text for chunk in session.chunks)
        for session in sessions
        if isinstance(session, Preprocessed)
    ]
