from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import LearnError
from learn_core.receive import actions

if TYPE_CHECKING:
    from pathlib import Path

ID = '0123456789abcdef' * 2
URL = f'https://gist.github.com/ann/{ID}'
REF = f'refs/learn-hook/plans/5/abc@{"a" * 40}'


def event(folder: Path, content: str) -> dict[str, str]:
    path = folder / 'event.json'
    path.write_text(content, encoding='utf-8')
    return {'GITHUB_EVENT_PATH': str(path)}


@pytest.mark.parametrize(
    ('inputs', 'found'),
    [
        ({'gist_url': URL}, ('gist_url', URL)),
        ({'gist_url': URL, 'materials_ref': ''}, ('gist_url', URL)),
        ({'gist_url': '', 'materials_ref': REF}, ('materials_ref', REF)),
    ],
)
def test_the_place_of_the_materials_is_read_from_the_events_file(
    tmp_path: Path, inputs: dict[str, str], found: tuple[str, str]
) -> None:
    content = json.dumps({'inputs': {'issue_number': '5', **inputs}})
    assert actions.materials(event(tmp_path, content)) == found


@pytest.mark.parametrize(
    'content',
    [
        '',
        '{',
        '[]',
        'null',
        '{"inputs": null}',
        '{"inputs": {}}',
        '{"inputs": {"gist_url": 5}}',
        '{"inputs": {"gist_url": " "}}',
        '{"inputs": {"materials_ref": ""}}',
        '[' * 100_000,
        '\udcff',
    ],
)
def test_an_event_without_materials_is_one_sentence(tmp_path: Path, content: str) -> None:
    environ = event(tmp_path, '')
    (tmp_path / 'event.json').write_bytes(content.encode(errors='surrogateescape'))
    with pytest.raises(LearnError, match='neither gist_url nor materials_ref'):
        actions.materials(environ)
    with pytest.raises(LearnError, match='neither gist_url nor materials_ref'):
        actions.materials({'GITHUB_EVENT_PATH': str(tmp_path / 'gone')})


def test_elsewhere_than_on_a_runner_one_is_told_what_to_give() -> None:
    with pytest.raises(LearnError, match='give --gist-url or --file'):
        actions.materials({})


def test_the_gists_id_is_masked_as_well_as_its_url() -> None:
    assert actions.masks(URL) == [f'::add-mask::{URL}', f'::add-mask::{ID}']


@given(st.text(min_size=1))
def test_a_mask_is_one_line_whatever_the_url(url: str) -> None:
    for line in actions.masks(url):
        assert line.startswith('::add-mask::')
        assert not set(line) & {'\r', '\n'}
    first = actions.masks(url)[0].removeprefix('::add-mask::')
    assert first.replace('%0A', '\n').replace('%0D', '\r').replace('%25', '%') == url
