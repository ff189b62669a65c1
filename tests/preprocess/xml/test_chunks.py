from __future__ import annotations

import base64
import random
from statistics import mean
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import LearnError
from learn_core.preprocess.xml import chunks
from learn_core.preprocess.xml.chunks import Filled, prove
from learn_core.preprocess.xml.render import CLOSING, OPENING, Rendered, escape, meta
from learn_core.preprocess.xml.split import Leaf, Piece
from learn_core.preprocess.xml.tokens import count_tokens
from learn_core.redact import Redactor

HEADER = meta(('branch', 'P1-x'))


def words(text: str, attributes: str = '') -> str:
    return f'  <user{attributes}>{escape(text)}</user>\n'


def filled(*pieces: str, max_tokens: int = 20_000) -> list[Filled]:
    return list(chunks.filled(map(Rendered, pieces), HEADER, Redactor(), max_tokens))


def children(files: list[Filled]) -> list[ET.Element]:
    roots = [ET.fromstring(file.text.encode()) for file in files]  # noqa: S314 - our own output
    return [child for root in roots for child in root if child.tag != 'meta']


def whole(files: list[Filled]) -> str:
    return ''.join(child.text or '' for child in children(files))


def within(files: list[Filled], max_tokens: int) -> bool:
    return all(count_tokens(file.text) == file.tokens <= max_tokens for file in files)


def test_no_pieces_give_no_file() -> None:
    assert filled() == []


def test_a_file_begins_with_its_meta_lines() -> None:
    assert filled(words('hi'))[0].text == (
        '<session>\n<meta branch="P1-x" />\n  <user>hi</user>\n</session>\n'
    )


def test_tokens_are_those_of_the_whole_file() -> None:
    assert within(filled(*(words(f'number {n}\n') for n in range(100))), 20_000)


def test_files_are_split_between_pieces() -> None:
    files = filled(*(words(f'{n} ' * 20) for n in range(200)), max_tokens=1000)
    assert len(files) > 2
    assert within(files, 1000)
    assert [child.get('part') for child in children(files)] == [None] * 200
    assert [(child.text or '').split()[0] for child in children(files)] == [
        str(n) for n in range(200)
    ]


def test_files_are_filled_on_average_to_nine_tenths() -> None:
    number = random.Random(1)  # noqa: S311 - no secret, but the same every time
    pieces = [words('some words ' * number.choice([5, 50, 500, 5000])) for _ in range(60)]
    files = filled(*pieces)
    assert len(files) > 3
    assert mean(file.tokens for file in files[:-1]) >= 18_000


def test_a_piece_too_large_alone_is_split_inside_and_complete() -> None:
    text = ''.join(f'line {n} of <many> & more\n' for n in range(3000))
    files = filled(words('before'), words(text), words('after'), max_tokens=5000)
    assert within(files, 5000)
    assert whole(files) == f'before{text}after'
    parts = [child.get('part') for child in children(files)][1:-1]
    assert parts == [f'{n}/{len(parts)}' for n in range(1, len(parts) + 1)]


def test_a_split_falls_behind_a_newline_where_one_is_near() -> None:
    text = ''.join(f'line {n}\n' for n in range(3000))
    assert all((child.text or '').endswith('\n') for child in children(filled(words(text))))


@pytest.mark.parametrize(
    'text',
    [
        'a' * 1_000_000,
        ' ' * 1_100_000 + 'x',
        '\n' * 1_100_000 + 'x',
        '-' * 500_000,
        '&<\r' * 30_000,
        base64.b64encode(random.Random(1).randbytes(1_000_000)).decode(),  # noqa: S311 - as above
        '\U0001f469\u200d\U0001f467' * 20_000,
    ],
    ids=['letters', 'spaces', 'newlines', 'dashes', 'entities', 'base64', 'emoji'],
)
def test_a_text_without_words_is_complete_and_within_the_budget(text: str) -> None:
    files = filled(words(text))
    assert all(file.tokens <= 20_000 for file in files)
    assert whole(files) == text


def test_a_command_to_a_model_in_a_text_is_text_like_any_other() -> None:
    assert whole(filled(words('<|endoftext|><|im_start|>'))) == '<|endoftext|><|im_start|>'


def test_many_parameters_are_split_between_and_inside_them() -> None:
    leaves = tuple(Leaf(f'{n} ' * 100, f'\n<param name="p{n}">', '</param>') for n in range(50))
    files = filled(Piece('tool_use', ' name="X" id="t1"', leaves, '\n').whole(), max_tokens=500)
    assert within(files, 500)
    values: dict[str, str] = {}
    for use in children(files):
        for param in use:
            values[param.attrib['name']] = values.get(param.attrib['name'], '') + (param.text or '')
    assert values == {f'p{n}': f'{n} ' * 100 for n in range(50)}


def test_a_leaf_without_text_is_kept_where_a_piece_is_split() -> None:
    leaves = (Leaf('word ' * 2000, '\n'), Leaf('', '\n<image bytes="1" />'))
    files = filled(Piece('tool_result', ' tool="t1"', leaves, '\n').whole(), max_tokens=500)
    assert [len(child) for child in children(files)] == [0] * (len(files) - 1) + [1]


