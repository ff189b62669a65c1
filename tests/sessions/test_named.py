"""The sessions that a plan names."""

from __future__ import annotations

from learn_core.sessions.named import named, remote
from tests.sessions.conftest import Machine, block, plan, talk

GIST = 'https://gist.github.com/ann/0123456789abcdef0123'


def test_header_and_comments_name_sessions_in_this_order() -> None:
    found = named(
        plan(
            block('learn-invoked', session_id='l2'),
            block('impl-started', session_id='i2'),
            block('impl-ended', session_id='i2'),
            'a word between',
            block('impl-ended', session_id='i3'),
            last_learn_session='l1',
            last_local_impl_session='i1',
            created_from_session='p',
        )
    )
    assert [(one.session_id, one.kind, one.why) for one in found] == [
        ('p', 'planning', 'header'),
        ('i1', 'impl', 'header'),
        ('i2', 'impl', 'comment'),
        ('i3', 'impl', 'comment'),
        ('l1', 'learn', 'header'),
        ('l2', 'learn', 'comment'),
    ]


def test_what_cannot_be_an_id_is_not_looked_for() -> None:
    bad = ('../../etc/passwd', '.hidden', 'a/b', 'x' * 101, '-rf')
    assert named(plan(*(block('impl-started', session_id=f"'{one}'") for one in bad))) == []


def test_the_gist_goes_before_the_run() -> None:
    header = {'last_remote_impl_session_id': 'r2', 'last_remote_impl_run_id': 77}
    (one,) = remote(plan(last_session_gist_url=GIST, last_session_id='r1', **header))
    assert (one.session_id, one.gist_url, one.run_id) == ('r1', GIST, None)
    (one,) = remote(plan(last_session_gist_url=GIST, **header))
    assert (one.session_id, one.gist_url, one.run_id) == ('r2', None, '77')


def test_what_other_machines_sent_is_remote() -> None:
    materials = block('learn-materials', gist_url=GIST, session_ids='[a, b, 3, a]', digest='d')
    found = remote(plan(materials, block('learn-materials', session_ids='[c]')))
    assert [(one.session_id, one.is_packed, one.gist_url) for one in found] == [
        ('a', True, GIST),
        ('b', True, GIST),
    ]


def test_a_remote_session_that_is_here_is_taken_from_here(machine: Machine) -> None:
    path = machine.write('-x', 'r1', *talk('r1', '/x'))
    (one,) = machine.find(plan(last_session_gist_url=GIST, last_session_id='r1')).sources
    assert (one.source_type, one.path, one.gist_url) == ('local', path, None)


def test_a_named_session_that_another_machine_sent_is_not_missing(machine: Machine) -> None:
    materials = block('learn-materials', gist_url=GIST, session_ids='[p]')
    found = machine.find(plan(materials, created_from_session='p'))
    assert [(one.session_id, one.kind) for one in found.sources] == [('p', 'planning')]
    assert not found.missing


def test_what_is_named_and_not_here_is_missing_with_the_folders_that_were_searched(
    machine: Machine,
) -> None:
    machine.session('s', machine.repository)
    found = machine.find(plan(created_from_session='gone', last_local_impl_session='s'))
    assert [one.session_id for one in found.sources] == ['s']
    assert found.missing == {'gone': f'not on this machine (searched {machine.home / "claude"})'}
