from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_demo import sample
from learn_demo.show import run, show

if TYPE_CHECKING:
    from pathlib import Path


def test_the_demo_tells_of_a_real_push_and_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    assert show() == 0
    told = capsys.readouterr().out
    assert f'[new branch]      {sample.BRANCH} -> {sample.BRANCH}' in told
    assert 'learning from plan #123 in the background' in told
    assert told.count('  session ') == 4
    assert '1 github-pat' in told
    assert 'https://github.com/acme/widgets/actions/runs/' in told
    assert told.partition('look at it')[2].split()[1].startswith(str(tmp_path))
    (packed,) = tmp_path.rglob(f'learn-materials-plan-{sample.PLAN_NUMBER}.txt')
    content = packed.read_text(encoding='utf-8')
    assert 'FILE: manifest.json' in content
    assert f'FILE: impl-{sample.CODEX_ID}.xml' in content


def test_a_command_that_fails_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LearnError, match=r'`git frobnicate` failed in the demo: git: .frobnicate'):
        run(['git', 'frobnicate'], tmp_path, {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C'})


def test_the_stand_in_keeps_running_for_a_shell_beside_it() -> None:
    words = (sys.executable, '-I', '-m', 'hooks.cli.main')
    with subprocess.Popen(
        (*words, 'demo', '--serve'),
        stdout=subprocess.PIPE,
        text=True,
        # a shell's background job, which the tests may be, starts with Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as demo:
        assert demo.stdout is not None
        lines = [demo.stdout.readline() for _ in range(7)]
        shell = ''.join(lines) + f'exec {sys.executable} -I -m hooks.cli.main --issue 123\n'
        done = subprocess.run(('sh', '-c', shell), capture_output=True, text=True)
        demo.send_signal(signal.SIGINT)
    assert demo.returncode == 0
    assert json.loads(done.stdout)['workflow_triggered'] is True