@pytest.mark.parametrize('budget', [-1, 0, 10, 30])
def test_a_budget_that_holds_no_wrapper_is_an_error_in_one_sentence(budget: int) -> None:
    with pytest.raises(LearnError, match='set a larger'):
        filled(words('hi ' * 100), max_tokens=budget)


def test_a_piece_whose_tags_do_not_fit_behind_others_goes_to_the_next_file() -> None:
    tagged = words('word ' * 2000, f' origin="{"a b " * 30}"')
    alone = filled(words('word ' * 900), max_tokens=1000)[0].tokens
    files = filled(words('word ' * (900 + 1000 - alone - 60)), tagged, max_tokens=1000)
    assert within(files, 1000)
    assert [child.get('part') for child in children(files)][:2] == [None, f'1/{len(files) - 1}']


def test_a_secret_across_the_parameters_of_a_piece_that_is_split_is_redacted() -> None:
    texts = _printed_key()
    leaves = tuple(Leaf(text, '\n<param name="p">', '</param>') for text in texts)
    files = filled(Piece('tool_use', ' name="X" id="t1"', leaves, '\n').whole(), max_tokens=900)
    assert within(files, 900)
    assert len(files) > 2
    assert not [line for line in texts[1:-1] for file in files if f'>{line}<' in file.text]


def _printed_key() -> list[str]:
    """A private key, some letters at a time."""
    key = base64.b64encode(random.Random(1).randbytes(600)).decode()  # noqa: S311 - as above
    label = 'RSA PRIVATE' + ' KEY-----'
    lines = [key[at : at + 4] for at in range(0, len(key), 4)]
    return [f'-----BEGIN {label}', *lines, f'-----END {label}']


def test_a_file_that_redaction_made_longer_is_split_again() -> None:
    """A key that was printed over many entries is only seen in the whole file."""
    texts = _printed_key()
    pieces = [words(text) for text in texts]
    plain = OPENING + HEADER + ''.join(pieces) + CLOSING
    budget = count_tokens(plain)
    assert count_tokens(Redactor().markup(plain)) > budget
    files = filled(*pieces, max_tokens=budget)
    assert within(files, budget)
    assert len(files) > 1
    assert not [line for line in texts[1:-1] for file in files if f'>{line}<' in file.text]


def test_malformed_xml_is_never_written() -> None:
    with pytest.raises(LearnError, match='not well-formed XML'):
        prove('<session><user></session>')


def call(number: int, length: int = 20) -> list[Rendered]:
    """A tool call and its result of that many words."""
    name = f't{number}'
    return [
        Rendered(f'<tool_use name="X" id="{name}" />\n', calls=name),
        Rendered(f'<tool_result tool="{name}">{"word " * length}</tool_result>\n', answers=name),
    ]


def packed(*pieces: Rendered, max_tokens: int = 1_000) -> list[Filled]:
    return list(chunks.filled(pieces, HEADER, Redactor(), max_tokens))


def test_a_call_is_in_the_same_file_as_its_result() -> None:
    files = packed(*(piece for n in range(40) for piece in call(n, 150)))
    assert len(files) > 5
    for root in [ET.fromstring(file.text) for file in files]:  # noqa: S314 - our own output
        calls = [child.get('id') for child in root if child.tag == 'tool_use']
        assert calls == [child.get('tool') for child in root if child.tag == 'tool_result']


def test_calls_that_run_beside_each_other_stay_with_their_results() -> None:
    pairs = [call(n, 100) for n in range(4)]
    group = [pair[0] for pair in pairs] + [pair[1] for pair in reversed(pairs)]
    files = packed(Rendered(words('word ' * 500)), *group)
    assert [child.tag for child in children(files[1:])] == ['tool_use'] * 4 + ['tool_result'] * 4


def test_a_result_that_does_not_fit_beside_its_call_is_split() -> None:
    files = packed(*call(1, 3_000))
    assert within(files, 1_000)
    assert ''.join(child.text or '' for child in children(files)).count('word') == 3_000


def test_a_call_without_a_result_does_not_hold_back_what_follows() -> None:
    files = packed(call(1)[0], *(Rendered(words(f'number {n}')) for n in range(300)))
    assert [child.text for child in children(files)][1:] == [f'number {n}' for n in range(300)]


def test_a_reference_is_written_only_where_the_file_holds_what_it_refers_to() -> None:
    again = Rendered('<user>in full</user>\n', '<user>as t1</user>\n', frozenset({'t1'}))
    parts: list[int] = []
    pieces = [*call(1), again, Rendered(words('word ' * 1_500)), again, *call(1), again]
    files = list(chunks.filled(pieces, HEADER, Redactor(), 1_000, lambda: parts.append(1)))
    told = [child.text for child in children(files) if (child.text or '').startswith(('in', 'as'))]
    assert told == ['as t1', 'in full', 'as t1']
    assert len(parts) == len(files)


@given(
    st.lists(st.text(max_size=300) | st.text('ab &<\r\n', max_size=2000), max_size=20),
    st.integers(300, 3000),
)
def test_any_texts_are_complete_and_within_any_budget(texts: list[str], budget: int) -> None:
    files = filled(*(words(text) for text in texts if text), max_tokens=budget)
    assert within(files, budget)
    back = whole(files)
    assert len(back) == sum(map(len, texts))
    assert all(a in {b, '\ufffd'} for a, b in zip(back, ''.join(texts), strict=True))
