from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.preprocess.rules.shorten import relative, usable_cwd, without_success

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
    assert relative(text, CWD) == (text if short is None else short)


def test_a_folder_on_windows_is_known_too() -> None:
    assert relative(r'C:\work\x\src\a.py', r'C:\work\x') == r'src\a.py'


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


@given(st.text(), st.text('/abc .-', min_size=1))
def test_without_the_folder_in_it_a_text_stays_as_it_is(text: str, cwd: str) -> None:
    if cwd not in text:
        assert relative(text, cwd) == text


UPDATED = 'The file /w/a.py has been updated'
SHOWS = "Here's the result of running `cat -n` on a snippet of the edited file:"
SNIPPET = '\n     1\u2192import os\n     2\u2192\n'


@pytest.mark.parametrize(
    ('text', 'short'),
    [
        (f'{UPDATED} successfully.', 'ok'),
        (f'{UPDATED}.', 'ok'),
        ('File created successfully at: /w/a.py', 'ok'),
        (f"{UPDATED}. All occurrences of 'a\nb' were successfully replaced with 'c'.", 'ok'),
        (
            f'{UPDATED}. {SHOWS}{SNIPPET}',
            'ok',
        ),
        (
            f'{UPDATED} successfully. (file state is current in your context \u2014 go on)',
            'ok',
        ),
        (
            f'{UPDATED} successfully. The user modified your proposed changes before accepting.',
            'ok The user modified your proposed changes before accepting.',
        ),
        ('String to replace not found in file.', None),
        ('It says: The file a has been updated.', None),
    ],
)
def test_the_success_of_an_edit_is_ok_and_what_more_it_says_is_kept(
    text: str, short: str | None
) -> None:
    assert without_success(text, 'edit') == (text if short is None else short)


def test_only_an_edits_result_is_shortened_to_ok() -> None:
    assert without_success(f'{UPDATED}.', 'run') == f'{UPDATED}.'


def test_an_accepted_todo_list_is_ok() -> None:
    said = (
        'Todos have been modified successfully. Ensure that you continue to use the todo list to '
        'track your progress. Please proceed with the current tasks if applicable'
    )
    assert without_success(said, 'todo') == 'ok'
    assert without_success(f'{said}, and one thing more', 'todo') != 'ok'
