"""Files of the materials as entries."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given
from hypothesis import strategies as st

from learn_core.page.parts import Entry, Field, entries_of
from tests.page import hostile

FORBIDDEN = re.compile('[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]')
texts = st.one_of(st.sampled_from(hostile.PAYLOADS), st.text(max_size=40)).filter(
    lambda text: not FORBIDDEN.search(text)
)


def session(inside: str) -> list[Entry]:
    return entries_of('impl-s.xml', f'<session>\n{inside}</session>\n')


def said(entry: Entry) -> str:
    return '\n'.join(field.text for field in entry.fields)


def xml(text: str) -> str:
    return escape(text, {'\r': '&#13;'})


@given(texts.filter(lambda words: bool(words.strip())))
def test_words_are_read_as_they_were_said(words: str) -> None:
    for tag in ('user', 'thinking', 'assistant'):
        assert session(f'  <{tag}>{xml(words)}</{tag}>\n') == [
            Entry(tag, tag, tag, (), (Field('', words),))
        ]


@given(st.dictionaries(texts, texts, min_size=1, max_size=4))
def test_parameters_are_read_as_they_were_given(parameters: dict[str, str]) -> None:
    inside = ''.join(
        f'\n    <param name={quoteattr(name, {chr(13): "&#13;"})}>{xml(value)}</param>'
        for name, value in parameters.items()
    )
    (entry,) = session(f'  <tool_use name="Bash" id="t1">{inside}\n  </tool_use>\n')
    assert (entry.kind, entry.label, entry.facts) == ('tool', 'Bash', (('id', 't1'),))
    assert [tuple(field) for field in entry.fields] == list(parameters.items())


def test_a_result_is_known_by_its_attributes_and_shows_its_images() -> None:
    image = '\n    <image media_type="image/png" bytes="7" />'
    (entry,) = session(f'  <tool_result tool="t1" is_error="true">\nno{image}\n  </tool_result>\n')
    assert entry == Entry(
        'error',
        'tool_result',
        'tool result',
        (('tool', 't1'), ('is_error', 'true')),
        (Field('', 'no'), Field('image image/png 7', '')),
    )


def test_comments_are_read_by_thread() -> None:
    files = hostile.comments()
    threads = entries_of('pr-review-comments.json', files['pr-review-comments.json'])
    assert [said(entry) for entry in threads] == list(hostile.PAYLOADS)
    assert [entry.label for entry in threads] == list(hostile.PAYLOADS)
    assert dict(threads[0].facts)['is_outdated'] == 'true'
    assert 'is_resolved' not in dict(threads[0].facts)


def test_reviews_are_read_with_their_verdict() -> None:
    review = {'author': 'ann', 'is_bot': False, 'state': 'CHANGES_REQUESTED', 'body': 'No.'}
    text = json.dumps({'success': True, 'pr_number': 45, 'reviews': [review]})
    assert entries_of('pr-reviews.json', text) == [
        Entry('comment', 'comment', 'ann', (('state', 'CHANGES_REQUESTED'),), (Field('', 'No.'),))
    ]


def test_an_incomplete_list_says_so_before_what_came() -> None:
    document = {'success': False, 'partial': True, 'error': 'GitHub gave half', 'comments': []}
    document['comments'] = [{'author': 'ann', 'body': 'Yes.'}]
    entries = entries_of('pr-discussion-comments.json', json.dumps(document))
    assert [(entry.kind, said(entry)) for entry in entries] == [
        ('error', 'GitHub gave half'),
        ('comment', 'Yes.'),
    ]


def test_a_file_of_another_shape_is_shown_as_it_is() -> None:
    broken = ['', '[]', '7', '{"success": false, "error": "no"}', '{"success": true}']
    broken += ['"' + '[' * 9999, '[' * 99_999, '{"success": true, "threads": 7}']
    broken += [json.dumps({'success': True, 'comments': [{}]}), '<session><user>x</session>']
    broken.append('{"success": true, "threads": [{"comments": {"a": 1}}]}')
    for text in broken:
        (entry,) = entries_of('pr-review-comments.json', text)
        assert (entry.kind, said(entry)) == ('other', text)
