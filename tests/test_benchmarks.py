"""The benchmarks run: nobody starts most of them for weeks, and the product moves under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import logs, page, redaction, rules, survival
from learn_core.preprocess.xml.read import read_session
from learn_core.redact import Redactor

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_materials_for_a_large_page_are_of_real_sessions(tmp_path: Path) -> None:
    shown = page.large(tmp_path, 100_000)
    texts = [text for name, text in shown.files.items() if name.endswith('.xml')]
    tags = {element.tag for text in texts for element in read_session(text)}
    assert {'user', 'assistant', 'tool_use', 'tool_result'} <= tags


def test_each_rule_is_switched_off_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules._tell(logs.many_sessions(tmp_path, 1))
    costs = [
        int(line.split()[0].replace(',', '')) for line in capsys.readouterr().out.split('\n')[4:-1]
    ]
    assert len(costs) == len(rules._switches())
    assert any(costs)


def test_prompts_of_the_sample_survive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.many_sessions(tmp_path, 1)
    survival.main([str(tmp_path / 'many')])
    (prompts,) = [
        line for line in capsys.readouterr().out.split('\n') if line.startswith('prompts')
    ]
    assert prompts.split()[3] == '1.000'


def test_some_of_what_is_planted_is_found_and_nothing_harmless() -> None:
    redactor = Redactor()
    cases = [*redaction.cases()][::40]
    assert not [case.kind for case in cases if redaction.is_left(case, 'around it', redactor)]
    assert redaction.harmless_touched(redactor) == []
