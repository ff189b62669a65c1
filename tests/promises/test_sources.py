"""Step 1 through a real push: every way in which a plan names its sessions."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from learn_core.materials.packed import pack
from tests.conftest import commit, git
from tests.promises.world import (
    REPO,
    add_entries,
    block,
    branch,
    gist,
    learn_hook,
    manifest,
    materials,
    plan,
    push,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from tests.promises.world import World

    Rows = list[tuple[str, str, str]]

RAN_ON_A_RUNNER = '<session><user>Do it there</user><assistant>Done there</assistant></session>'


def comment(world: World, number: int, key: str, **fields: object) -> None:
    world.hub.add_comment(REPO, number, 'A word before.\n\n' + block(key, **fields))


def rows(world: World, number: int = 5) -> Rows:
    """(session, kind, why) of every file that was sent, in the order of their making."""
    files = [entry for entry in manifest(world, number)['files'] if 'session_id' in entry]
    return [(entry['session_id'], entry['kind'], entry['why']) for entry in files]


def missing(world: World, number: int = 5) -> list[str]:
    return [lost['session_id'] for lost in manifest(world, number)['missing']]


# Plans, each with what is expected of it. All of them are pushed at once.


def header_and_comments(world: World, number: int) -> Rows:
    for name in ('learned', 'second', 'first', 'planned', 'last', 'looked'):
        session(world, name)
    plan(
        world,
        number,
        created_from_session='planned',
        last_local_impl_session='last',
        last_learn_session='learned',
    )
    for remark in range(105):
        world.hub.add_comment(REPO, number, f'Remark {remark}', author=None)
    comment(world, number, 'impl-started', session_id='first')
    comment(world, number, 'impl-started', session_id='second')
    comment(world, number, 'impl-ended', session_id='first')
    comment(world, number, 'impl-ended', session_id='last')
    comment(world, number, 'learn-invoked', session_id='looked')
    comment(world, number, 'impl-started', session_id='planned')
    return [
        ('planned', 'planning', 'header'),
        ('last', 'impl', 'header'),
        ('first', 'impl', 'comment'),
        ('second', 'impl', 'comment'),
        ('learned', 'learn', 'header'),
        ('looked', 'learn', 'comment'),
    ]


def here_and_in_a_gist(world: World, number: int) -> Rows:
    session(world, 'both')
    url = gist(world, {'impl-both.xml': RAN_ON_A_RUNNER})
    plan(
        world,
        number,
        last_local_impl_session='both',
        last_session_gist_url=url,
        last_session_id='both',
    )
    return [('both', 'impl', 'header')]


def of_the_headers_branch(world: World, number: int) -> Rows:
    session(world, 'of-master', branch='master')
    session(world, 'of-the-plan', branch='planned-branch')
    session(world, 'of-the-pushed-one', branch=f'P{number}-x')
    plan(world, number, branch_name='planned-branch', created_from_session='lost')
    return [('of-the-pushed-one', 'impl', 'branch'), ('of-the-plan', 'impl', 'branch')]


def of_the_pushed_branch(world: World, number: int) -> Rows:
    session(world, 'of-it', branch=f'P{number}-x')
    strange = session(world, 'of-another-repo', branch=f'P{number}-x')
    text = strange.read_text(encoding='utf-8')
    strange.write_text(text.replace(json.dumps(str(world.folder)), '"/elsewhere"'), 'utf-8')
    plan(world, number)
    return [('of-it', 'impl', 'branch')]


def of_another_worktree(world: World, number: int) -> Rows:
    tree = world.folder.with_name('tree')
    git('worktree', 'add', '-q', '-b', 'elsewhere', str(tree), cwd=world.folder)
    session(world, 'over-there', folder=tree, branch=f'P{number}-x')
    plan(world, number)
    return [('over-there', 'impl', 'branch')]


def in_another_projects_folder(world: World, number: int) -> Rows:
    session(world, 'far', folder=world.folder.parent / 'quite elsewhere')
    plan(world, number, created_from_session='far')
    return [('far', 'planning', 'header')]


def a_warm_up_and_what_sounds_like_one(world: World, number: int) -> Rows:
    session(world, 'warm', said_by_person='Warmup!')
    session(world, 'real', said_by_person='add a cache warmup step')
    plan(world, number, created_from_session='warm', last_local_impl_session='real')
    return [('real', 'impl', 'header')]


def a_name_that_is_a_path(world: World, number: int) -> Rows:
    private = session(world, 'private', folder=world.folder.parent / 'private')
    up = f'../{private.parent.name}/private'
    session(world, 'harmless')
    plan(world, number, created_from_session=up, last_local_impl_session='harmless')
    return [('harmless', 'impl', 'header')]


PLANS = (
    header_and_comments,
    here_and_in_a_gist,
    of_the_headers_branch,
    of_the_pushed_branch,
    of_another_worktree,
    in_another_projects_folder,
    a_warm_up_and_what_sounds_like_one,
    a_name_that_is_a_path,
)


def test_every_way_to_name_a_session_gives_it_with_its_kind_and_why(world: World) -> None:
    expected = {number: make(world, number) for number, make in enumerate(PLANS, 5)}
    names = [f'P{number}-x' for number in expected]
    for name in names:
        git('branch', name, cwd=world.folder)
    assert push(world, 'origin', *names).code == 0
    assert sorted(sent(world)) == sorted(expected)
    assert {number: rows(world, number) for number in expected} == expected

    first = materials(world, 5)
    assert {'planning-planned.xml', 'impl-last.xml', 'impl-learned.xml'} <= first.keys()
    assert 'Let uploads try again' in materials(world, 6)['impl-both.xml']
    assert missing(world, 7) == ['lost']
    assert missing(world, 11) == ['warm']


def pushed(world: World) -> Rows:
    """The rows of plan 5, after a push of its branch."""
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert sent(world) == [5]
    return rows(world)


def test_a_remote_session_comes_out_of_its_gist_raw_or_rendered(world: World) -> None:
    raw = session(world, 'raw', said_by_person='Said on another machine')
    log = raw.read_text(encoding='utf-8')
    raw.unlink()
    name, sha256 = 'impl-rendered.xml', hashlib.sha256(RAN_ON_A_RUNNER.encode()).hexdigest()
    its_manifest = json.dumps({'format': 1, 'files': [{'name': name, 'sha256': sha256}]})
    packed = ''.join(pack({name: RAN_ON_A_RUNNER, 'manifest.json': its_manifest}).parts)
    plan(
        world,
        5,
        last_session_gist_url=gist(world, {'session.jsonl': log}),
        last_session_id='raw',
        last_remote_impl_session_id='ignored',
        last_remote_impl_run_id='99',
    )
    url = gist(world, {'learn-materials-plan-5.txt': packed})
    comment(world, 5, 'learn-materials', gist_url=url, session_ids=['rendered'])
    assert pushed(world) == [('raw', 'impl', 'remote'), ('rendered', 'impl', 'remote')]
    files = materials(world)
    assert 'Said on another machine' in files['impl-raw.xml']
    assert 'Do it there' in files['impl-rendered.xml']


def test_sessions_that_cannot_be_read_are_named_and_the_rest_is_sent(world: World) -> None:
    log = session(world, 'here')
    add_entries(log, str(world.folder), '', ('user', 'One more thing'))
    with log.open('a', encoding='utf-8') as file:
        file.write('{"type": "assis')
    plan(
        world,
        5,
        created_from_session='gone',
        last_local_impl_session='here',
        last_remote_impl_session_id='there',
        last_remote_impl_run_id='99',
    )
    assert pushed(world) == [('here', 'impl', 'header')]
    assert 'One more thing' in materials(world)['impl-here.xml']
    assert missing(world) == ['gone', 'there']


def test_the_work_that_went_on_in_another_session_comes_right_after_it(world: World) -> None:
    log = session(world, 'began')
    went_on = session(world, 'went-on', said_by_person='Now the second half')
    copied = log.read_text(encoding='utf-8')
    went_on.write_text(copied + went_on.read_text(encoding='utf-8'), encoding='utf-8')
    with log.open('a', encoding='utf-8') as file:
        link = {'type': 'continued-in', 'sessionId': 'began', 'continuedInSessionId': 'went-on'}
        file.write(json.dumps(link) + '\n')
    session(world, 'later')
    plan(world, 5, last_local_impl_session='began')
    comment(world, 5, 'impl-started', session_id='later')
    assert pushed(world) == [
        ('began', 'impl', 'header'),
        ('went-on', 'impl', 'continuation'),
        ('later', 'impl', 'comment'),
    ]
    rest = materials(world)['impl-went-on.xml']
    assert 'Now the second half' in rest
    assert 'Let uploads try again' not in rest


def test_comments_without_a_session_go_and_new_ones_go_again(world: World) -> None:
    plan(world, 5, branch_name='P5-x')
    world.hub.add_pull(REPO, 45, head='P5-x')
    world.hub.add_comment(REPO, 45, 'Please add a test', author=None)
    world.hub.add_thread(REPO, 45, path='a.py', line=3, comments=[('ben', 'Why?')])
    assert pushed(world) == []
    files = materials(world)
    (note,) = json.loads(files['pr-discussion-comments.json'])['comments']
    assert (note['author'], note['body']) == ('unknown', 'Please add a test')
    (thread,) = json.loads(files['pr-review-comments.json'])['threads']
    assert thread['comments'][0]['body'] == 'Why?'

    world.hub.add_comment(REPO, 45, 'Thank you')
    commit(world.folder, 'test.txt')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5, 5]
    assert 'Thank you' in materials(world)['pr-discussion-comments.json']
    assert learn_hook(world, 'run').words.splitlines()[-1].endswith('"sessions": 0}')


def test_why_says_the_same_and_sends_nothing(world: World) -> None:
    log = session(world, 'planned')
    plan(world, 5, created_from_session='planned', last_local_impl_session='lost')
    branch(world, 'P5-x')
    words = learn_hook(world, 'why').words
    assert '#5' in words
    assert str(log) in words
    assert 'lost' in words
    document = json.loads(learn_hook(world, 'why', 'P5-x', '--json').words)
    assert [source['session_id'] for source in document['session_sources']] == ['planned']
    assert world.hub.gists == {}


def test_a_session_that_is_kept_out_later_leaves_no_revision_of_it_anywhere(world: World) -> None:
    small_plan(world, 5)
    private = session(world, 'kept-away', branch='P5-x', said_by_person='My private words')
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert 'impl-kept-away.xml' in materials(world)
    (first,) = world.hub.gists
    add_entries(private, str(world.folder), 'P5-x', ('user', 'Not for others #learn-skip'))
    commit(world.folder, 'more.txt')
    push(world, 'origin', 'P5-x')
    assert first not in world.hub.gists
    assert 'impl-kept-away.xml' not in materials(world)
    assert (manifest(world)['skipped'], 'kept-away' in str(manifest(world))) == (1, False)
    (second,) = world.hub.gists.values()
    assert len(second.revisions) == 1
