"""Which names look like a plan's branch, and where a plan reference may lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.push.branch_names import REFERENCE_FILES, is_old_form, number_in, reference_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ('branch', 'number'),
    [
        ('P123-x', 123),
        ('p123-retry-uploads', 123),
        ('123-x', 123),
        ('P007-bond', 7),
        ('P5-x/y', 5),
        ('2024-q1-report', 2024),
    ],
)
def test_a_plan_branch_tells_its_number(branch: str, number: int) -> None:
    assert number_in(branch) == number


@pytest.mark.parametrize(
    'branch',
    [
        *('', 'main', 'P123', 'P123-', '-x', 'P-x', 'PP5-x', 'pP5-x', 'Px-5', 'P5_x', 'P0-x'),
        *('0-x', 'feature/P5-x', 'P 5-x', 'P+5-x', 'P-5-x', 'P٣-x', 'P²-x', 'P1234567890-x'),
    ],
)
def test_any_other_name_tells_none(branch: str) -> None:
    assert number_in(branch) is None


@given(st.integers(1, 999_999_999), st.sampled_from(['P', 'p', '']), st.text(min_size=1))
def test_the_number_is_read_whatever_the_slug(number: int, letter: str, slug: str) -> None:
    assert number_in(f'{letter}{number}-{slug}') == number


@given(st.text())
def test_a_number_is_never_below_one(branch: str) -> None:
    number = number_in(branch)
    assert number is None or number > 0


def test_only_the_letter_makes_a_name_sure() -> None:
    assert is_old_form('2024-q1-report')
    assert not is_old_form('P5-x')
    assert not is_old_form('p5-x')


def test_the_first_reference_file_speaks(tmp_path: Path) -> None:
    assert reference_file(str(tmp_path)) is None
    for name in reversed(REFERENCE_FILES):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{}')
        assert reference_file(str(tmp_path)) == str(path)


def test_a_folder_of_that_name_is_no_reference(tmp_path: Path) -> None:
    (tmp_path / REFERENCE_FILES[0]).mkdir(parents=True)
    assert reference_file(str(tmp_path)) is None
