"""What is secret on this machine is found by its value, in every form it may take."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact import Redactor
from learn_core.redact.engine.scanner import load_literals
from learn_core.redact.known.literals import forms
from learn_core.redact.known.values import known_values

VALUE = 'tea-for-two/at&5'

characters = st.characters(codec='ascii', exclude_characters='\0') | st.sampled_from('äéßЖ中𝄞')
values = st.text(characters, min_size=8, max_size=24).filter(lambda one: one == one.strip())


@pytest.mark.parametrize(
    'written',
    [
        VALUE,
        f'a {VALUE}, b',
        quote(VALUE, safe=''),
        f'https://a.internal/?q={quote(VALUE, safe="")}&b=1',
        base64.b64encode(VALUE.encode()).decode(),
        base64.b64encode(f'user:{VALUE}'.encode()).decode(),
        base64.b64encode(f'us:{VALUE} and more'.encode()).decode(),
        base64.urlsafe_b64encode(f'u:{VALUE}'.encode()).decode(),
        json.dumps({'a': VALUE}),
        json.dumps(json.dumps({'a': f'"{VALUE}"\n'})),
        VALUE.replace('&', '&amp;'),
        VALUE.encode().hex(),
    ],
)
def test_a_known_value_is_found_in_all_its_forms(written: str) -> None:
    clean = Redactor([VALUE]).text(f'before {written} behind')
    assert '[REDACTED:local-secret:1]' in clean
    for form in forms(VALUE):
        assert form not in clean
    assert clean.startswith('before ')
    assert clean.endswith(' behind')


@given(values, st.text(max_size=5), st.text(max_size=5))
def test_base64_of_anything_around_a_value_holds_one_of_its_forms(
    value: str, before: str, after: str
) -> None:
    data = (before + value + after).encode('utf-8', 'replace')
    coded = base64.b64encode(data).decode()
    assert any(form in coded for form in forms(value))


@given(values, st.text(), st.text())
def test_literals_are_found_wherever_they_stand(value: str, before: str, after: str) -> None:
    text = f'{before}{value}{after}'
    found = load_literals([value]).scan(text).findings
    assert value in [text[one.start : one.end] for one in found]


def test_what_has_no_entropy_is_a_literal_too() -> None:
    assert Redactor(['aaaaaaaa']).text('x aaaaaaaa') == 'x [REDACTED:local-secret:1]'


def test_all_of_the_base64_around_a_value_goes() -> None:
    coded = base64.b64encode(f'someone:{VALUE}'.encode()).decode()
    assert Redactor([VALUE]).text(f'"{coded}"') == '"[REDACTED:local-secret:1]"'


def test_a_value_is_found_among_many_texts() -> None:
    clean = Redactor([VALUE]).texts([('', 'a'), ('', f'b {VALUE}'), ('', VALUE)])
    assert clean == ['a', 'b [REDACTED:local-secret:1]', '[REDACTED:local-secret:1]']


def test_variables_whose_names_tell_are_secret() -> None:
    environ = {
        'GH_TOKEN': 'plain-words-1',
        'MY_SECRET': 'plain-words-2',
        'DB_PASSWORD': 'plain-words-3',
        'DEPLOY_KEY': 'plain-words-4',
        'PATH': 'plain-words-5',
        'PWD': '/home/ann/plain-words-6',
        'SHORT_TOKEN': 'short',
        'GOOGLE_CREDENTIALS': '/home/ann/key.json',
        'DATABASE_URL': 'postgres://ann:plain-words-7@db/x',
    }
    found = known_values(environ.items())
    assert sorted(found) == [f'plain-words-{number}' for number in (1, 2, 3, 4, 7)]


def test_of_an_env_file_ordinary_settings_are_no_secrets() -> None:
    text = (
        '# a comment\n'
        'export API_TOKEN="plain words here"  # why\n'
        "OTHER='x7Kq-92mZ-p0Wv'\n"
        'NODE_ENV=development\n'
        'HOST=db.internal:5432\n'
        'URL=https://api.internal/v1\n'
        'REGION=eu-central-1\n'
        'MULTI="first line of it\nsecond9Kx72QmZp line"\n'
        'PASSWORD=correct-horse-battery # staple\n'
    )
    assert set(known_values(env_files=[text])) == {
        'plain words here',
        'x7Kq-92mZ-p0Wv',
        'first line of it\nsecond9Kx72QmZp line',
        'second9Kx72QmZp line',
        'first line of it',
        'correct-horse-battery',
    }


def test_netrc_and_urls_and_headers_give_their_passwords() -> None:
    found = known_values(
        netrc='machine a login ann password words-of-netrc\nmachine b\n  password "of netrc too"\n',
        urls=[
            'https://ann:words-of-url@git.internal/a/b',
            'https://words-that-are-a-token@git.internal/a/b',
            'https://ann:p%40ss-word@git.internal/',
            'git@git.internal:a/b',
            'http://[broken',
            'url.https://x-token:words-of-a-key@git.internal/.insteadof',
        ],
        headers=['AUTHORIZATION: basic words-of-header'],
        tokens=['words-in-use'],
    )
    assert set(found) == {
        'words-of-netrc',
        'of netrc too',
        'words-of-url',
        'words-that-are-a-token',
        'p%40ss-word',
        'p@ss-word',
        'words-of-a-key',
        'words-of-header',
        'words-in-use',
    }


@given(st.text(), st.text())
def test_no_file_is_too_odd_to_be_read(env: str, netrc: str) -> None:
    for value in known_values(env_files=[env], netrc=netrc, urls=[env], headers=[netrc]):
        assert len(value) >= 8
