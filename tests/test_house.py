"""The rules of the house that no linter checks."""

from __future__ import annotations

import ast
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import learn_core
from learn_core.git import open_repository
from learn_core.install import hooks, script
from learn_core.push import branch_names
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOME = Path(learn_core.__file__).parent.parent
MODULES = sorted(
    [
        *HOME.glob('hooks/**/*.py'),
        *HOME.glob('learn_core/**/*.py'),
        *HOME.glob('learn_demo/**/*.py'),
    ]
)
HEAVY = {'git', 'ghapi', 'tiktoken', 'kingfisher_sdk', 'xmltodict', 'yaml', 'rich', 'jinja2'}
NOT_IN_A_PUSH = {'json', 'dataclasses', 'typing', 'subprocess', 'pathlib', 're', 'site'}
ZEROS = '0' * 40
SHA = 'a' * 40


def named(module: Path) -> str:
    return str(module.relative_to(HOME))


@pytest.mark.parametrize('module', MODULES, ids=named)
def test_no_module_is_over_300_lines(module: Path) -> None:
    assert len(module.read_text(encoding='utf-8').splitlines()) <= 300


def test_only_one_room_calls_a_text_redacted() -> None:
    makers = {
        named(module.parent)
        for module in MODULES
        if re.search(r'\bRedacted\(|cast\(.?Redacted', module.read_text(encoding='utf-8'))
    }
    assert makers == {'learn_core/redact'}


@pytest.mark.parametrize('module', MODULES, ids=named)
def test_what_is_heavy_is_imported_where_it_is_needed(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding='utf-8'))
    assert not set(imported_at_once(tree.body)) & HEAVY


def imported_at_once(body: list[ast.stmt]) -> Iterator[str]:
    """Names of the packages that importing a module imports."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (name.name.partition('.')[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or '').partition('.')[0]
        elif isinstance(node, ast.If) and getattr(node.test, 'id', '') != 'TYPE_CHECKING':
            yield from imported_at_once(node.body + node.orelse)
        elif isinstance(node, ast.Try | ast.With | ast.ClassDef):
            yield from imported_at_once(node.body)


def loaded(code: str, *words: str, cwd: Path, stdin: str = '') -> set[str]:
    """The modules that a Python which starts as the installed hook does has loaded."""
    child = subprocess.run(
        (sys.executable, '-I', '-S', '-X', 'importtime', '-c', code, *words),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout == ''
    lines = [line for line in child.stderr.splitlines() if line.startswith('import time:')]
    return {line.rpartition('|')[2].strip() for line in lines}


@pytest.mark.parametrize('ref', ['refs/heads/topic', 'refs/heads/master', 'refs/tags/P5-x'])
def test_an_ordinary_push_loads_next_to_nothing(repository: Callable[..., Path], ref: str) -> None:
    folder = repository()
    code = re.search(
        r"-c '(import sys.*?native\(\))'", script.hook_scripts({})['pre-push'], re.DOTALL
    )
    assert code is not None
    words = (str(HOME), '1', '', 'origin', 'https://github.com/acme/widgets.git')
    line = f'{ref} {SHA} {ref} {ZEROS}\n'
    ours = loaded(code[1], *words, cwd=folder, stdin=line)
    more = ours - loaded('pass', cwd=folder)
    assert {'hooks.pre_push', 'learn_core.push.branch_names'} <= more
    tops = {name.partition('.')[0] for name in more}
    assert not tops & NOT_IN_A_PUSH
    assert tops - {'hooks', 'learn_core'} <= set(sys.stdlib_module_names)
    assert not (folder / '.git' / 'learn-hook').exists()


@pytest.fixture
def asks_sh(repository: Callable[..., Path], tmp_path: Path) -> Callable[[str], bool]:
    """Does the installed hook start its Python for these lines of git? Here it is one that only
    says that it was started.
    """
    folder = repository()
    hooks.install(open_repository(folder), {})
    python = tmp_path / 'python'
    python.write_text('#!/bin/sh\ncat >/dev/null; echo started\n')
    python.chmod(0o755)
    hook = folder / '.git' / 'hooks' / 'pre-push'
    text = hook.read_text(encoding='utf-8')
    hook.write_text(
        re.sub(r'^learn_python=.*$', f'learn_python={python}', text, flags=re.MULTILINE)
    )

    def ask(lines: str) -> bool:
        said = subprocess.run(
            (str(hook), 'origin', 'url'),
            cwd=folder,
            input=lines,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stderr == ''
        return said.stdout == 'started\n'

    return ask


def names() -> list[str]:
    """Branch names of which many are plans'."""
    parts = (['P', 'p', '', 'Q', 'fix/P'], ['', '0', '7', '0042', '123456789', '5x'])
    slugs = ['-x', '-a-b', '-ü', '-x/P6-y', '--', "-'$(x)`", '-', '', '_x']
    return [''.join(name) for name in itertools.product(*parts, slugs)]


def test_sh_lets_through_whatever_python_takes_for_a_plan(asks_sh: Callable[[str], bool]) -> None:
    plans = [name for name in names() if branch_names.number_in(name)]
    assert len(plans) == 3 * 3 * 6
    other = f'refs/heads/topic {SHA} refs/heads/topic {ZEROS}\n'
    for name in plans:
        assert asks_sh(f'refs/heads/topic {SHA} refs/heads/{name} {ZEROS}\n'), name
        assert asks_sh(f'refs/heads/{name} {SHA} refs/heads/topic {ZEROS}\n'), name
        assert asks_sh(f'{other}refs/heads/{name} {SHA} refs/heads/topic {ZEROS}\n'), name
        assert asks_sh(f'{other}HEAD {SHA} refs/heads/{name} {ZEROS}\n'), name


def test_what_is_pushed_counts_and_not_where_one_stands(
    asks_sh: Callable[[str], bool], tmp_path: Path
) -> None:
    for head in tmp_path.glob('*/.git/HEAD'):
        head.write_text('ref: refs/heads/P5-x\n')
    assert not asks_sh(f'refs/heads/topic {SHA} refs/heads/topic {ZEROS}\n')
    assert asks_sh(f'HEAD {SHA} refs/heads/topic {ZEROS}\n')


def test_an_ordinary_push_starts_no_python(asks_sh: Callable[[str], bool]) -> None:
    for name in ('topic', 'main', 'Px-5', 'fix/P5', 'release-1.2', 'v1-x'):
        assert not asks_sh(f'refs/heads/{name} {SHA} refs/heads/{name} {ZEROS}\n'), name
    assert not asks_sh(f'refs/tags/P5-x {SHA} refs/tags/P5-x {ZEROS}\n')
    assert not asks_sh('')


def test_a_head_that_is_pushed_by_another_name_is_asked_for_its_branch(
    asks_sh: Callable[[str], bool], tmp_path: Path
) -> None:
    line = f'HEAD {SHA} refs/heads/topic {ZEROS}\n'
    assert not asks_sh(line)
    (folder,) = [place.parent for place in tmp_path.glob('*/.git')]
    git('switch', '-q', '-c', 'P5-x', cwd=folder)
    assert asks_sh(line)


def test_every_package_of_the_house_is_found() -> None:
    assert len(MODULES) > 50
    assert os.path.commonpath(MODULES) == str(HOME)
