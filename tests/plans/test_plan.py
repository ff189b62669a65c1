"""Metadata blocks in Markdown that anybody may have written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from learn_core.plans.plan import (
    PlanIssue,
    metadata_block,
    plan_issue,
    text_of,
    texts_of,
    with_block,
    with_fields,
)


def block(yaml: str, key: str = 'plan-header') -> str:
    return (
        f'<!-- erk:metadata-block:{key} -->\n<details>\n\n```yaml\n{yaml}\n```\n</details>\n'
        f'<!-- /erk:metadata-block:{key} -->'
    )


def issue(body: str, *comments: str, labels: tuple[str, ...] = ()) -> PlanIssue:
    return plan_issue(number=5, url='u', title='t', body=body, labels=labels, comments=comments)


def test_a_block_is_found_in_any_text() -> None:
    text = f'Before.\n\n{block("branch_name: P5-x")}\n\nAfter.'
    assert metadata_block(text, 'plan-header') == {'branch_name': 'P5-x'}


def test_line_ends_of_windows_are_no_matter() -> None:
    text = block('branch_name: P5-x\nlast_session_id: abc').replace('\n', '\r\n')
    assert metadata_block(text, 'plan-header') == {
        'branch_name': 'P5-x',
        'last_session_id': 'abc',
    }


def test_of_two_blocks_of_one_key_the_first_counts() -> None:
    text = block('a: 1', 'other') + block('a: 2') + block('a: 3')
    assert metadata_block(text, 'plan-header') == {'a': 2}


def test_the_end_of_a_block_need_not_repeat_its_key() -> None:
    text = block('a: 1').replace('/erk:metadata-block:plan-header', '/erk:metadata-block')
    assert metadata_block(f'{text}\n{block("a: 2")}', 'plan-header') == {'a': 1}


def test_a_block_inside_another_one_is_text() -> None:
    outer = block(f'a: 0\n```\n{block("a: 1")}', 'plan-body')
    assert metadata_block(outer + block('a: 2'), 'plan-header') == {'a': 2}


def test_a_block_without_an_end_hides_no_later_one() -> None:
    text = f'<!-- erk:metadata-block:plan-body -->{block("a: 1")}'
    assert metadata_block(text, 'plan-header') == {'a': 1}


def test_a_plan_is_marked_by_its_header_or_by_a_label() -> None:
    assert issue(block('a: 1')).is_marked(())
    assert issue('', labels=('bug', 'ours')).is_marked(('ours',))
    assert not issue('', labels=('bug',)).is_marked(('ours',))
    assert issue('', labels=('bug',)).is_marked(['bug'])
    assert not issue('', labels=('erk-plan',)).is_marked(['bug'])


@pytest.mark.parametrize(
    ('is_closed', 'named', 'is_leftover'),
    [(True, 'P5-x', True), (True, 'fix', False), (True, '', False), (False, 'P5-x', False)],
)
def test_a_closed_plan_of_another_branch_is_a_leftover(
    is_closed: bool, named: str, is_leftover: bool
) -> None:
    by_header = replace(issue(block(f'branch_name: {named}')), is_closed=is_closed)
    by_head = replace(issue(''), is_closed=is_closed, is_pull=True, head_branch=named)
    assert by_header.is_leftover_on('fix') is by_head.is_leftover_on('fix') is is_leftover


@pytest.mark.parametrize(
    'text',
    [
        '',
        'no block',
        block('a: 1').replace('<!-- /erk', '<!-- erk'),
        block('a: 1').replace('```yaml', '```'),
        block('a: [1'),
        block('- a'),
        block('just words'),
        block('a: 1', 'plan-body'),
    ],
)
def test_what_is_not_whole_is_as_no_block(text: str) -> None:
    assert metadata_block(text, 'plan-header') is None
    assert issue(text).header is None


def test_a_broken_first_block_hides_the_second() -> None:
    assert metadata_block(block('a: [') + block('a: 1'), 'plan-header') is None


@given(st.text() | st.lists(st.sampled_from(list('!&*[]{}:-?<|>\n \'"ab0.')), max_size=40))
@example('a: !!bool x')
@example('a: !!timestamp x')
@example('a: !!int ""')
@example('a: 2024-99-99')
@example('a: &x [*x]')
@example('? {a: b}\n: c')
@example('[' * 500)
@example('a: !!python/object/apply:os.system [true]')
def test_any_yaml_is_a_mapping_or_none(yaml: str | list[str]) -> None:
    found = metadata_block(block(''.join(yaml)), 'plan-header')
    assert found is None or isinstance(found, dict)


@given(st.text())
def test_any_text_has_a_block_or_none(text: str) -> None:
    assert metadata_block(text, 'plan-header') is None
    assert issue(text).number == 5


def test_the_header_takes_texts_and_numbers_and_nothing_else() -> None:
    fields = (
        'created_from_session: abc\nlast_remote_impl_run_id: 123\nbranch_name: null\n'
        'last_session_id: ""\nlast_learn_session: [a]\nsource_repo: true\nunknown: 1'
    )
    header = issue(block(fields)).header
    assert header is not None
    assert (header.created_from_session, header.last_remote_impl_run_id) == ('abc', '123')
    assert header.branch_name is header.last_session_id is header.last_learn_session is None
    assert header.source_repo is None


def test_a_plan_made_by_learning_is_known_by_header_or_label() -> None:
    assert issue(block('learned_from_issue: 4')).is_learned
    assert issue(block('a: 1'), labels=('erk-learn',)).is_learned
    assert not issue(block('learned_from_issue: null')).is_learned
    assert not issue('', labels=('erk-plan',)).is_learned


def test_blocks_come_in_the_order_of_the_comments() -> None:
    plan = issue('', block('a: 1', 'x'), 'words', block('a: 2', 'y'), block('a: 3', 'x'))
    assert plan.blocks('x') == [{'a': 1}, {'a': 3}]


def test_fields_are_read_by_their_type() -> None:
    assert text_of({'a': ' x '}, 'a') == 'x'
    assert text_of({'a': 7}, 'a') == '7'
    assert text_of({'a': True}, 'a') is text_of({}, 'a') is None
    assert texts_of({'a': ['x', 1, None, 'y']}, 'a') == ['x', 'y']
    assert texts_of({'a': 'x'}, 'a') == []


def test_a_block_that_multiplies_itself_is_no_block() -> None:
    lines = ['a0: &a0 {k: v}']
    lines += [f'a{n}: &a{n} {{<<: [{", ".join([f"*a{n - 1}"] * 9)}]}}' for n in range(1, 12)]
    assert metadata_block(block('\n'.join(lines)), 'plan-header') is None
    assert metadata_block(block('a: ' + 'x' * 30_000), 'plan-header') is None


def test_a_number_of_thousands_of_digits_is_no_text() -> None:
    found = metadata_block(block('session_id: 0x' + 'f' * 5_000), 'plan-header')
    assert found is not None
    assert text_of(found, 'session_id') is None


FIELDS = {'learn_status': 'pending', 'learn_run_id': '123', 'last_learn_at': '2026-01-05T10:00:00Z'}
HEADER = """schema_version: '2'
branch_name:   "P5-x"  # as pushed
learn_status: null
steps: [1, 2]
created_by: |
  ann
  learn_status: not this one
