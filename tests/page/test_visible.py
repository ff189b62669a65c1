from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from learn_core.page.visible import marked, plain
from tests.page import hostile


def unescape(html: str) -> str:
    for entity, character in (('&lt;', '<'), ('&gt;', '>'), ('&#34;', '"'), ('&#39;', "'")):
        html = html.replace(entity, character)
    return html.replace('&amp;', '&')


def is_odd(character: str) -> bool:
    return '<i class="odd"' in marked(character)


@given(st.one_of(st.text(), st.sampled_from(hostile.PAYLOADS)))
def test_nothing_is_lost_and_nothing_is_markup_but_ours(text: str) -> None:
    html = re.sub(r'<i class="odd" data-c="U\+[0-9A-F]{4,6}">|</i>', '', marked(text))
    html = re.sub(r'<mark class="redacted">|</mark>', '', html)
    assert '<' not in html
    assert unescape(html.replace('&#13;', '\r')) == text


def test_every_control_and_bidirectional_character_is_shown() -> None:
    """All of Unicode's except newline and tab."""
    for number in range(0x110000):
        character = chr(number)
        if unicodedata.category(character) == 'Cc' and character not in '\t\n':
            assert is_odd(character), hex(number)
        if unicodedata.bidirectional(character) in {
            'LRE',
            'RLE',
            'LRO',
            'RLO',
            'PDF',
            'LRI',
            'RLI',
            'FSI',
            'PDI',
        }:
            assert is_odd(character), hex(number)


def test_letters_of_all_languages_are_left_alone() -> None:
    for text in ('Größe', 'שלום', 'مرحبا', '漢字', 'हिन्दी', '👍🏽', '❤\ufe0f', '\t\n'):
        assert not is_odd(text), text


def test_a_terminal_gets_no_control_character() -> None:
    said = plain('red \x9b31m and \x1b[31m, \u202eback\r')
    assert said == 'red <U+009B>31m and <U+001B>[31m, <U+202E>back<U+000D>'
