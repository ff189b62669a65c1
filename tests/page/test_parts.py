"""The packed files as parts, and the placeholders in them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from learn_core.materials.packed import MANIFEST
from learn_core.page import Shown
from learn_core.page.parts import parts_of, redactions_of
from tests.page.made import packed_shown, session


def test_parts_are_in_the_order_of_the_manifest_and_share_a_log() -> None:
    names = [f'impl-s-part{number}.xml' for number in range(1, 12)]
    parts = parts_of(packed_shown({name: session('x') for name in names}))
    assert [part.name for part in parts] == [*names, MANIFEST]
    assert {part.log for part in parts[:-1]} == {'impl-s'}
    assert parts[1].label == 'implementation s, part 2'


def test_a_session_whose_name_ends_like_a_part_is_whole() -> None:
    files = {'impl-x-part2.xml': session('x')}
    manifest = {'files': [{'name': 'impl-x-part2.xml', 'session_id': 'x-part2'}]}
    (part,) = parts_of(Shown(name='5', stage='held', files=files, manifest=manifest))
    assert (part.log, part.number) == ('impl-x-part2', 0)


def test_files_without_a_manifest_are_there_by_name() -> None:
    files = {'impl-b.xml': session('x'), 'impl-a.xml': session('x')}
    parts = parts_of(Shown(name='5', stage='held', files=files))
    assert [part.name for part in parts] == ['impl-a.xml', 'impl-b.xml']


def test_labels_name_what_a_file_is() -> None:
    names = ('planning-6f62e663-1.xml', 'impl-s-agent-a7.xml', 'pr-review-comments.json')
    parts = parts_of(packed_shown({name: session('x') for name in names[:2]} | {names[2]: '{}'}))
    assert [part.label for part in parts] == [
        'planning 6f62e663',
        'agent a7',
        'PR review comments',
        'manifest',
    ]


def test_a_secret_is_one_redaction_of_its_session() -> None:
    secret = 'before [REDACTED:jwt:1] after'
    files = {
        'impl-a-part1.xml': session('x', secret, f'two\n{secret}\nlines'),
        'impl-a-part2.xml': session(secret),
        'impl-b.xml': session('[REDACTED:jwt:1]', '[REDACTED:github-pat:2]'),
    }
    found = redactions_of(parts_of(packed_shown(files)))
    assert [(one.kind, one.times, one.part, one.number) for one in found] == [
        ('jwt', 3, 'impl-a-part1.xml', 3),
        ('jwt', 1, 'impl-b.xml', 2),
        ('github-pat', 1, 'impl-b.xml', 3),
    ]
    assert (found[0].before, found[0].after) == ('before ', ' after')


@given(st.lists(st.tuples(st.sampled_from('ab'), st.integers(1, 3)), max_size=12))
def test_every_placeholder_is_counted(found: list[tuple[str, int]]) -> None:
    texts = [f'x [REDACTED:{kind}:{number}] y' for kind, number in found]
    redactions = redactions_of(parts_of(packed_shown({'impl-s.xml': session(*texts)})))
    told = {one.placeholder: one.times for one in redactions}
    assert told == Counter(f'[REDACTED:{kind}:{number}]' for kind, number in found)
    assert len(redactions) == len(set(found))
