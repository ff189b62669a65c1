from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Entry as Said
from learn_core.agents import Image, Text, Thinking, ToolCall, ToolResult
from learn_core.page.entries import Entry, Field, entries_of, session_entries
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.render import CLOSING, OPENING, render
from learn_core.preprocess.xml.split import piece_of, split
from tests.page import hostile

if TYPE_CHECKING:
    from learn_core.agents import Block

FORBIDDEN = re.compile('[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]')
texts = st.one_of(st.sampled_from(hostile.PAYLOADS), st.text(max_size=40)).filter(
    lambda text: not FORBIDDEN.search(text)
)


def rendered(*blocks: Block, kind: str = 'assistant') -> str:
    return ''.join([OPENING, *render(Said(kind, blocks), blocks, Counter()), CLOSING])


def fields(text: str) -> list[list[tuple[str, str]]]:
    return [[(name, said) for name, said in entry.fields] for entry in session_entries(text)]


@given(texts.filter(bool))
def test_words_are_read_as_they_were_said(words: str) -> None:
    for block in (Text(words), Thinking(words)):
        assert fields(rendered(block)) == [[('', words)]]


@given(texts, st.booleans(), st.booleans())
def test_results_are_read_as_they_were_given(words: str, has_image: bool, is_error: bool) -> None:
    images = (Image('image/png', 7),) if has_image else ()
    (read,) = fields(rendered(ToolResult('t1', words, images, is_error), kind='user'))
    image = [('image image/png 7', '')] if has_image else []
    assert read == ([('', words)] if words else []) + image


@given(st.dictionaries(texts.filter(lambda name: len(name) <= 100), texts, max_size=4))
def test_parameters_are_read_as_they_were_given(parameters: dict[str, str]) -> None:
    assert fields(rendered(ToolCall('t1', 'Bash', parameters))) == [list(parameters.items())]


@given(texts.filter(lambda text: len(text) > 9))
def test_parts_of_an_entry_together_say_what_it_said(words: str) -> None:
    whole = rendered(ToolResult('t1', words), kind='user')
    (element,) = read_session(whole)
    parts = [text for text, _ in split(piece_of(element), 40, 40)]
    read = [list(session_entries(f'{OPENING}{part}{CLOSING}')) for part in parts]
    assert [entry.goes_on for (entry,) in read] == [False] + [True] * (len(parts) - 1)
    assert ''.join(entry.text for (entry,) in read) == words


def test_an_entry_is_known_by_its_tag_and_its_attributes() -> None:
    text = rendered(ToolResult('t1', 'x', is_error=True), kind='user')
    assert list(session_entries(text)) == [
        Entry(
            'error',
            'tool_result',
            'tool result',
            (('tool', 't1'), ('is_error', 'true')),
            (Field('', 'x'),),
        )
    ]
    (use,) = session_entries(rendered(ToolCall('t1', 'constructor', {})))
    assert (use.kind, use.label, use.facts) == ('tool', 'constructor', (('id', 't1'),))


def test_what_stands_behind_an_element_in_a_piece_of_others_is_read_as_well() -> None:
    text = f'{OPENING}  <odd a="&quot;">one<b>two</b>three<c />four</odd>\n{CLOSING}'
    (entry,) = session_entries(text)
    assert entry.facts == (('a', '"'),)
    assert [tuple(field) for field in entry.fields] == [
        ('', 'one'),
        ('b', 'two'),
        ('', 'three'),
        ('c', ''),
        ('', 'four'),
    ]


def test_numbers_of_characters_are_read_and_those_of_none_are_shown_as_lost() -> None:
    (entry,) = session_entries(f'{OPENING}  <user>&#13;&#x41;&#0;&#9999999;</user>\n{CLOSING}')
    assert entry.text == '\rA\ufffd\ufffd'


def test_comments_are_read_by_thread() -> None:
    files = hostile.comments()
    threads = list(entries_of('pr-review-comments.json', files['pr-review-comments.json']))
    assert [entry.text for entry in threads] == list(hostile.PAYLOADS)
    assert [entry.label for entry in threads] == list(hostile.PAYLOADS)
    assert dict(threads[0].facts)['is_outdated'] == 'true'


def test_a_file_that_is_not_what_it_should_be_is_shown_as_it_is() -> None:
    broken = ['', '[]', '{"success": false, "error": "no"}', '{"success": true}', '"' + '[' * 9999]
    broken.append(json.dumps({'success': True, 'comments': [{}]}))
    for text in broken:
        (entry,) = entries_of('pr-review-comments.json', text)
        assert (entry.kind, entry.text) == ('other', text)
