"""Keys are found whole, in part, and in time."""

from __future__ import annotations

import base64
import random
import time
from typing import TYPE_CHECKING

from learn_core.redact.engine.time_limit import interrupted
from tests.redact.secrets import filled, private_key

if TYPE_CHECKING:
    from learn_core.redact import Redactor

END = private_key()[-1]


def test_an_image_before_the_end_of_a_key_takes_no_time(redactor: Redactor) -> None:
    image = base64.b64encode(random.Random(1).randbytes(12_000)).decode()  # noqa: S311
    text = f'![x](data:image/png;base64,{image})\n\nif line == "{END}":\n'
    clean = interrupted(2, lambda: redactor.text(text))
    assert image in clean


def test_lines_of_a_key_in_a_listing_are_found_without_its_first_line(redactor: Redactor) -> None:
    _, *body, end = private_key()
    for form in ('{}\n', '    12\t{}\n', '+{}\n', '> {}\n', '"{}",\n', '{}\\n'):
        clean = redactor.fresh().text(''.join(form.format(line) for line in [*body, end]))
        assert not any(line in clean for line in body), form


def test_a_key_that_was_cut_off_is_found_to_its_last_line(redactor: Redactor) -> None:
    first, *body, _ = private_key()
    text = '\n'.join([first, *body])
    assert redactor.text(f'{text}\nand more') == '[REDACTED:private-key:1]\nand more'


def test_a_key_that_is_joined_of_strings_is_found(redactor: Redactor) -> None:
    first, *body, _ = private_key()
    for joint in (' <>', ' +', ','):
        text = '\n'.join(f'  "{line}\\n"{joint}' for line in [first, *body])
        clean = redactor.fresh().text(text)
        assert not any(line in clean for line in body), joint


def test_every_value_of_a_manifest_in_json_is_found(redactor: Redactor) -> None:
    text, hidden = filled('{"kind": "Secret", "data": {"a": "{lower:9}", "b": "{lower:9}"}}')
    clean = redactor.text(text.replace('}}', ', "c": "changeme"}, "type": "Opaque"}'))
    assert not any(value in clean for value in hidden)
    assert clean.count('[REDACTED:') == 2
    assert '"c": "changeme"}, "type": "Opaque"}' in clean


def test_data_deeper_in_a_manifest_is_not_that_of_the_secret(redactor: Redactor) -> None:
    text = 'kind: Secret\ndata:\n  a: {}\ntemplate:\n  data:\n    b: ordinary\n'
    value = filled('{lower:9}')[0]
    clean = redactor.text(text.format(value))
    assert clean == text.format('[REDACTED:kubernetes-secret:1]')


def test_of_many_manifests_each_is_judged_by_itself(redactor: Redactor) -> None:
    value = filled('{alnum:20}')[1][0]
    one = f'kind: Secret\ndata:\n  a: {value}\n'
    begin = time.process_time()
    clean = redactor.text(f'data:\n  b: {value[::-1]}\n{one * 3000}')
    assert value not in clean
    assert value[::-1] not in clean
    assert time.process_time() - begin < 10
