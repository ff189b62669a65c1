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


def test_of_many_manifests_each_is_judged_by_itself(redactor: Redactor) -> None:
    value = filled('{alnum:20}')[1][0]
    one = f'kind: Secret\ndata:\n  a: {value}\n'
    begin = time.process_time()
    clean = redactor.text(f'data:\n  b: {value[::-1]}\n{one * 3000}')
    assert value not in clean
    assert value[::-1] not in clean
    assert time.process_time() - begin < 10
