"""Every rule of ours finds its examples and leaves its counterexamples alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from learn_core.redact.engine import scanner
from tests.redact.secrets import filled

if TYPE_CHECKING:
    from learn_core.redact import Redactor

SEEDS = range(5)


def examples() -> dict[str, dict[str, list[str]]]:
    import yaml

    file = Path(__file__).parents[2] / 'data' / 'secrets.yaml'
    return dict(yaml.safe_load(file.read_text('utf-8')))


EXAMPLES = examples()


class Case(NamedTuple):
    rule: str
    text: str


def cases(field: str) -> list[Case]:
    return [Case(rule, text) for rule, both in EXAMPLES.items() for text in both[field]]


@pytest.mark.parametrize('case', cases('finds'), ids=' '.join)
def test_a_rule_finds_its_examples(redactor: Redactor, case: Case) -> None:
    for seed in SEEDS:
        text, made = filled(case.text, seed)
        clean = redactor.fresh().text(text)
        for secret in made if made else [text]:
            if not case.rule.startswith('form.'):
                assert secret not in clean, text
            assert clean != text
        rules = {one.rule.split('.')[0] for one in scanner.load().scan(text).findings}
        assert case.rule.split('.')[0] in rules


@pytest.mark.parametrize('case', cases('leaves'), ids=' '.join)
def test_what_a_rule_must_not_find_stays_as_it_is(redactor: Redactor, case: Case) -> None:
    for seed in SEEDS:
        text, _ = filled(case.text, seed)
        assert redactor.text(text) == text


def test_every_rule_has_examples_of_both_sorts() -> None:
    ours = {
        '.'.join(str(rule['id']).removeprefix(scanner.OURS).split('.')[:2])
        for rule in scanner.rules()
    }
    shown = {rule for rule, both in EXAMPLES.items() if both['finds'] and both['leaves']}
    assert ours - shown == set()
