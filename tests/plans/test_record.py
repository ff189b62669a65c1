"""A plan's record: what it wants, what of it was served, and nothing lost where several write."""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import LearnError
from learn_core.plans import record as plan_record
from learn_core.plans.fields import (
    Outcome,
    Place,
    PlanName,
    PlanRecord,
    Prepared,
    Sending,
    Sent,
    folder_of,
    new_folder,
    value_of,
)
from learn_core.plans.record import change, claimed, enter, finish, named, read, records
from learn_core.plans.trigger import Trigger, by_hand, joined
from learn_core.status import is_busy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PUSH = Trigger(kind='push', at=1.0, issue=5, local_branch='P5-x', sha='a' * 40)
MERGE = Trigger(kind='merge', at=2.0, issue=5, is_urgent=True, needs_session=True)
NAME = PlanName(number=5, host='github.com', owner='acme', repo='widgets')


def place(common: Path, number: int = 5, repo: str = 'acme/widgets') -> Path:
    return folder_of(common, 'github.com', repo, number)


def wanted(common: Path, trigger: Trigger = PUSH, ident: str = '1') -> PlanRecord:
    return enter(place(common), trigger, ident, NAME)


def prepared(of: str, *, shown: bool = False) -> Prepared:
    return Prepared(of=of, at=1.0, digest='d', sha256='s', names=('n',), summary={}, shown=shown)


def sent(of: str, at: float = 1.0) -> Sent:
    return Sent(of=of, at=at, digest='d', gist_id='g', gist_url='u', run_id='1', run_url='r')


