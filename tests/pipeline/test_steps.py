"""The six steps as the record sees them: what was cut off goes on where it was."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.config import Settings
from learn_core.errors import LearnError, UndecidedError, UnreachableError
from learn_core.git import open_repository
from learn_core.github import UnsureError
from learn_core.materials.directory import save_packed
from learn_core.materials.packed import pack
from learn_core.pipeline import deliver
from learn_core.pipeline.deliver import new_distinct_id
from learn_core.pipeline.run import Person, by_hand, carry_out
from learn_core.plans.fields import PlanName, PlanRecord, Sending, folder_of, new_folder
from learn_core.plans.kept import kept_logs
from learn_core.plans.record import change, claimed, enter, finish, read, records
from learn_core.plans.trigger import Trigger
from learn_core.plans.trigger import by_hand as asked_by_hand
from tests.conftest import TOKEN, git
from tests.promises.world import REPO, World, materials, session, small_plan

if TYPE_CHECKING:
    from learn_core.pipeline.steps import Result

NAME = PlanName(number=5, host='github.com', owner='acme', repo='widgets')


@pytest.fixture
def world(plain_world: World) -> World:
    """Plan 5, which has a session."""
    small_plan(plain_world, 5)
    return plain_world


def wanted(world: World, ident: str = '1', number: int = 5) -> PlanRecord:
    """The plan's record, which wants one thing more."""
    folder = folder_of(world.common, 'github.com', REPO, number)
    trigger = Trigger(kind='push', at=time.time(), issue=number, local_branch='P5-x')
    return enter(folder, trigger, ident, replace(NAME, number=number))


def go_on(world: World, said: list[str] | None = None, **given: Any) -> Result:
    """Carries out what the plan wants as its record stands on disk."""
    record = now(world)
    assert record.wanted is not None
    person = None if said is None else Person(said.append)
    with claimed(record) as mine:
        assert mine is not None
        place = open_repository(world.folder)
        return carry_out(record, record.wanted.trigger, place, settings(world, **given), person)


def settings(world: World, mode: str = 'foreground', **given: Any) -> Settings:
    return Settings(api_url=world.hub.url, mode=mode, consents=('yes',), **given)


def now(world: World) -> PlanRecord:
    record = read(folder_of(world.common, 'github.com', REPO, 5))
    assert record is not None
    return record


def fail_once(world: World, part_of_path: str, method: str) -> None:
    """The server asks for more patience than a run has."""
    world.hub.misbehave(
        status=429, headers={'Retry-After': '3600'}, path_contains=part_of_path, method=method
    )


def posted(world: World, part_of_path: str) -> int:
    return sum(
        one.method == 'POST' and part_of_path in one.path and one.status < 300
        for one in world.hub.requests
    )


def test_what_was_packed_is_sent_although_the_logs_are_gone(world: World) -> None:
    wanted(world)
    fail_once(world, '/gists', 'POST')
    with pytest.raises(UnreachableError):
        go_on(world)
    for log in world.claude.rglob('*.jsonl'):
        log.unlink()
    assert go_on(world).workflow is not None
    assert 'impl-session-5.xml' in materials(world)


def test_what_may_be_on_its_way_and_was_changed_is_an_error(world: World) -> None:
    record = wanted(world)
    fail_once(world, '/gists', 'POST')
    with pytest.raises(LearnError):
        go_on(world)
    (record.folder / 'learn-materials-plan-5.txt').write_text('something else')
    with pytest.raises(LearnError):
        go_on(world)
    assert world.hub.gists == {}


def test_what_may_be_on_its_way_is_not_exchanged_for_other_materials(world: World) -> None:
    record = wanted(world)
    fail_once(world, '/gists', 'POST')
    with pytest.raises(UnreachableError):
        go_on(world)
    save_packed(pack({'impl-other.xml': '<session/>'}), record.folder, 5)
    with pytest.raises(LearnError, match='was changed; use learn-hook drop'):
        go_on(world)
    assert world.hub.gists == {}


def test_what_was_refused_and_is_gone_is_prepared_anew(world: World) -> None:
    record = wanted(world)
    world.hub.misbehave(path_contains='/gists', method='POST', status=403)
    with pytest.raises(LearnError):
        go_on(world)
    (record.folder / 'learn-materials-plan-5.txt').unlink()
    assert go_on(world).workflow is not None
    assert 'impl-session-5.xml' in materials(world)


@pytest.fixture
def leaky(world: World) -> str:
    """What a session says that no rule knows for a secret."""
    session(world, 'session-5', said_by_person='it is otter_lamp_river')
    wanted(world)
    return 'otter_lamp_river'


NEW_RULE = ('otter_[a-z_]+',)


