"""Many texts at once are what each of them is alone."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from learn_core.redact import Redactor
from tests.redact.secrets import filled, private_key, secret, secrets

PASSWORD = filled('{alnum:12}')[1][0]
KEY = private_key()

called = st.sampled_from(['', 'command', 'api_key', 'password', 'old_string', 'X-Auth-Token'])
pieces = st.one_of(
    secrets,
    st.text(max_size=8),
    st.sampled_from(
        [
            f'password = "{PASSWORD}"',
            f'curl -u bob:{PASSWORD} https://api.internal',
            'password:',
            'curl -s https://api.internal',
            ' -u ',
            PASSWORD,
            'token = ',
            '\x1e',
            '\n',
            'aws',
            'discord ',
            KEY[0],
            KEY[1],
            KEY[-1],
            'kind: Secret\ndata:\n  a: ',
            'amplitude',
            'ü𝄞',
            '\ud800',
            '\\n',
            '%3D',
            '&quot;',
        ]
    ),
)
texts = st.lists(pieces, max_size=5).map(''.join)
items = st.lists(st.tuples(called, texts), max_size=12)


@given(items)
@example([('', 'password:'), ('', f' "{PASSWORD}"')])
@example([('', f'curl https://a.internal -u a:{PASSWORD}'), ('', f' -u bob:{PASSWORD} x')])
@example([('', KEY[0]), ('', KEY[1]), ('', KEY[-1])])
@example([('password', PASSWORD), ('', PASSWORD)])
def test_many_texts_are_what_each_is_alone(found: list[tuple[str, str]]) -> None:
    together, alone = Redactor(), Redactor()
    clean = together.texts(found)
    once = [alone.named(name, text) for name, text in found]
    assert clean == [alone.text(text) for text in once]
    assert together.found_values() == alone.found_values()


def test_no_texts_are_none() -> None:
    assert Redactor().texts([]) == []


def test_a_text_larger_than_a_block_is_scanned_alone(redactor: Redactor) -> None:
    hidden = secret('github-pat')
    large = 'a word and another\n' * 120_000
    clean = redactor.texts([('', 'a'), ('', f'{large}{hidden}\n{large}'), ('', hidden)])
    assert hidden not in clean[1]
    assert clean[1].count('[REDACTED:github-pat:1]') == 1
    assert clean[2] == '[REDACTED:github-pat:1]'


def test_secrets_without_number_are_replaced_in_time(redactor: Redactor) -> None:
    hidden = [secret('github-pat', seed) for seed in range(2_000)]
    clean = redactor.text('\n'.join(hidden))
    assert clean.splitlines()[-1] == '[REDACTED:github-pat:2000]'
    assert redactor.counts == {'github-pat': 2_000}


def test_a_name_alone_may_tell(redactor: Redactor) -> None:
    assert redactor.named('path', PASSWORD) == PASSWORD
    assert redactor.named('api_key', PASSWORD) == '[REDACTED:key:1]'
    assert redactor.named('password', 'get_password()') == 'get_password()'
    assert redactor.named('', f'x {PASSWORD}') == redactor.text(f'x {PASSWORD}')
