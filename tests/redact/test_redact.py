"""No secret comes through, and what is no secret comes through whole."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact import Redactor
from tests.redact.secrets import KINDS, filled, private_key, secret, secrets

PLACEHOLDER = re.compile(r'\[REDACTED:[a-z0-9-]+:\d+\]')

ends = st.sampled_from([' ', '\n', '"', "'", ': ', ',', '=', '<', '>', '&', 'ü ', '\u2028', '\t'])
words = st.text(max_size=12) | st.sampled_from(
    ['token=', 'password: "', '[REDACTED:jwt:1]', '[REDACTED:', ']]>', '<a b="', '&amp;', '\ud800']
)
pairs = st.lists(st.tuples(words, ends, secrets, ends, words), max_size=4)


def joined(found: list[tuple[str, ...]]) -> str:
    return ''.join(''.join(parts) for parts in found)


def test_a_text_without_secrets_is_as_it_was(redactor: Redactor) -> None:
    text = 'Nothing here.\r\n\tghp_short, 5f4dcc3b5aa765d61d8327deb882cf99 ü\x00'
    assert redactor.text(text) == text
    assert redactor.counts == {}


@pytest.mark.parametrize('kind', KINDS)
def test_a_placeholder_names_the_kind(redactor: Redactor, kind: str) -> None:
    assert redactor.text(f'it is {secret(kind)}, see') == f'it is [REDACTED:{kind}:1], see'
    assert redactor.counts == {kind: 1}


def test_places_are_counted_in_characters(redactor: Redactor) -> None:
    hidden = secret('github-pat')
    assert redactor.text(f'ü𝄞\u2028 {hidden} ü') == 'ü𝄞\u2028 [REDACTED:github-pat:1] ü'
    assert redactor.text(f'\ud800 {hidden} \ud800') == '\ud800 [REDACTED:github-pat:1] \ud800'


def test_equal_secrets_have_equal_numbers(redactor: Redactor) -> None:
    one, two = secret('github-pat', 1), secret('github-pat', 2)
    found = redactor.text(f'{one} {two} {one}') + redactor.text(two)
    assert re.findall(r':(\d+)\]', found) == ['1', '2', '1', '2']
    assert redactor.counts == {'github-pat': 4}


def test_another_kind_counts_on(redactor: Redactor) -> None:
    redactor.text(secret('github-pat'))
    assert redactor.text(secret('gitlab-pat')) == '[REDACTED:gitlab-pat:2]'


def test_a_comment_can_not_switch_redaction_off(redactor: Redactor) -> None:
    for word in ('kingfisher:ignore', 'gitleaks:allow', 'nosecret', 'pragma: allowlist secret'):
        hidden = secret('github-pat')
        assert hidden not in redactor.text(f'{hidden}  # {word}\n')


@given(pairs)
def test_no_secret_comes_through_a_text(found: list[tuple[str, ...]]) -> None:
    redactor = Redactor()
    clean = redactor.text(joined(found))
    for one in found:
        if alone(one):
            assert one[2] not in clean


@given(pairs)
def test_redacting_again_changes_nothing(found: list[tuple[str, ...]]) -> None:
    redactor = Redactor()
    once = redactor.text(joined(found))
    counted = dict(redactor.counts)
    assert redactor.text(once) == once
    assert dict(redactor.counts) == counted
    assert Redactor().text(once) == once


@given(pairs)
def test_markup_stays_well_formed_and_tells_nothing(found: list[tuple[str, ...]]) -> None:
    import xmltodict

    bodies = [escape(re.sub('[^\t\n\x20-\ud7ff]', '?', ''.join(parts))) for parts in found]
    rendered = ''.join(f'<user note="a">{body}</user>\n' for body in bodies)
    clean = Redactor().markup(f'<session>\n{rendered}</session>\n')
    assert xmltodict.parse(clean)
    assert clean.count('<user note="a">') == len(found)
    for one in found:
        if alone(one):
            assert one[2] not in clean


def alone(parts: tuple[str, ...]) -> bool:
    """A rule may ask for a word's bounds, which an end without one does not give."""
    _, before, _, after, _ = parts
    return not {before, after} & {'<', '>', '&'}


def test_a_secret_over_tags_is_redacted_around_them(redactor: Redactor) -> None:
    one, two = secret('github-pat', 1), secret('github-pat', 2)
    clean = redactor.markup(f'<a x="1">{one}</a><b>&lt;{two}&gt;</b>')
    assert clean == ('<a x="1">[REDACTED:github-pat:1]</a><b>&lt;[REDACTED:github-pat:2]&gt;</b>')


def test_a_key_over_several_elements_is_redacted_in_each(redactor: Redactor) -> None:
    head, *body, tail = private_key()
    clean = redactor.markup(f'<a>{head}\n{body[0]}</a>\n  <b>{body[1]}\n{body[2]}\n{tail}</b>')
    assert re.sub(PLACEHOLDER, '*', clean) == '<a>*</a>\n  <b>*</b>'


values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(values, secrets)
def test_json_stays_json_and_tells_nothing(value: object, hidden: str) -> None:
    document = {'plain': value, 'deep': [{'a': f'see {hidden}'}, hidden], hidden: 1}
    clean = Redactor().json(document)
    assert hidden not in clean
    found = json.loads(clean)
    assert len(found) == 3
    assert PLACEHOLDER.fullmatch(found['deep'][1])


def test_json_is_redacted_string_by_string(redactor: Redactor) -> None:
    hidden = secret('github-pat')
    halves = [hidden[:20], hidden[20:]]
    assert json.loads(redactor.json({'halves': halves, 'n': 1.5, 'none': None})) == {
        'halves': halves,
        'n': 1.5,
        'none': None,
    }


def test_a_quote_beside_a_secret_stays_json(redactor: Redactor) -> None:
    body = f'token="{secret("github-pat")}"\\'
    assert json.loads(redactor.json([body])) == ['token="[REDACTED:github-pat:1]"\\']


def test_what_is_kept_is_kept_under_its_key_alone(redactor: Redactor) -> None:
    hidden = secret('github-pat')
    found = json.loads(redactor.json([{'sha256': hidden, 'other': hidden}], keep='sha256'))
    assert found == [{'sha256': hidden, 'other': '[REDACTED:github-pat:1]'}]


@given(st.text(), pairs)
def test_counts_are_the_placeholders(text: str, found: list[tuple[str, ...]]) -> None:
    redactor = Redactor()
    given_text = text + joined(found)
    clean = redactor.text(given_text)
    before = len(PLACEHOLDER.findall(given_text))
    assert len(PLACEHOLDER.findall(clean)) - before == sum(redactor.counts.values())


def test_a_user_who_is_the_password_is_one_if_a_number_ends_it(redactor: Redactor) -> None:
    user, (number,) = filled('bob{digits:4}')
    assert (
        number not in redactor.fresh().text(f'see mongodb://ann:{user}@db/shop').partition('@')[0]
    )
    same = redactor.fresh().text(f'see mongodb://{user}:{user}@db/shop')
    assert same.startswith(f'see mongodb://{user}:[REDACTED:')
    assert redactor.fresh().text('postgres://bob:bob@db/shop') == 'postgres://bob:bob@db/shop'
