"""What is shown of a plan's record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.errors import LearnError
from learn_core.materials import packed as packing
from learn_core.materials.directory import save_packed
from learn_core.page import shown_of
from learn_core.plans.fields import (
    REVIEW,
    Outcome,
    PlanName,
    PlanRecord,
    Prepared,
    Sending,
    Sent,
    Wanted,
)
from learn_core.plans.trigger import Trigger
from tests.page.made import BEGAN, NOW, packed_shown, session

if TYPE_CHECKING:
    from pathlib import Path

GIST = 'https://gist.github.com/ann/1'
SENDING = Sending(of='1', mark='m')
SENT = Sent(of='1', at=NOW, digest='d', gist_id='1', gist_url=GIST, run_id='9', run_url='r')
SUMMARY = {
    'missing': [{'session_id': 'gone', 'reason': 'not on this machine'}],
    'left_out': {'noise': 3},
    'redactions': {'jwt': 1},
    'pull_request': {'number': 45, 'others': [44]},
}


@pytest.fixture
def record(tmp_path: Path) -> PlanRecord:
    """Plan 123, prepared and held."""
    packed = packing.pack(packed_shown({'impl-s.xml': session('x')}, about=SUMMARY).files)
    names = tuple(save_packed(packed, tmp_path, 123))
    return PlanRecord(
        folder=tmp_path,
        plan=PlanName(number=123, url='https://github.com/acme/widgets/issues/123'),
        wanted=Wanted(id='1', trigger=Trigger(kind='push', issue=123)),
        error=REVIEW,
        prepared=Prepared(
            of='1',
            at=BEGAN,
            digest=packed.digest,
            sha256=packed.sha256,
            names=names,
            summary=SUMMARY,
        ),
        requests=({'method': 'GET', 'path': '/rate', 'status': 0, 'sent': 0, 'received': 0},),
    )


def test_a_plan_is_shown_with_its_packed_files(record: PlanRecord) -> None:
    shown = shown_of(record)
    assert (shown.name, shown.stage, shown.host) == ('123', 'held', 'github.com')
    assert sorted(shown.files) == ['impl-s.xml', 'manifest.json']
    assert shown.manifest['issue'] == 123
    assert record.prepared is not None
    assert shown.sha256 == record.prepared.sha256
    assert shown.size == sum(file.stat().st_size for file in record.folder.glob('*.txt'))
    assert shown.missing == SUMMARY['missing']
    assert (shown.pull, shown.other_pulls) == (45, [44])
    assert (shown.left_out, shown.replaced) == ({'noise': 3}, {'jwt': 1})
    assert shown.requests == record.requests


def test_a_ref_is_named_as_one_before_and_after_it_was_sent(record: PlanRecord) -> None:
    place = 'https://github.com/acme/widgets/commit/0123'
    ident = 'refs/learn-hook/plans/123/m@0123'
    assert shown_of(record, 'ref').store == 'ref'
    sent = replace(SENT, gist_id=ident, gist_url=place)
    sending = replace(SENDING, gist_id=ident, gist_url=place)
    for one in (replace(record, sent=sent), replace(record, sending=sending)):
        shown = shown_of(one)
        assert (shown.store, shown.host, shown.gist_url) == ('ref', 'github.com', place)
    assert shown_of(replace(record, sent=SENT), 'ref').store == 'gist'


@pytest.mark.parametrize('how', ['gone', 'changed', 'cut off'])
def test_other_bytes_than_the_packed_ones_are_not_shown(record: PlanRecord, how: str) -> None:
    (packed,) = record.folder.glob('*.txt')
    text = packed.read_text(encoding='utf-8')
    if how == 'gone':
        packed.unlink()
    else:
        packed.write_text(text[:-2] if how == 'cut off' else f'{text} ', encoding='utf-8')
    with pytest.raises(LearnError):
        shown_of(record)


def test_a_plan_of_which_nothing_is_packed_is_shown_without_files(record: PlanRecord) -> None:
    shown = shown_of(replace(record, prepared=None, error='no network'))
    assert (shown.stage, shown.note, shown.files, shown.size) == ('waiting', 'no network', {}, 0)


def test_a_plan_is_shown_with_what_became_of_it_before(record: PlanRecord) -> None:
    outcome = Outcome(of='0', at=BEGAN, state='done', kind='push', note='same materials')
    shown = shown_of(replace(record, history=(outcome,)))
    assert shown.history == ['2026-09-10 00:26:40 UTC: done, same materials']


def test_the_newer_of_a_dry_run_and_what_was_prepared_is_shown(record: PlanRecord) -> None:
    assert record.prepared is not None
    packed = packing.pack(packed_shown({'impl-t.xml': session('y')}).files)
    (record.folder / 'dry').mkdir()
    names = tuple(save_packed(packed, record.folder / 'dry', 123))
    dry = replace(record.prepared, of='dry', at=NOW, sha256=packed.sha256, names=names)
    assert shown_of(replace(record, dry=dry)).stage == 'dry run'
    assert 'impl-t.xml' in shown_of(replace(record, dry=dry)).files
    assert shown_of(replace(record, dry=replace(dry, at=BEGAN - 1))).stage == 'held'


def stage(record: PlanRecord, **given: Any) -> str:
    shown = shown_of(replace(record, **given))
    return f'{shown.stage} {shown.when - BEGAN:.0f}' if shown.when else shown.stage


def ended(state: str, note: str = '') -> dict[str, Any]:
    outcome = Outcome(of='1', at=NOW, state=state, kind='push', note=note)
    return {'wanted': None, 'error': '', 'history': (outcome,)}


def test_the_stage_of_a_plan_is_told_by_what_was_done(record: PlanRecord) -> None:
    assert stage(record, **ended('done'), sent=SENT) == 'sent 60'
    assert stage(record, sending=replace(SENDING, gist_url=GIST)) == 'uploaded'
    assert stage(record, error='at most once an hour', due=NOW) == 'scheduled 60'
    assert stage(record, error='no network', due=0.0) == 'waiting'
    assert stage(record, error='no token', due=None) == 'failed'
    assert stage(record, **ended('failed', 'x')) == 'failed'
    assert stage(record, **ended('dropped', 'by hand')) == 'dropped'
    assert stage(record, **ended('done', 'same materials')) == 'unsent'
    assert stage(record, wanted=None, error='', prepared=None) == 'unsent'
    assert shown_of(replace(record, sending=SENDING)).may_have_arrived
