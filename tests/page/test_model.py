"""What is shown of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from learn_core.errors import LearnError
from learn_core.materials import packed as packing
from learn_core.materials.directory import save_packed
from learn_core.page import Missing, Request, shown_of
from learn_core.plans import journal
from learn_core.plans.run import Run, Trigger
from tests.page.made import BEGAN, NOW, packed_shown, session

if TYPE_CHECKING:
    from pathlib import Path

GIST = {'id': '1', 'url': 'https://gist.github.com/ann/1'}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A held run of plan 123."""
    made = journal.begin(tmp_path, Trigger(kind='push', issue=123))
    packed = packing.pack(packed_shown({'impl-s.xml': session('x')}).files)
    made.steps |= {
        'plan': 'https://github.com/acme/widgets/issues/123',
        'packed': save_packed(packed, made.directory, 123),
        'digest': packed.digest,
        'sha256': packed.sha256,
        'summary': {
            'missing': [{'session_id': 'gone', 'reason': 'not on this machine'}],
            'left_out': {'noise': 3},
            'redactions': {'jwt': 1},
            'pull_request': {'number': 45, 'others': [44]},
        },
        'requests': [{'method': 'GET', 'path': '/rate', 'status': None}],
    }
    made.book('held')
    return made


def test_a_run_is_shown_with_its_packed_files(run: Run) -> None:
    shown = shown_of(run)
    assert (shown.name, shown.stage, shown.host) == ('123', 'held', 'github.com')
    assert sorted(shown.files) == ['impl-s.xml', 'manifest.json']
    assert shown.manifest['issue'] == 123
    assert shown.sha256 == run.steps['sha256']
    assert shown.size == sum(file.stat().st_size for file in run.directory.glob('*.txt'))
    assert shown.missing == (Missing('gone', 'not on this machine'),)
    assert (shown.pull, shown.other_pulls) == (45, (44,))
    assert (shown.left_out, shown.replaced) == ({'noise': 3}, {'jwt': 1})
    assert shown.requests == (Request('GET', '/rate', 0, 0, 0),)


@pytest.mark.parametrize('how', ['gone', 'changed', 'cut off'])
def test_other_bytes_than_the_packed_ones_are_not_shown(run: Run, how: str) -> None:
    (packed,) = run.directory.glob('*.txt')
    text = packed.read_text(encoding='utf-8')
    if how == 'gone':
        packed.unlink()
    else:
        packed.write_text(text[:-2] if how == 'cut off' else f'{text} ', encoding='utf-8')
    with pytest.raises(LearnError):
        shown_of(run)


def test_the_account_is_that_of_the_gist(run: Run) -> None:
    for url, place in (
        (GIST['url'], ('gist.github.com', 'ann')),
        ('https://git.acme.com/gist/ann/1f', ('git.acme.com', 'ann')),
        ('https://gist.github.com/1f', ('gist.github.com', '')),
        ('odd', ('', '')),
    ):
        run.steps['gist'] = {'id': '1', 'url': url}
        shown = shown_of(run)
        assert (shown.host, shown.account) == place


def test_a_run_that_packed_nothing_is_shown_without_files(tmp_path: Path) -> None:
    made = journal.begin(tmp_path, Trigger(kind='push', issue=5))
    made.book('waiting', 'no network')
    shown = shown_of(made)
    assert (shown.stage, shown.note, shown.files, shown.size) == ('waiting', 'no network', {}, 0)


def stage(folder: Path, state: str, note: str = '', *, at: float = 0.0, **steps: Any) -> str:
    made = Run(folder, Trigger(kind='push', issue=5))
    made.state, made.note, made.not_before, made.ended = state, note, at, NOW
    made.steps = steps
    return f'{shown_of(made).stage} {shown_of(made).when - BEGAN:.0f}'


def test_the_stage_of_a_run_is_told_by_what_it_has_done(tmp_path: Path) -> None:
    nothing = -BEGAN
    assert stage(tmp_path, 'done', gist=GIST, workflow={}, sent_at=BEGAN) == 'sent 0'
    assert stage(tmp_path, 'done', gist=GIST, workflow={}) == 'sent 60'
    assert stage(tmp_path, 'failed', gist=GIST) == f'uploaded {nothing:.0f}'
    assert stage(tmp_path, 'held') == f'held {nothing:.0f}'
    assert stage(tmp_path, 'held', at=NOW) == 'waiting 60'
    assert stage(tmp_path, 'waiting', 'no network') == f'waiting {nothing:.0f}'
    assert stage(tmp_path, 'failed', 'x') == f'failed {nothing:.0f}'
    assert stage(tmp_path, 'done', 'dry run') == f'dry run {nothing:.0f}'
    assert stage(tmp_path, 'dropped', 'by hand') == f'dropped {nothing:.0f}'
    assert stage(tmp_path, 'done', 'same materials') == f'unsent {nothing:.0f}'
