"""Step 1 through a real push: every way in which a plan names its sessions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from learn_core.packed import pack
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
)

if TYPE_CHECKING:
    from typing import Any

    from tests.promises.world import World

RAN_ON_A_RUNNER = '<session><user>Do it there</user><assistant>Done there</assistant></session>'


def pushed(world: World) -> list[tuple[str, str, str]]:
    """(session, kind, why) of every file, in the order in which they were made."""
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert sent(world) == [5]
    return [entry_of(entry) for entry in manifest(world)['files'] if 'session_id' in entry]


def entry_of(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry['session_id'], entry['kind'], entry['why']


def comment(world: World, key: str, **fields: object) -> None:
    world.hub.add_comment(REPO, 5, 'A word before.\n\n' + block(key, **fields))


def test_header_and_comments_name_the_sessions_in_the_order_of_the_work(world: World) -> None:
    for name in ('learned', 'second', 'first', 'planned', 'last', 'looked'):
        session(world, name)
    plan(
        world,
        5,
        created_from_session='planned',
        last_local_impl_session='last',
        last_learn_session='learned',
    )
    for number in range(105):
        world.hub.add_comment(REPO, 5, f'Remark {number}', author=None)
    comment(world, 'impl-started', session_id='first')
    comment(world, 'impl-started', session_id='second')
    comment(world, 'impl-ended', session_id='first')
    comment(world, 'impl-ended', session_id='last')
    comment(world, 'learn-invoked', session_id='looked')
    comment(world, 'impl-started', session_id='planned')
    assert pushed(world) == [
        ('planned', 'planning', 'header'),
        ('last', 'impl', 'header'),
        ('first', 'impl', 'comment'),
        ('second', 'impl', 'comment'),
        ('learned', 'learn', 'header'),
        ('looked', 'learn', 'comment'),
    ]
    assert 'planning-planned.xml' in materials(world)
    assert 'impl-learned.xml' in materials(world)


def test_a_remote_session_comes_out_of_its_gist_raw_or_rendered(world: World) -> None:
    raw = session(world, 'raw', said_by_person='Said on another machine')
    log = raw.read_text(encoding='utf-8')
    raw.unlink()
    rendered = {'impl-rendered.xml': RAN_ON_A_RUNNER}
    plan(
        world,
        5,
        last_session_gist_url=gist(world, {'session.jsonl': log}),
        last_session_id='raw',
        last_remote_impl_session_id='ignored',
        last_remote_impl_run_id='99',
    )
    packed = ''.join(pack(rendered).parts)
    comment(
        world,
        'learn-materials',
        gist_url=gist(world, {'learn-materials-plan-5.txt': packed}),
        session_ids=['rendered'],
    )
    assert pushed(world) == [('raw', 'impl', 'remote'), ('rendered', 'impl', 'remote')]
    files = materials(world)
    assert 'Said on another machine' in files['impl-raw.xml']
    assert 'Do it there' in files['impl-rendered.xml']


def test_a_session_that_ran_elsewhere_and_left_no_gist_is_named_as_missing(world: World) -> None:
    session(world, 'here')
    plan(
        world,
        5,
        last_local_impl_session='here',
        last_remote_impl_session_id='there',
        last_remote_impl_run_id='99',
    )
    assert pushed(world) == [('here', 'impl', 'header')]
    assert [lost['session_id'] for lost in manifest(world)['missing']] == ['there']


def test_a_session_named_twice_is_taken_from_this_machine(world: World) -> None:
    session(world, 'both', said_by_person='Said here')
    plan(
        world,
        5,
        last_local_impl_session='both',
        last_session_gist_url=gist(world, {'impl-both.xml': RAN_ON_A_RUNNER}),
        last_session_id='both',
    )
    assert pushed(world) == [('both', 'impl', 'header')]
    assert 'Said here' in materials(world)['impl-both.xml']


def test_where_none_of_the_named_ones_lies_here_those_of_the_branch_are_taken(
    world: World,
) -> None:
    session(world, 'elsewhere', branch='master')
    session(world, 'of-it', branch='P5-planned')
    session(world, 'of-the-pushed-one', branch='P5-x')
    plan(world, 5, branch_name='P5-planned', created_from_session='lost')
    assert pushed(world) == [('of-it', 'impl', 'branch scan')]
    assert [lost['session_id'] for lost in manifest(world)['missing']] == ['lost']


def test_without_a_branch_in_the_header_it_is_the_pushed_one(world: World) -> None:
    session(world, 'of-it', branch='P5-x')
    session(world, 'of-another', branch='P6-x')
    strange = session(world, 'of-another-repo', branch='P5-x')
    text = strange.read_text(encoding='utf-8')
    strange.write_text(text.replace(json.dumps(str(world.folder)), '"/elsewhere"'), 'utf-8')
    plan(world, 5)
    assert pushed(world) == [('of-it', 'impl', 'branch scan')]


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
    comment(world, 'impl-started', session_id='later')
    assert pushed(world) == [
        ('began', 'impl', 'header'),
        ('went-on', 'impl', 'continuation'),
        ('later', 'impl', 'comment'),
    ]
    rest = materials(world)['impl-went-on.xml']
    assert 'Now the second half' in rest
    assert 'Let uploads try again' not in rest


def test_a_log_in_another_projects_folder_is_found_as_well(world: World) -> None:
    session(world, 'far', folder=world.folder.parent / 'quite elsewhere')
    plan(world, 5, created_from_session='far')
    assert pushed(world) == [('far', 'planning', 'header')]


def test_a_warm_up_gives_no_file_and_real_work_that_sounds_like_one_does(world: World) -> None:
    session(world, 'warm', said_by_person='Warmup!')
    session(world, 'real', said_by_person='add a cache warmup step')
    plan(world, 5, created_from_session='warm', last_local_impl_session='real')
    assert pushed(world) == [('real', 'impl', 'header')]


def test_a_name_out_of_an_issue_is_never_a_path(world: World) -> None:
    secret = session(world, 'private', folder=world.folder.parent / 'private')
    up = f'../{secret.parent.name}/private'
    session(world, 'here')
    plan(world, 5, created_from_session=up, last_local_impl_session='here')
    assert pushed(world) == [('here', 'impl', 'header')]


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


def test_comments_without_a_session_go_too(world: World) -> None:
    plan(world, 5, branch_name='P5-x')
    world.hub.add_pull(REPO, 45, head='P5-x')
    world.hub.add_comment(REPO, 45, 'Please add a test', author=None)
    world.hub.add_thread(REPO, 45, path='a.py', line=3, comments=[('ben', 'Why?')])
    assert pushed(world) == []
    files = materials(world)
    said = json.loads(files['pr-discussion-comments.json'])
    assert [(note['author'], note['body']) for note in said['comments']] == [
        ('unknown', 'Please add a test')
    ]
    (thread,) = json.loads(files['pr-review-comments.json'])['threads']
    assert thread['comments'][0]['body'] == 'Why?'

    world.hub.add_comment(REPO, 45, 'Thank you')
    commit(world.folder, 'test.txt')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5, 5]
    assert 'Thank you' in materials(world)['pr-discussion-comments.json']
    assert learn_hook(world).words.splitlines()[-1].endswith('"sessions": 0}')


def test_a_session_of_the_other_worktree_is_one_of_this_repo(world: World) -> None:
    tree = world.folder.with_name('tree')
    git('worktree', 'add', '-q', '-b', 'P6-x', str(tree), cwd=world.folder)
    session(world, 'over-there', folder=tree, branch='P5-x')
    plan(world, 5)
    assert pushed(world) == [('over-there', 'impl', 'branch scan')]


def test_a_half_written_line_at_the_end_of_a_log_is_no_trouble(world: World) -> None:
    log = session(world, 'here')
    add_entries(log, str(world.folder), '', ('user', 'One more thing'))
    with log.open('a', encoding='utf-8') as file:
        file.write('{"type": "assis')
    plan(world, 5, last_local_impl_session='here')
    assert pushed(world) == [('here', 'impl', 'header')]
    assert 'One more thing' in materials(world)['impl-here.xml']
