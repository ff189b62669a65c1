"""The files of the project itself: its workflow, its hooks, what it installs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
WORKFLOW = ROOT / '.github' / 'workflows' / 'test.yml'
CONSTRAINTS = (ROOT / 'constraints.txt').read_text(encoding='utf-8').splitlines()
ACTIONLINT = shutil.which('actionlint', path=BIN)


@pytest.mark.skipif(ACTIONLINT is None, reason='there is no actionlint for this machine')
def test_actionlint_finds_nothing_in_the_workflow() -> None:
    done = subprocess.run((str(ACTIONLINT), str(WORKFLOW)), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, '')


def test_every_action_is_pinned_by_its_whole_sha() -> None:
    used = re.findall(r'uses: (\S+)', WORKFLOW.read_text(encoding='utf-8'))
    assert used
    assert [one for one in used if not re.fullmatch(r'[\w/-]+@[0-9a-f]{40}', one)] == []


def test_the_projects_own_hooks_are_ones_that_pre_commit_takes() -> None:
    words = (str(BIN / 'pre-commit'), 'validate-config', str(ROOT / '.pre-commit-config.yaml'))
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_projects_own_hooks_are_programs_that_make_installs() -> None:
    import yaml

    config = yaml.safe_load((ROOT / '.pre-commit-config.yaml').read_text(encoding='utf-8'))
    entries = [hook['entry'].split()[0] for hook in config['repos'][0]['hooks']]
    assert [entry for entry in entries if not (BIN / Path(entry).name).exists()] == []


def test_a_constraint_is_a_version_and_names_no_place() -> None:
    wrong = [line for line in CONSTRAINTS if not re.match(r'[a-z0-9.-]+==[\w.!+]+( ; |$)', line)]
    assert wrong == []


def test_every_dependency_has_its_constraint() -> None:
    setup = ConfigParser()
    setup.read(ROOT / 'setup.cfg', encoding='utf-8')
    lines = setup['options']['install_requires'].splitlines()
    for extra in setup['options.extras_require'].values():
        lines += extra.splitlines()
    names = {re.split(r'[^\w-]', line)[0].lower() for line in lines if line[:1] not in ('', '#')}
    assert names - {line.partition('==')[0] for line in CONSTRAINTS} == {'learn-hook'}