def test_after_a_new_rule_what_waits_is_prepared_anew(world: World, leaky: str) -> None:
    fail_once(world, '/gists', 'POST')
    with pytest.raises(UnreachableError):
        go_on(world)
    said = list[str]()
    go_on(world, said, secrets=NEW_RULE)
    assert '[REDACTED:own-secret:1]' in materials(world)['impl-session-5.xml']
    assert leaky not in str(world.hub.gists)
    assert 'the rules for secrets have changed since it was prepared; preparing it anew' in said


def test_what_is_prepared_anew_waits_for_a_look_where_every_run_does(
    world: World, leaky: str
) -> None:
    assert go_on(world, review=True).skipped
    record = now(world)
    change(record, released=record.of)
    assert go_on(world, review=True, secrets=NEW_RULE).skipped
    assert world.hub.gists == {}
    assert now(world).is_held


@pytest.mark.parametrize('answer_is_lost', [True, False])
def test_what_went_up_under_the_old_rules_is_deleted_with_its_revisions(
    world: World, leaky: str, *, answer_is_lost: bool
) -> None:
    if answer_is_lost:
        world.hub.misbehave(path_contains='/gists', method='POST', status=502, after_effect=True)
        world.hub.misbehave(path_contains='/gists', method='GET', status=502, times=9)
    else:
        fail_once(world, '/dispatches', 'POST')
    with pytest.raises(LearnError):
        go_on(world)
    assert leaky in str(world.hub.gists)
    world.hub.behave()
    go_on(world, secrets=NEW_RULE)
    (gist,) = world.hub.gists.values()
    assert [leaky in str(revision.files) for revision in gist.revisions] == [False]


@pytest.mark.parametrize('is_dropped', [True, False])
def test_what_was_sent_under_the_old_rules_leaves_no_revision_once_it_is_sent_anew(
    world: World, leaky: str, *, is_dropped: bool
) -> None:
    go_on(world)
    assert leaky in str(world.hub.gists)
    record = wanted(world, '2')
    if is_dropped:
        finish(record, record.of, 'dropped', prepared=None)
        wanted(world, '3')
    go_on(world, secrets=NEW_RULE)
    (gist,) = world.hub.gists.values()
    assert [leaky in str(revision.files) for revision in gist.revisions] == [False]


def test_what_a_workflow_may_have_been_started_for_is_not_prepared_anew(
    world: World, leaky: str
) -> None:
    cut_off_after_the_start(world)
    go_on(world, secrets=NEW_RULE)
    assert leaky in materials(world)['impl-session-5.xml']
    assert posted(world, '/dispatches') == 1


def test_a_gist_that_was_made_is_not_made_again(world: World) -> None:
    wanted(world)
    fail_once(world, '/dispatches', 'POST')
    with pytest.raises(LearnError):
        go_on(world)
    session(world, 'session-5', said_by_person='Something new')
    go_on(world)
    assert posted(world, '/gists') == 1
    assert [one.inputs['issue_number'] for one in world.hub.runs] == ['5']


def test_the_word_that_finds_a_run_is_written_down_before_it_is_sent(world: World) -> None:
    wanted(world)
    fail_once(world, '/dispatches', 'POST')
    with pytest.raises(LearnError):
        go_on(world)
    sending = now(world).sending
    assert sending is not None
    go_on(world)
    assert world.hub.runs[0].inputs['distinct_id'] == sending.mark


def cut_off_after_the_start(world: World) -> Sending:
    """As when the process was killed right after the dispatch was sent, a moment ago."""
    go_on(world)
    record = now(world)
    assert record.sent is not None
    mark = world.hub.runs[0].inputs.get('distinct_id', '')
    sending = Sending(
        of='1',
        mark=mark,
        gist_id=record.sent.gist_id,
        gist_url=record.sent.gist_url,
        since=time.time() - 1,
    )
    before = enter(record.folder, Trigger(kind='push', issue=5), '1b', NAME)
    change(
        before,
        sending=replace(sending, of='1b'),
        prepared=replace(record.prepared, of='1b') if record.prepared else None,
        sent=None,
    )
    return sending


def test_a_run_that_is_listed_late_is_found_and_not_started_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, 'SECONDS_BETWEEN_LOOKS', 0.05)
    wanted(world)
    cut_off_after_the_start(world)
    (started,) = world.hub.runs
    world.hub.runs.clear()
    looks = [0]

    def appear() -> None:
        looks[0] += 1
        if looks[0] == 3:
            world.hub.runs.append(started)

    world.hub.misbehave(path_contains='/runs', method='GET', times=9, meanwhile=appear)
    result = go_on(world)
    assert result.workflow is not None
    assert result.workflow.id == str(started.id)
    assert posted(world, '/dispatches') == 1


