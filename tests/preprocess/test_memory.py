from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.preprocess.memory import Memory

CWD = '/home/ann/widgets'


@pytest.mark.parametrize(
    ('text', 'short'),
    [
        (f'{CWD}/src/a.py', 'src/a.py'),
        (f'cd {CWD} && make -C {CWD}/docs', 'cd . && make -C docs'),
        (f'"{CWD}/a b", {CWD}/.env, {CWD}/**/*.py', '"a b", .env, **/*.py'),
        (f'{CWD}: no such file', '.: no such file'),
        (f'file://{CWD}/a', f'file://{CWD}/a'),
        (f'{CWD}-old/a and /mnt{CWD}/a and ~{CWD}/a', None),
        (f'{CWD}.git and {CWD}/ alone', None),
        ('/home/ann/other', None),
    ],
)
def test_paths_under_the_sessions_folder_become_relative(text: str, short: str | None) -> None:
    assert Memory(cwd=CWD).relative(text) == (text if short is None else short)


def test_a_folder_on_windows_is_known_too() -> None:
    assert Memory(cwd=r'C:\work\x').relative(r'C:\work\x\src\a.py') == r'src\a.py'


@given(st.text(), st.text('/abc .-', min_size=1))
def test_without_the_folder_in_it_a_text_stays_as_it_is(text: str, cwd: str) -> None:
    if cwd not in text:
        assert Memory(cwd=cwd).relative(text) == text
