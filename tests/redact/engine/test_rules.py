"""Every rule of ours finds its examples and leaves its counterexamples alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from learn_core.redact.engine import scanner
from tests.redact.secrets import filled

if TYPE_CHECKING:
    from learn_core.redact import Redactor

SEEDS = range(5)


def rules() -> list[dict[str, Any]]:
    import yaml

    text = Path(scanner.__file__).with_name('rules.yaml').read_text('utf-8')
    return list(yaml.safe_load(text)['rules'])


RULES = rules()


class Case(NamedTuple):
    rule: str
    text: str


def cases(field: str) -> list[Case]:
    return [Case(rule['id'], text) for rule in RULES for text in rule[field]]


@pytest.mark.parametrize('case', cases('examples'), ids=' '.join)
def test_a_rule_finds_its_examples(redactor: Redactor, case: Case) -> None:
    group, _, _ = case.rule.removeprefix(scanner.OURS).partition('.')
    for seed in SEEDS:
        text, made = filled(case.text, seed)
        clean = redactor.text(text)
        for secret in made if made else [text]:
            if group != 'form':
                assert secret not in clean, text
            assert clean != text
        rules = {one.rule for one in scanner.load().scan(text).findings}
        assert case.rule.removeprefix(scanner.OURS) in rules


@pytest.mark.parametrize('case', cases('negative_examples'), ids=' '.join)
def test_what_a_rule_must_not_find_stays_as_it_is(redactor: Redactor, case: Case) -> None:
    for seed in SEEDS:
        text, _ = filled(case.text, seed)
        assert redactor.text(text) == text


def test_every_rule_has_examples_of_both_sorts() -> None:
    assert [rule['id'] for rule in RULES if not rule['examples']] == []
    assert [rule['id'] for rule in RULES if not rule['negative_examples']] == []