@pytest.mark.parametrize('answer_is_lost', [True, False])
def test_a_late_run_is_waited_for_where_the_answer_does_not_name_it(
    world: World, monkeypatch: pytest.MonkeyPatch, *, answer_is_lost: bool
) -> None:
    monkeypatch.setattr(deliver, 'SECONDS_BETWEEN_LOOKS', 0.05)
    wanted(world)
    world.hub.answers_204, world.hub.run_delay_polls = True, 3
    if answer_is_lost:
        world.hub.misbehave(path_contains='/dispatches', status=502, after_effect=True)
    result = go_on(world)
    assert result.workflow is not None
    assert [result.workflow.id] == [str(run.id) for run in world.hub.runs]
    assert sum('/runs' in asked.path for asked in world.hub.requests) == 4


@pytest.mark.parametrize('fault', [{}, {'path_contains': '/runs', 'status': 403, 'times': 99}])
def test_a_run_that_never_shows_up_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    monkeypatch.setattr(deliver, 'SECONDS_UNTIL_LISTED', 0.2)
    wanted(world)
    world.hub.answers_204, world.hub.run_delay_polls = True, 10_000
    world.hub.misbehave(**fault) if fault else None
    with pytest.raises(UnsureError, match='does not show up'):
        go_on(world)
    assert len(world.hub.runs) == 1
    sending = now(world).sending
    assert sending is not None
    assert sending.since is not None


def test_a_start_that_never_arrived_is_made_after_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, 'SECONDS_BETWEEN_LOOKS', 0.05)
    monkeypatch.setattr(deliver, 'SECONDS_UNTIL_LISTED', 1.5)
    wanted(world)
    cut_off_after_the_start(world)
    world.hub.runs.clear()
    assert go_on(world).workflow is not None
    assert len(world.hub.runs) == 1


def test_without_a_distinct_id_it_is_neither_adopted_nor_repeated_until_retry(
    world: World,
) -> None:
    world.hub.repos[REPO].files = {
        place: text.replace('distinct_id', 'unused')
        for place, text in world.hub.repos[REPO].files.items()
    }
    wanted(world)
    cut_off_after_the_start(world)
    for _ in range(2):
        with pytest.raises(UndecidedError, match='learn-hook retry starts it again'):
            go_on(world)
    assert posted(world, '/dispatches') == 1
    sending = now(world).sending
    assert sending is not None
    change(now(world), sending=replace(sending, is_undecided=False))
    assert go_on(world).workflow is not None
    assert posted(world, '/dispatches') == 2


def test_a_start_whose_answer_was_lost_is_not_adopted_by_its_time(world: World) -> None:
    world.hub.repos[REPO].files = {
        place: text.replace('distinct_id', 'unused')
        for place, text in world.hub.repos[REPO].files.items()
    }
    wanted(world)
    world.hub.misbehave(path_contains='/dispatches', method='POST', status=502, after_effect=True)
    with pytest.raises(UndecidedError):
        go_on(world)
    assert len(world.hub.runs) == 1


def test_what_was_refused_holds_nothing_newer_up(world: World) -> None:
    wanted(world)
    world.hub.misbehave(path_contains='/gists', method='POST', status=403)
    with pytest.raises(LearnError):
        go_on(world)
    assert now(world).sending is None
    session(world, 'session-5', said_by_person='And one thing more')
    wanted(world, '2')
    go_on(world)
    assert 'And one thing more' in materials(world)['impl-session-5.xml']
    assert not now(world).is_waiting


def test_a_gist_of_another_account_is_left_and_remembered(world: World) -> None:
    wanted(world)
    go_on(world)
    world.hub.tokens[TOKEN]['login'] = 'ben'
    session(world, 'session-5', said_by_person='From the other account')
    wanted(world, '2')
    go_on(world)
    assert [place.account for place in now(world).places] == ['ann', 'ben']
    assert len(world.hub.gists) == 2
    wanted(world, '3')
    assert go_on(world).skipped == 'same materials'


def test_what_github_was_asked_is_noted_without_a_word_of_it(world: World) -> None:
    wanted(world)
    go_on(world)
    noted = now(world).requests
    assert [(one['method'], one['path'], one['status']) for one in noted] == [
        (one.method, one.path, one.status) for one in world.hub.requests
    ]
    assert all(one.keys() == {'method', 'path', 'status', 'sent', 'received'} for one in noted)


def test_a_run_that_is_done_says_so_in_record_and_log(world: World) -> None:
    wanted(world)
    said = list[str]()
    go_on(world, said)
    record = now(world)
    assert [(one.of, one.state, one.note) for one in record.history] == [('1', 'done', '')]
    assert (record.wanted, record.sending) == (None, None)
    assert record.sent is not None
    assert record.history[0].run_url == record.sent.run_url
    assert record.plan.node_id
    log = (record.folder / 'log').read_text(encoding='utf-8')
    assert all(line in log for line in said)
    assert 'preprocessing impl session session-5' in log


