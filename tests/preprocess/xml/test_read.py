from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Block, Entry, Image, Text, Thinking, ToolCall, ToolResult
from learn_core.errors import LearnError
from learn_core.preprocess import Element, count_tokens, read_session
from learn_core.preprocess.rules.results import Shaped
from learn_core.preprocess.xml.render import CLOSING, OPENING, render
from learn_core.preprocess.xml.split import Piece, piece_of
from learn_core.redact import Redactor
from tests.preprocess.reading import rendered_again

SESSION = """<session>
  <meta source="agent-1" />
  <user>Do &lt;it&gt; &amp; tell</user>
  <tool_use name="Bash" id="t1">
    <param name="command">ls</param>
  </tool_use>
  <tool_result tool="t1">
a
b
  </tool_result>
</session>
"""


@pytest.fixture(scope='module')
def redactor() -> Redactor:
    return Redactor()


def parsed(text: str) -> Any:
    import xmltodict

    return xmltodict.parse(text)


def again(text: str, redactor: Redactor, *, name: str = 'impl-a.xml', limit: int = 20_000) -> str:
    session = rendered_again(text, name, redactor=redactor, max_tokens=limit)
    return ''.join(chunk.text for chunk in session.chunks)


def test_a_rendered_session_comes_out_as_it_went_in(redactor: Redactor) -> None:
    assert parsed(again(SESSION, redactor)) == parsed(SESSION)


def test_rendering_a_rendered_session_again_changes_nothing_more(redactor: Redactor) -> None:
    once = again(SESSION, redactor)
    assert again(once, redactor) == once


def test_a_secret_in_a_rendered_session_is_redacted(redactor: Redactor) -> None:
    secret = 'gh' + 'p_' + 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0bC3dE6'
    text = again(f'<session><user name="{secret}">token {secret}</user></session>', redactor)
    assert secret not in text
    assert text.count('[REDACTED:github-pat:1]') == 2


def test_a_rendered_session_beyond_the_budget_is_split(redactor: Redactor) -> None:
    text = '<session>' + '<user>word word word</user>' * 400 + '</session>'
    session = rendered_again(text, redactor=redactor, max_tokens=1_000)
    assert [chunk.name for chunk in session.chunks][:2] == ['impl-a-part1.xml', 'impl-a-part2.xml']
    assert all(count_tokens(chunk.text) <= 1_000 for chunk in session.chunks)
    assert ''.join(chunk.text for chunk in session.chunks).count('word word word') == 400


def test_a_planning_session_keeps_its_name(redactor: Redactor) -> None:
    session = rendered_again(SESSION, 'planning-a.xml', redactor=redactor)
    assert [chunk.name for chunk in session.chunks] == ['planning-a.xml']


@pytest.mark.parametrize('name', ['../../x.xml', 'x', '', 'impl-' + 'a' * 500 + '.xml', 'impl-a/b'])
def test_a_strange_name_becomes_a_plain_one(redactor: Redactor, name: str) -> None:
    session = rendered_again(SESSION, name, redactor=redactor)
    assert [chunk.name.startswith('impl-') for chunk in session.chunks] == [True]
    assert '/' not in session.chunks[0].name
    assert len(session.chunks[0].name) <= 150


@pytest.mark.parametrize(
    'text',
    [
        '',
        'no xml',
        '<session>',
        '<html></html>',
        '<!DOCTYPE session [<!ENTITY a "b">]><session><user>&a;</user></session>',
    ],
)
def test_a_document_that_is_not_a_session_is_refused(redactor: Redactor, text: str) -> None:
    with pytest.raises(LearnError, match='holds no session'):
        again(text, redactor)


@given(text=st.text())
def test_any_text_is_read_or_refused(redactor: Redactor, text: str) -> None:
    with suppress(LearnError):
        parsed(again(text, redactor))
    with suppress(LearnError):
        parsed(again(f'<session><user>{text}</user></session>', redactor))


def test_a_part_is_marked_in_its_tag() -> None:
    piece = Piece('user', ' queued="true"', ())
    assert piece.written('x', '2/3') == '<user queued="true" part="2/3">x</user>\n'


def test_a_part_of_a_part_says_both() -> None:
    piece = Piece('user', ' part="2/3" queued="true"', ())
    assert piece.written('x', '1/2') == '<user part="2/3 1/2" queued="true">x</user>\n'


def test_an_element_has_its_words_without_the_layout_around_them() -> None:
    assert read_session(SESSION) == [
        Element('meta', {'source': 'agent-1'}, ''),
        Element('user', {}, 'Do <it> & tell'),
        Element(
            'tool_use',
            {'name': 'Bash', 'id': 't1'},
            '',
            (Element('param', {'name': 'command'}, 'ls'),),
        ),
        Element('tool_result', {'tool': 't1'}, 'a\nb'),
    ]


def test_text_between_children_and_below_them_is_kept() -> None:
    (element,) = read_session('<session><x>a<y>b<z>c<z>d</z></z></y>e</x></session>')
    assert (element.text, [child.text for child in element.children]) == ('ae', ['bdc'])


def test_elements_nested_beyond_any_stack_are_read() -> None:
    (element,) = read_session(f'<session><x>{"<y>" * 50_000}deep{"</y>" * 50_000}</x></session>')
    assert [child.text for child in element.children] == ['deep']


words = st.text(st.characters(exclude_categories=['Cs', 'Cc', 'Cn']) | st.sampled_from('\n\r\t'))
names = st.text(st.characters(categories=['L', 'N']), min_size=1, max_size=100)
images = st.builds(Image, st.just('image/png'), st.integers(0, 9**9))
blocks = (
    st.builds(Text, words.filter(bool))
    | st.builds(Thinking, words.filter(bool))
    | st.builds(ToolCall, st.just('t1'), names, st.dictionaries(names, words, max_size=4))
    | st.builds(ToolResult, st.just('t1'), words, st.lists(images, max_size=3).map(tuple))
    | images
)


@given(st.lists(blocks, max_size=8), st.sampled_from(['user', 'assistant']))
def test_what_is_rendered_is_read_as_it_was(said: list[Block], kind: str) -> None:
    shaped = [Shaped(block) if isinstance(block, ToolResult) else block for block in said]
    pieces = [piece.text for piece in render(Entry(kind), shaped)]
    elements = read_session(OPENING + ''.join(pieces) + CLOSING)
    assert [piece_of(element).whole() for element in elements] == pieces
    assert [_words_of(block) for block in said] == [
        [element.text, *(child.text for child in element.children if child.tag == 'param')]
        for element in elements
    ]


def _words_of(block: Block) -> list[str]:
    if isinstance(block, ToolCall):
        return ['', *map(str, block.parameters.values())]
    return [block.text if isinstance(block, Text | Thinking | ToolResult) else '']