"""


@pytest.mark.parametrize('end', ['\n', '\r\n'])
def test_fields_are_set_in_place_or_added_and_nothing_else_changes(end: str) -> None:
    around = f'Before \u2028 é.\n\n{{}}\n\nAfter.  \n{block("a: 1")}\ttail'.replace('\n', end)
    before = around.format(block(HEADER).replace('\n', end))
    after = with_fields(before, 'plan-header', FIELDS)
    assert after is not None
    assert metadata_block(after, 'plan-header') == {
        'schema_version': '2',
        'branch_name': 'P5-x',
        'steps': [1, 2],
        'created_by': 'ann\nlearn_status: not this one\n',
        **FIELDS,
    }
    added = (
        f"learn_run_id: '123'{end}last_learn_at: '2026-01-05T10:00:00Z'{end}",
        f'learn_status: pending{end}',
    )
    assert after.count(end) == after.count('\n') == before.count('\n') + 2
    undone = after.replace(added[0], '').replace(added[1], f'learn_status: null{end}')
    assert undone == before


def test_fields_that_are_there_already_change_nothing() -> None:
    once = with_fields(block(HEADER), 'plan-header', FIELDS)
    assert once is not None
    assert with_fields(once, 'plan-header', FIELDS) == once


@pytest.mark.parametrize(
    'text',
    [
        '',
        block('a: 1', 'other'),
        block('- a'),
        block('{a: 1}'),
        block('a: 1\n...'),
        block('"learn_status": x'),
        block('learn_status: |\n  two\n  lines'),
        block('a: |\n  text\n\n') + 'x' * 10,
        block('a: ' + 'x' * 19_990),
    ],
)
def test_a_block_that_cannot_be_changed_surely_is_left_alone(text: str) -> None:
    changed = with_fields(text, 'plan-header', FIELDS)
    before = metadata_block(text, 'plan-header')
    assert changed is None or metadata_block(changed, 'plan-header') == {**(before or {}), **FIELDS}


values = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(max_size=9))


@given(
    around=st.tuples(st.text(), st.text()),
    fields=st.dictionaries(st.from_regex(r'[a-z_]{1,9}', fullmatch=True), values),
    end=st.sampled_from(['\n', '\r\n']),
    new=st.dictionaries(st.sampled_from([*FIELDS, 'a']), st.text(max_size=30), min_size=1),
)
def test_the_text_around_a_block_stays_to_the_byte(
    around: tuple[str, str], fields: dict[str, object], end: str, new: dict[str, str]
) -> None:
    made = with_block('', 'plan-header', {'first': 1, **fields}).replace('\n', end)
    before = f'{around[0]}\n{made}{around[1]}'
    after = with_fields(before, 'plan-header', new)
    if after is None:
        return
    read = metadata_block(before, 'plan-header')
    assert read is not None
    assert metadata_block(after, 'plan-header') == {**read, **new}
    head, tail = before.index('```yaml'), len(before) - before.rindex('```')
    assert after[:head] == before[:head]
    assert after[-tail:] == before[-tail:]


@given(st.dictionaries(st.from_regex(r'[a-z_]{1,9}', fullmatch=True), values, min_size=1))
def test_a_block_that_we_write_is_one_that_we_read(fields: dict[str, object]) -> None:
    text = with_block('', 'learn-materials', fields)
    if '```' not in str(fields) and '-->' not in str(fields):
        assert metadata_block(f'a\n{text}b', 'learn-materials') in (fields, None)


def test_ids_that_look_like_numbers_come_back_as_they_were() -> None:
    ids = ['0001', '1e5', 'yes', '2026-01-05', 'a' * 300]
    text = with_block('', 'learn-materials', {'session_ids': ids})
    found = metadata_block(text, 'learn-materials')
    assert found is not None
    assert texts_of(found, 'session_ids') == ids