def test_an_error_is_in_the_log_too(world: World) -> None:
    wanted(world, number=404)
    record = records(world.common)[-1]
    with pytest.raises(LearnError, match='#404'):
        carry_out(
            record,
            Trigger(kind='push', issue=404),
            open_repository(world.folder),
            settings(world),
        )
    assert '#404' in (record.folder / 'log').read_text(encoding='utf-8')


def test_a_dry_run_touches_nothing_of_what_waits(world: World) -> None:
    wanted(world)
    before = now(world)
    assert before.wanted is not None
    carried = carry_out(
        before,
        before.wanted.trigger,
        open_repository(world.folder),
        settings(world, 'dry-run'),
    )
    assert (carried.stored, carried.workflow, carried.skipped) == (None, None, 'dry run')
    after = now(world)
    assert (after.wanted, after.prepared, after.sent) == (before.wanted, None, None)
    assert after.dry is not None
    assert (after.folder / 'dry' / after.dry.names[0]).exists()
    assert go_on(world).workflow is not None


def test_a_fork_layout_is_settled_where_the_plan_is(world: World) -> None:
    git('remote', 'add', 'upstream', 'https://github.com/upstream/widgets.git', cwd=world.folder)
    say = list[str]()
    result = by_hand(
        asked_by_hand(str(world.folder), issue=5),
        open_repository(world.folder),
        settings(world),
        Person(say.append),
    )
    assert result.workflow is not None
    (record,) = records(world.common)
    assert record.folder == folder_of(world.common, 'github.com', REPO, 5)


def unplaced(world: World) -> PlanRecord:
    """A push of plan 5 that was written down before anybody knew where the plan is."""
    trigger = Trigger(kind='push', at=time.time(), issue=5, local_branch='P5-y')
    return enter(new_folder(world.common, '5'), trigger, '2', PlanName(number=5))


def carried_out(world: World, record: PlanRecord) -> Result:
    assert record.trigger is not None
    with claimed(record):
        place = open_repository(world.folder)
        return carry_out(record, record.trigger, place, settings(world))


def test_a_push_whose_plan_becomes_known_joins_what_waits_there(world: World) -> None:
    other, record = wanted(world), unplaced(world)
    log = kept_logs(record.folder) / 'a.jsonl'
    log.parent.mkdir()
    log.write_text('{}')
    fail_once(world, '/gists', 'POST')
    with pytest.raises(UnreachableError):
        carried_out(world, record)
    (joint,) = records(world.common)
    assert (joint.folder, joint.of) == (other.folder, '2')
    assert (kept_logs(joint.folder) / 'a.jsonl').read_text() == '{}'


@pytest.mark.parametrize('is_sent', [True, False])
def test_what_was_served_where_its_plan_is_is_not_sent_again(
    world: World, *, is_sent: bool
) -> None:
    served = wanted(world, '2')
    if is_sent:
        go_on(world)
    else:
        finish(served, '2', 'dropped', 'by hand; nothing was sent')
    result = carried_out(world, unplaced(world))
    assert (result.stored is not None, result.workflow is not None) == (is_sent, is_sent)
    assert result.skipped == 'it was sent or dropped meanwhile; see learn-hook status'
    assert len(world.hub.runs) == is_sent
    assert [record.folder for record in records(world.common)] == [served.folder]


def test_a_run_by_hand_waits_for_one_in_the_background_and_says_so(world: World) -> None:
    record = wanted(world)
    said, errors = list[str](), list[str]()
    is_held, is_said = threading.Event(), threading.Event()

    def hold() -> None:
        with claimed(record):
            is_held.set()
            is_said.wait(30)

    def say(line: str) -> None:
        said.append(line)
        errors.append(now(world).error)
        is_said.set()

    holding = threading.Thread(target=hold)
    holding.start()
    assert is_held.wait(30)
    trigger = asked_by_hand(str(world.folder), issue=5)
    by_hand(trigger, open_repository(world.folder), settings(world), Person(say))
    holding.join()
    assert said[0] == 'plan acme/widgets#5 is worked on in the background; waiting for that to end'
    assert errors[0] == ''  # and it does not say that anything failed
    assert len(world.hub.runs) == 1
    assert not now(world).is_waiting


def test_the_word_that_finds_a_run_is_random_and_short() -> None:
    marks = {new_distinct_id() for _ in range(50)}
    assert len(marks) == 50
    assert all(re.fullmatch(r'[0-9a-z]{10}', mark) for mark in marks)
