from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from learn_core.page.visible import Block, blocks


def test_headings_lists_code_and_text_are_blocks() -> None:
    text = '# Plan 5\n\nTwo\nlines\n\n- one\n2. two\n```sh\n# a comment\n\n- x\n```\nend'
    assert blocks(text) == [
        Block('heading', ('Plan 5',)),
        Block('text', ('Two', 'lines')),
        Block('list', ('one', 'two')),
        Block('code', ('# a comment', '', '- x')),
        Block('text', ('end',)),
    ]


def test_a_link_or_html_is_text() -> None:
    text = '[x](javascript:pwn()) ![y](http://z/) <b>bold</b>'
    assert blocks(text) == [Block('text', (text,))]


@given(st.text(alphabet='#-*1. `~x\n\r', max_size=60))
def test_no_word_is_lost(text: str) -> None:
    told = ''.join(line for block in blocks(text) for line in block.lines)
    assert told.count('x') >= text.count('x') - sum(
        line.count('x') for line in text.split('\n') if line.lstrip(' ')[:3] in {'```', '~~~'}
    )