def test_a_record_that_could_not_be_written_leaves_no_file_beside_it(tmp_path: Path) -> None:
    record = wanted(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(LearnError, match='make room there'):
            change(record, error='x' * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)
    assert [path.name for path in record.folder.iterdir()] == ['plan.json']
    assert read(record.folder) == record


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    record = wanted(tmp_path)
    record = change(
        record,
        prepared=replace(prepared('1'), summary={'files': 3, 'missing': [{'a': 'b'}]}),
        sending=Sending(of='1', mark='m', since=3.0),
        sent=sent('0'),
        places=(Place(kind='gist', id='g', url='u', account='ann'),),
        history=(Outcome(of='0', at=1.0, state='done', kind='push'),),
        requests=({'method': 'GET', 'status': 200},),
        plan=replace(NAME, node_id='N', is_public=True),
    )
    assert read(record.folder) == record


def test_what_lands_later_is_joined_field_by_field(tmp_path: Path) -> None:
    wanted(tmp_path, replace(PUSH, remote='origin'))
    record = wanted(tmp_path, replace(MERGE, sha='b' * 40, local_branch='P5-y'), '2')
    assert record.wanted is not None
    trigger = record.wanted.trigger
    assert (trigger.kind, trigger.sha, trigger.local_branch) == ('merge', 'b' * 40, 'P5-y')
    assert (trigger.remote, trigger.is_urgent, trigger.needs_session) == ('origin', True, False)


def test_a_later_push_is_as_urgent_as_the_merge_that_waits() -> None:
    trigger = joined(MERGE, replace(MERGE, kind='push', is_urgent=False))
    assert (trigger.is_urgent, trigger.needs_session) == (True, True)
    assert joined(by_hand('/w', issue=5), PUSH).by_hand


def test_the_same_entry_counts_once_also_when_it_was_served(tmp_path: Path) -> None:
    first = wanted(tmp_path)
    assert wanted(tmp_path) == first
    done = finish(first, '1', 'done', sent=sent('1'))
    assert wanted(tmp_path) == done
    assert not done.is_waiting


def test_what_came_while_it_was_worked_on_stays_wanted(tmp_path: Path) -> None:
    first = wanted(tmp_path)
    wanted(tmp_path, replace(PUSH, sha='b' * 40), '2')
    after = finish(first, '1', 'done', sent=sent('1'))
    assert after.is_waiting
    assert after.of == '2'
    assert [(outcome.of, outcome.state) for outcome in after.history] == [('1', 'done')]


def test_what_was_shown_goes_before_anything_newer(tmp_path: Path) -> None:
    record = change(wanted(tmp_path), prepared=prepared('1', shown=True), error='held')
    later = wanted(tmp_path, PUSH, '2')
    assert (later.of, later.error) == ('1', 'held')
    assert finish(record, '1', 'done', sent=sent('1')).of == '2'


def test_what_was_prepared_and_not_shown_gives_way(tmp_path: Path) -> None:
    change(wanted(tmp_path), prepared=prepared('1'), due=None)
    later = wanted(tmp_path, PUSH, '2')
    assert (later.of, later.due, later.attempts) == ('2', 0.0, 0)


def test_what_is_on_its_way_is_finished_before_anything_newer(tmp_path: Path) -> None:
    sending = Sending(of='1', mark='m')
    change(wanted(tmp_path), prepared=prepared('1'), sending=sending)
    assert wanted(tmp_path, PUSH, '2').of == '1'


def test_what_was_dropped_is_not_frozen(tmp_path: Path) -> None:
    record = change(wanted(tmp_path), prepared=prepared('1', shown=True))
    assert not finish(record, '1', 'dropped').is_waiting


def test_a_clock_that_was_set_back_puts_nothing_off(tmp_path: Path) -> None:
    record = change(wanted(tmp_path), due=500.0, tried=400.0)
    assert not record.is_due(450.0)
    assert record.is_due(500.0)
    assert record.is_due(100.0)
    assert not replace(record, due=None).is_due(500.0)


def test_a_name_with_a_dash_is_not_a_name_with_a_slash(tmp_path: Path) -> None:
    for repo in ('acme-web/app', 'acme/web-app', 'Acme/Web-App'):
        enter(place(tmp_path, 5, repo), PUSH, repo, PlanName(number=5))
    assert len(records(tmp_path)) == 2


@pytest.mark.parametrize('word', ['5', '#5', 'acme/widgets#5', 'ACME/Widgets#5'])
def test_a_plan_is_named_by_its_number_or_in_full(tmp_path: Path, word: str) -> None:
    record = wanted(tmp_path)
    assert named(tmp_path, word) == record


def test_a_number_of_two_plans_is_not_guessed(tmp_path: Path) -> None:
    wanted(tmp_path)
    other = replace(NAME, repo='gadgets')
    enter(place(tmp_path, 5, 'acme/gadgets'), PUSH, '1', other)
    with pytest.raises(LearnError, match='acme/gadgets#5'):
        named(tmp_path, '5')
    assert named(tmp_path, 'acme/gadgets#5').plan == other
    with pytest.raises(LearnError, match='nothing is known here'):
        named(tmp_path, '6')


def test_locking_a_plan_that_is_gone_makes_nothing(tmp_path: Path) -> None:
    record = wanted(tmp_path)
    plan_record.delete(record)
    with claimed(record) as mine:
        assert mine is None
    assert not record.folder.exists()
    assert plan_record.left_alone(tmp_path) == []
    with pytest.raises(LearnError, match='is gone'):
        change(record, error='x')


def test_a_lock_is_held_by_one_and_moves_with_its_plan(tmp_path: Path) -> None:
    new = new_folder(tmp_path, '5', 'github.com/a/b')
    record = enter(new, PUSH, '1', PlanName(number=5))
    with claimed(record) as mine:
        assert mine == record
        moved = plan_record.moved(record, place(tmp_path))
        with claimed(moved) as others:
            assert others is None
        assert is_busy(moved)
    assert not is_busy(moved)
    assert not new.exists()


def test_a_plan_that_turns_out_to_be_known_becomes_part_of_it(tmp_path: Path) -> None:
    known = finish(wanted(tmp_path), '1', 'done', sent=sent('1'))
    new = new_folder(tmp_path, '5', 'github.com/a/b')
    record = enter(new, PUSH, '2', PlanName(number=5))
    assert plan_record.twin(record, known.folder, '') == known
    joint = plan_record.put_together(record, known)
    assert (joint.folder, joint.of, joint.sent) == (known.folder, '2', known.sent)
    assert records(tmp_path) == [joint]
    assert plan_record.current(record, '2') == joint


def test_a_renamed_repository_is_known_by_its_node(tmp_path: Path) -> None:
    old = change(wanted(tmp_path), plan=replace(NAME, node_id='N'), made=1.0)
    renamed = enter(place(tmp_path, 5, 'acme/gadgets'), PUSH, '2', NAME)
    assert plan_record.twin(renamed, renamed.folder, 'N') == old
    assert plan_record.twin(old, old.folder, 'N') is None
    assert plan_record.twin(renamed, renamed.folder, 'M') is None


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    wanted(tmp_path)

    def write(number: int) -> None:
        found = read(place(tmp_path))
        assert found is not None
        enter(place(tmp_path), PUSH, f'w{number}', NAME)
        finish(found, f'f{number}', 'done')

    writers = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    (record,) = records(tmp_path)
    assert len(record.history) == 16
    assert record.of.startswith('w')
    assert {path.name for path in record.folder.iterdir()} == {'plan.json'}


@pytest.mark.parametrize(
    ('content', 'why'),
    [
        (b'{"version": 2, "made": "soon"', 'cannot be read'),
        (b'\xff\x00', 'cannot be read'),
        (b'{"version": 2, "plan": {"number": "five"}}', 'cannot be read'),
        (b'{"version": 2, "wanted": {"id": "1", "trigger": {"kind": "sneeze"}}}', 'cannot be read'),
        (b'{"version": 99}', 'newer learn-hook'),
    ],
)
def test_a_damaged_record_is_left_alone_and_said(tmp_path: Path, content: bytes, why: str) -> None:
    folder = wanted(tmp_path).folder
    (folder / 'plan.json').write_bytes(content)
    assert records(tmp_path) == []
    (line,) = plan_record.left_alone(tmp_path)
    assert why in line


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    content=st.dictionaries(
        st.sampled_from(list(PlanRecord.__dataclass_fields__)), json_values, max_size=5
    )
)
def test_any_content_is_read_or_refused(
    content: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp('plan')
    (folder / 'plan.json').write_text(json.dumps({**content, 'version': 2}))
    read(folder)


@given(entry=st.dictionaries(st.sampled_from(list(Trigger.__dataclass_fields__)), json_values))
def test_any_entry_is_a_trigger_or_refused(entry: Mapping[str, object]) -> None:
    try:
        found = value_of(Trigger, entry)
    except (ValueError, TypeError, OverflowError):
        return
    assert isinstance(found.issue, int)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / 'learn-hook').write_text('in the way')
    with pytest.raises(LearnError, match='cannot be written'):
        wanted(tmp_path)


def test_an_interrupted_delete_leaves_nothing_to_read(tmp_path: Path) -> None:
    record = wanted(tmp_path)
    record.folder.rename(record.folder.with_name(f'.5-{os.getpid()}'))
    assert records(tmp_path) == []
    assert plan_record.left_alone(tmp_path) == []
    assert time.time() > record.made
