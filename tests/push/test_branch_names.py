"""Which names look like a plan's branch, and where a plan reference may lie."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.push.branch_names import (
    REFERENCE_FILES,
    is_old_form,
    number_in,
    plain_number,
    references,
)

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


def refer(folder: Path, name: str, content: object) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))


def test_references_come_in_their_order(tmp_path: Path) -> None:
    assert references(str(tmp_path), 'plnd/x') == []
    names = [name.replace('*', 'plnd-x') for name in REFERENCE_FILES]
    for number, name in enumerate(names, 1):
        refer(tmp_path, name, {'issue_number' if 'issue' in name else 'pr_id': number})
    assert references(str(tmp_path), 'plnd/x') == [(name, n) for n, name in enumerate(names, 1)]
    assert [n for _, n in references(str(tmp_path), 'other')] == [1, 2, 5, 6, 7]


@pytest.mark.parametrize(
    ('name', 'content', 'number'),
    [
        ('.impl/plan-ref.json', {'plan_id': '12'}, 12),
        ('.impl/plan-ref.json', {'issue_number': 12}, 0),
        ('.erk/impl-context/ref.json', {'plan_id': None, 'pr_id': 12}, 12),
        ('.impl/issue.json', {'issue_number': 12, 'plan_id': 13}, 12),
        ('.worker-impl/issue.json', {'plan_id': 12}, 12),
        *(('.impl/plan-ref.json', content, 0) for content in ('{', '[]', 'null', '[' * 9999)),
    ],
)
def test_a_reference_names_a_plan_by_its_keys(
    tmp_path: Path, name: str, content: object, number: int
) -> None:
    refer(tmp_path, name, content)
    assert references(str(tmp_path), 'x') == [(name, number)]


@pytest.mark.parametrize('value', [0, -1, True, None, 1.5, '', 'x', '٣', '1234567890', [1]])
def test_what_is_no_number_of_an_issue(value: object) -> None:
    assert plain_number(value) == 0
    assert plain_number('12') == plain_number(12) == 12


def test_a_folder_of_that_name_is_no_reference(tmp_path: Path) -> None:
    (tmp_path / REFERENCE_FILES[0]).mkdir(parents=True)
    assert references(str(tmp_path), 'x') == []
