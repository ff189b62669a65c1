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


def event(folder: Path, content: str) -> dict[str, str]:
    path = folder / 'event.json'
    path.write_text(content, encoding='utf-8')
    return {'GITHUB_EVENT_PATH': str(path)}


def test_the_url_is_read_from_the_events_file(tmp_path: Path) -> None:
    inputs = {'issue_number': '5', 'gist_url': URL}
    assert actions.gist_url(event(tmp_path, json.dumps({'inputs': inputs}))) == URL


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
        '[' * 100_000,
        '\udcff',
    ],
)
def test_an_event_without_a_url_is_one_sentence(tmp_path: Path, content: str) -> None:
    environ = event(tmp_path, '')
    (tmp_path / 'event.json').write_bytes(content.encode(errors='surrogateescape'))
    with pytest.raises(LearnError, match='has no input gist_url'):
        actions.gist_url(environ)
    with pytest.raises(LearnError, match='has no input gist_url'):
        actions.gist_url({'GITHUB_EVENT_PATH': str(tmp_path / 'gone')})


def test_elsewhere_than_on_a_runner_one_is_told_what_to_give() -> None:
    with pytest.raises(LearnError, match='give --gist-url or --file'):
        actions.gist_url({})


def test_the_gists_id_is_masked_as_well_as_its_url() -> None:
    assert actions.masks(URL) == [f'::add-mask::{URL}', f'::add-mask::{ID}']


@given(st.text(min_size=1))
def test_a_mask_is_one_line_whatever_the_url(url: str) -> None:
    for line in actions.masks(url):
        assert line.startswith('::add-mask::')
        assert not set(line) & {'\r', '\n'}
    first = actions.masks(url)[0].removeprefix('::add-mask::')
    assert first.replace('%0A', '\n').replace('%0D', '\r').replace('%25', '%') == url
