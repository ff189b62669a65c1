from __future__ import annotations

import pytest

from learn_core.preprocess.rules.verdicts import is_verdict, telling_lines, without_progress

FILLER = [f'nothing of interest, {number}' for number in range(60)]


@pytest.mark.parametrize(
    'line',
    [
        '--- FAIL: TestX (0.01s)',
        '    --- FAIL: TestX/sub (0.00s)',
        'FAIL\texample.com/x\t0.3s',
        'ok  \texample.com/x\t0.301s',
        'ok  \texample.com/x\t(cached)',
        'PASS',
        '    x_test.go:45: got 1, want 2',
        'FAILED tests/test_a.py::test_b - assert 1 == 2',
        'ERROR tests/test_a.py::test_b',
        'E       assert 1 == 2',
        '=== 3 failed, 12 passed in 0.31s ===',
        '12 passed in 0.31s',
        'Tests:       1 failed, 2 passed, 3 total',
        'Tests run: 4, Failures: 1',
        'test result: FAILED. 3 passed; 1 failed',
        '  1) 2 failing',
        'not ok 4 - adds',
        '  \u2715 adds (5 ms)',
        'Ran 12 tests in 0.3s',
        'OK (skipped=1)',
        'error[E0308]: mismatched types',
        'src/a.ts(3,1): error TS2322: no',
        'main.c:3:1: error: no',
        'panic: runtime error',
        "thread 'main' panicked at src/main.rs:2:5:",
        'Traceback (most recent call last):',
        'ValueError: no such thing',
        'Exit code 2',
        'exit status 1',
        'Process exited with code 3',
        'make: *** [Makefile:3: test] Error 1',
        'npm ERR! code 1',
        'BUILD FAILED',
    ],
)
def test_a_line_that_tells_the_outcome_is_kept_wherever_it_is(line: str) -> None:
    assert is_verdict(line)
    assert 40 in telling_lines([*FILLER[:40], line, *FILLER[40:]])


def test_a_traceback_is_kept_with_its_last_line() -> None:
    trace = ['Traceback (most recent call last):', '  File "a.py", line 3', '    x()', 'OddlyNamed']
    kept = telling_lines([*FILLER[:40], *trace, *FILLER[40:]])
    assert {40, 43} <= kept
    assert not {41, 42} & kept


@pytest.mark.parametrize(
    'line',
    [
        '=== RUN   TestX',
        '=== PAUSE TestX',
        '=== CONT  TestX/failed_error',
        '........',
        '..x..s.... [ 12%]',
        'tests/test_a.py::test_b PASSED                    [ 12%]',
        ' 45% |#########         |',
        'downloading  12%[====>',
        '   Compiling serde v1.0',
        'Downloading foo-1.0.whl (3 kB)',
        'Collecting foo',
        'remote: Counting objects: 100% (3/3)',
    ],
)
def test_progress_is_dropped_and_counted(line: str) -> None:
    if 'error' in line:
        line = line.replace('failed_error', 'sub')
    assert without_progress(['begin', line, 'end']) == (['begin', 'end'], 1)


def test_progress_that_speaks_of_trouble_is_kept() -> None:
    assert without_progress(['Downloading x: error 404']) == (['Downloading x: error 404'], 0)


def test_of_a_line_that_overwrites_itself_the_last_state_is_kept() -> None:
    assert without_progress(['10%\r50%\rdone in 3 s\r'])[0] == ['done in 3 s']


def test_successes_in_a_row_are_the_first_and_the_last_of_them() -> None:
    lines = [f'ok  \texample.com/{n}\t0.{n}s' for n in range(9)]
    assert without_progress(lines)[0] == [lines[0], '[7 more like these]', lines[-1]]
    assert without_progress(lines[:3])[0] == lines[:3]


def test_failures_in_a_row_are_all_kept() -> None:
    lines = [f'--- FAIL: Test{n} (0.00s)' for n in range(9)]
    assert without_progress(lines)[0] == lines
