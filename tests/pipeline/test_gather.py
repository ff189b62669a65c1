"""Steps 1 to 4 where a source is odd: elsewhere, gone, or rendered already."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from learn_core import agents
from learn_core.config import Settings
from learn_core.errors import LearnError, LeftoverError, NotAPlanError
from learn_core.git import open_repository
from learn_core.github import GitHub, address_of
from learn_core.materials.directory import Materials, fresh_materials
from learn_core.materials.packed import pack
from learn_core.pipeline.gather import (
    Context,
    linked_pull,
    plan_branches,
    pusher_of,
    refuse_unless_here,
    refuse_unless_learnable,
)
from learn_core.pipeline.sources import add_sessions
from learn_core.plans.plan import PlanIssue, plan_issue
from learn_core.plans.trigger import Trigger
from learn_core.redact import Redactor
from learn_core.sessions.source import Discovered, SessionSource, without_repeats
from tests.agents.claude.logs import assistant, user, write
from tests.conftest import FETCH_URL, git
from tests.redact.secrets import filled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_demo import StandIn
    from learn_demo.state import Gist

PUSH = Trigger(kind='push', issue=5, local_branch='P5-x', remote_branch='P5-y')
BY_HAND = Trigger(kind='manual', issue=5, by_hand=True)
LINES = [user('Do it.', uuid='1'), assistant('Done.', uuid='2'), user('Good.'), assistant('So.')]
RAW = ''.join(json.dumps(line) + '\n' for line in LINES)
XML = '<session>\n  <user>Done elsewhere.</user>\n</session>\n'


def plan(header: str | None = 'a: 1', *labels: str) -> PlanIssue:
    key = 'erk:metadata-block:plan-header'
    body = '' if header is None else f'<!-- {key} -->\n```yaml\n{header}\n```\n<!-- /{key} -->'
    return plan_issue(number=5, url='u', title='t', body=body, labels=labels, comments=[])


def source(path: Path | None = None, *, is_packed: bool = False, **more: str) -> SessionSource:
    given: dict[str, Any] = {'session_id': 's1', 'kind': 'impl', 'why': 'header', **more}
    made = SessionSource(**{'source_type': 'local', **given}, is_packed=is_packed)
    if path is None:
        return made
    transcript = replace(agents.transcript_of(path), session_id=made.session_id)
    with contextlib.suppress(LearnError):
        made = replace(made, index=agents.index(transcript))
    return replace(made, transcript=transcript)


def found(*paths: Path | None) -> Discovered:
    return Discovered(sources=tuple(source(path) for path in paths))


@pytest.fixture
def materials(tmp_path: Path) -> Materials:
    return fresh_materials(tmp_path, 5, Redactor())


@pytest.fixture
def github(hub: StandIn) -> GitHub:
    address = address_of(FETCH_URL, api_url=hub.url, graphql_url=None)
    assert address is not None
    return GitHub(address, 'hub-token')


def written(materials: Materials) -> list[str]:
    return sorted(path.name for path in materials.directory.iterdir())


def test_the_branch_is_the_plans_own_and_what_was_pushed(repository: Callable[..., Path]) -> None:
    here = open_repository(repository())
    assert plan_branches(plan('branch_name: P5-z'), PUSH, here) == ['P5-z', 'P5-y', 'P5-x']
    assert plan_branches(plan(), replace(PUSH, local_branch='master'), here) == ['P5-y']
    assert plan_branches(plan(None), BY_HAND, here) == []
    git('branch', '5-retry', cwd=here.worktree)
    git('update-ref', 'refs/remotes/origin/P5-old', 'HEAD', cwd=here.worktree)
    assert plan_branches(plan(None), BY_HAND, here) == ['5-retry', 'P5-old']


def context(trigger: Trigger, **given: Any) -> Context:
    said: list[str] = given.pop('said', [])
    repository: Any = None
    return Context(
        trigger=trigger,
        repository=repository,
        settings=Settings(**given),
        redactor=Redactor(),
        github=[],
        say=said.append,
        detail=said.append,
    )


def test_a_number_of_a_branch_name_alone_needs_a_mark() -> None:
    named = replace(PUSH, needs_mark=True)
    with pytest.raises(NotAPlanError, match='#5 is not marked as a plan'):
        refuse_unless_learnable(plan(None), context(named))
    refuse_unless_learnable(plan(), context(named))
    refuse_unless_learnable(plan(None, 'erk-plan'), context(named))
    refuse_unless_learnable(plan(None, 'ours'), context(named, plan_labels=('ours',)))
    refuse_unless_learnable(plan(None), context(PUSH))
    refuse_unless_learnable(plan(None), context(BY_HAND))


def test_a_closed_issue_without_a_mark_is_warned_about() -> None:
    said = list[str]()
    refuse_unless_learnable(replace(plan(None), is_closed=True), context(BY_HAND, said=said))
    assert said == ['#5 is closed and not marked as a plan; is it the right one?']


@pytest.mark.parametrize('learned', [plan('learned_from_issue: 4'), plan('a: 1', 'erk-learn')])
def test_lessons_about_lessons_need_a_person_and_force(learned: PlanIssue) -> None:
    for trigger, force in ((PUSH, True), (PUSH, False), (BY_HAND, False)):
        with pytest.raises(NotAPlanError, match='itself made by learning'):
            refuse_unless_learnable(learned, context(trigger, force=force))
    refuse_unless_learnable(learned, context(BY_HAND, force=True))


def test_only_a_merge_needs_a_session_on_this_machine(tmp_path: Path) -> None:
    merge = Trigger(kind='merge', needs_session=True)
    with pytest.raises(NotAPlanError, match='no session of the merged plan'):
        refuse_unless_here(found(None), merge)
    refuse_unless_here(found(None, tmp_path), merge)
    refuse_unless_here(found(None), PUSH)


def link(number: int, repo: str) -> dict[str, object]:
    return {'type': 'pr-link', 'prNumber': number, 'prUrl': 'u', 'prRepository': repo}


def test_the_last_pull_request_that_a_log_names_is_linked(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', *LINES, link(4, ''), link(5, 'Acme/widgets'), link(6, 'b/c'))
    gone = tmp_path / 'gone.jsonl'
    assert linked_pull(found(log, None), 'acme/widgets') == 5
    assert linked_pull(found(log, gone), 'acme/other') == 4
    assert linked_pull(found(gone), 'acme/widgets') is None
    assert linked_pull(found(), 'acme/widgets') is None


def test_a_planning_session_has_a_name_of_its_own(
    materials: Materials, github: GitHub, tmp_path: Path
) -> None:
    log = write(tmp_path / 's1.jsonl', *LINES)
    for kind in ('planning', 'impl', 'learn'):
        add_sessions(materials, [source(log, kind=kind, session_id=kind)], github, 20_000)
    assert written(materials) == ['impl-impl.xml', 'impl-learn.xml', 'planning-planning.xml']
    assert materials.sessions == 3


def test_a_log_that_vanished_is_reported(
    materials: Materials, github: GitHub, tmp_path: Path
) -> None:
    add_sessions(materials, [source(tmp_path / 'gone.jsonl')], github, 20_000)
    assert (written(materials), materials.missing[0]['session_id']) == ([], 's1')
    assert 'gone.jsonl' in materials.missing[0]['reason']


def test_what_an_earlier_log_holds_is_left_out(
    materials: Materials, github: GitHub, tmp_path: Path
) -> None:
    new = [user('And this.', uuid='3'), assistant('Yes.', uuid='4')]
    log = write(tmp_path / 's1.jsonl', *LINES, *new)
    earlier = write(tmp_path / 's0.jsonl', *LINES)
    before = source(earlier, session_id='s0')
    both = without_repeats([before, source(log)])
    add_sessions(materials, both, github, 20_000)
    text = (materials.directory / 'impl-s1.xml').read_text(encoding='utf-8')
    assert 'Do it.' not in text
    assert 'And this.' in text


def test_the_few_new_words_of_a_continued_session_are_kept(
    materials: Materials, github: GitHub, tmp_path: Path
) -> None:
    old = [dict(line, uuid=str(number)) for number, line in enumerate(LINES)]
    log = write(tmp_path / 's1.jsonl', *old, user('One more word.', uuid='new'))
    earlier = write(tmp_path / 's0.jsonl', *old)
    before = source(earlier, session_id='s0')
    both = without_repeats([before, source(log)])
    add_sessions(materials, both, github, 20_000)
    assert 'One more word.' in (materials.directory / 'impl-s1.xml').read_text(encoding='utf-8')


@pytest.fixture
def gist(github: GitHub, hub: StandIn) -> Gist:
    """A gist that a test gives its files."""
    github.store().put(5, pack({'a': 'x'}))
    (made,) = hub.gists.values()
    return made


def remote(gist_url: str) -> SessionSource:
    return source(source_type='remote', gist_url=gist_url)


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'s1.jsonl': RAW}, ['impl-s1.xml']),
        ({'log.jsonl': RAW, 'more.json': '{}'}, ['impl-s1.xml']),
        ({'impl-s1.xml': XML}, ['impl-s1.xml']),
        (
            {'planning-s1-part1.xml': XML, 'planning-s1-part2.xml': XML},
            ['planning-s1-part1.xml'] * 2,
        ),
        ({'m.txt': ''.join(pack({'impl-s1.xml': XML, 'impl-t.xml': XML}).parts)}, ['impl-s1.xml']),
    ],
)
def test_a_session_is_taken_out_of_a_gist_in_any_form(
    materials: Materials,
    github: GitHub,
    gist: Gist,
    files: dict[str, str],
    expected: list[str],
) -> None:
    gist.revisions[0].files = files
    add_sessions(materials, [remote(f'https://gist.github.com/{gist.id}')], github, 20_000)
    assert len(written(materials)) == len(expected)
    assert written(materials)[0] == expected[0]
    assert materials.missing == []


def test_the_agents_of_a_raw_session_come_out_of_its_gist_as_well(
    materials: Materials, github: GitHub, gist: Gist
) -> None:
    gist.revisions[0].files = {'s1.jsonl': RAW, 'agent-7.jsonl': RAW}
    url = f'https://gist.github.com/{gist.id}'
    add_sessions(materials, [remote(url)], github, 20_000)
    assert written(materials) == ['impl-s1-agent-0.xml', 'impl-s1.xml']


@pytest.mark.parametrize(
    'files',
    [
        {'s1.jsonl': RAW},
        {'m.txt': ''.join(pack({'impl-s1.xml': XML}).parts)},
        {'m.txt': ''.join(pack({'impl-s1.xml': XML, 'manifest.json': '{}'}).parts)},
    ],
)
def test_what_another_machine_sent_must_be_what_its_manifest_says(
    materials: Materials, github: GitHub, gist: Gist, files: dict[str, str]
) -> None:
    gist.revisions[0].files = files
    url = f'https://gist.github.com/{gist.id}'
    elsewhere = source(source_type='remote', gist_url=url, is_packed=True)
    add_sessions(materials, [elsewhere], github, 20_000)
    (missing,) = materials.missing
    assert 'manifest' in missing['reason']
    assert written(materials) == []


def test_a_gist_that_holds_several_sessions_is_read_once(
    materials: Materials, github: GitHub, gist: Gist
) -> None:
    gist.revisions[0].files = {
        'm.txt': ''.join(pack({'impl-s1.xml': XML, 'impl-s2.xml': XML}).parts)
    }
    url = f'https://gist.github.com/{gist.id}'
    before = len(github.exchanges)
    both = [replace(remote(url), session_id=name) for name in ('s1', 's2')]
    add_sessions(materials, both, github, 20_000)
    assert written(materials) == ['impl-s1.xml', 'impl-s2.xml']
    assert len(github.exchanges) == before + 1
    assert materials.origins == {'s1': url, 's2': url}


@pytest.mark.parametrize('form', ['log', 'rendered'])
def test_what_one_session_gave_away_no_other_holds_wherever_it_comes_from(
    github: GitHub, gist: Gist, tmp_path: Path, form: str
) -> None:
    password = filled('{alnum:14}')[1][0]
    telling, using = f'DB_PASSWORD={password}', f'try {password}'
    url = f'https://gist.github.com/{gist.id}'
    for number, (here, there) in enumerate([(telling, using), (using, telling)]):
        lines = [user(there, uuid='1'), *LINES[1:]]
        raw = ''.join(json.dumps(line) + '\n' for line in lines)
        elsewhere = (
            {'log.jsonl': raw}
            if form == 'log'
            else {'s1.xml': f'<session>\n  <user>{there}</user>\n</session>\n'}
        )
        gist.revisions[0].files = elsewhere
        log = write(tmp_path / f'{number}.jsonl', user(here, uuid=f'a{number}'), *LINES[1:])
        local = source(log, session_id=f'here-{number}')
        made = fresh_materials(tmp_path, number, Redactor())
        add_sessions(made, [local, remote(url)], github, 20_000)
        assert made.sessions == 2
        files = ''.join(path.read_text() for path in made.directory.iterdir())
        assert password not in files
        assert files.count('[REDACTED:password:1]') == 2


@pytest.mark.parametrize('files', [{}, {'s1.xml': '<html>'}, {'more.json': '{}'}])
def test_a_gist_that_gives_nothing_is_reported(
    materials: Materials, github: GitHub, gist: Gist, files: dict[str, str]
) -> None:
    gist.revisions[0].files = files
    add_sessions(materials, [remote(f'https://gist.github.com/{gist.id}')], github, 20_000)
    assert (written(materials), len(materials.missing)) == ([], 1)


@pytest.mark.parametrize('first', [XML, RAW])
def test_a_remote_session_is_there_whole_or_not_at_all(
    materials: Materials, github: GitHub, gist: Gist, first: str
) -> None:
    gist.revisions[0].files = {'a-s1-part1.xml': first, 'a-s1-part2.xml': '<html>'}
    add_sessions(materials, [remote(f'https://gist.github.com/{gist.id}')], github, 20_000)
    assert (written(materials), len(materials.missing), materials.sessions) == ([], 1, 0)
    assert list(materials.directory.iterdir()) == []


def test_a_session_in_several_files_of_a_gist_is_one_session(
    materials: Materials, github: GitHub, gist: Gist
) -> None:
    gist.revisions[0].files = {'impl-s1-part1.xml': XML, 'impl-s1-part2.xml': XML}
    add_sessions(materials, [remote(f'https://gist.github.com/{gist.id}')], github, 20_000)
    assert (len(written(materials)), materials.sessions) == (2, 1)


@pytest.mark.parametrize(
    'elsewhere',
    [
        source(source_type='remote', run_id='77'),
        remote('https://evil.example.com/x'),
        remote('https://gist.github.com/x/0'),
    ],
)
def test_a_remote_session_that_cannot_be_fetched_is_reported(
    materials: Materials, github: GitHub, elsewhere: SessionSource
) -> None:
    add_sessions(materials, [elsewhere], github, 20_000)
    assert (written(materials), len(materials.missing)) == ([], 1)
    with pytest.raises(LearnError):
        materials.pack()


@pytest.mark.parametrize(
    ('trigger', 'owner'),
    [
        (Trigger(kind='push', remote='fork', remote_branch='P5-x'), 'ben'),
        (Trigger(kind='push', remote='git@github.com:zoe/widgets.git'), 'zoe'),
        (Trigger(kind='merge', local_branch='P5-x'), ''),
        (BY_HAND, 'ben'),
    ],
)
def test_who_pushed_is_told_by_where_it_went(
    repository: Callable[..., Path], trigger: Trigger, owner: str
) -> None:
    folder = repository()
    git('remote', 'add', 'fork', 'https://github.com/ben/widgets.git', cwd=folder)
    git('branch', 'P5-x', cwd=folder)
    git('config', 'branch.P5-x.pushRemote', 'fork', cwd=folder)
    seen_from = Context(
        trigger=trigger,
        repository=open_repository(folder),
        settings=Settings(),
        redactor=Redactor(),
        github=[],
        say=print,
        detail=print,
    )
    assert pusher_of(['P5-x'], seen_from) == owner
    unknown = replace(seen_from, trigger=BY_HAND)
    assert pusher_of([], unknown) == pusher_of(['gone'], unknown) == ''


def test_a_closed_plan_of_another_branch_does_not_count_for_a_reference() -> None:
    closed = replace(plan('branch_name: P5-z'), is_closed=True)
    with pytest.raises(LeftoverError, match='P5-z'):
        refuse_unless_learnable(closed, context(replace(PUSH, named_by='reference')))
    refuse_unless_learnable(closed, context(replace(PUSH, named_by='config')))
