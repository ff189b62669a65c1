"""`learn-hook demo`: a real push in a throw-away repository, against the stand-in."""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import status
from learn_core.errors import LearnError
from learn_core.plans.record import records
from learn_core.preprocess import count_tokens
from learn_demo import sample
from learn_demo.server import StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from learn_core.plans.fields import PlanRecord
    from learn_demo.sample import Sample

SECONDS_FOR_A_RUN = 120
URL = f'https://github.com/{sample.REPO}.git'


def show(*, serve: bool = False) -> int:
    """Prints the story; with `serve`, what another shell needs to try it, until it is interrupted.
    Raises LearnError if the run fails.
    """
    from rich.console import Console

    _need_graphql()
    console = Console(highlight=False, soft_wrap=True)
    place = Path(tempfile.mkdtemp(prefix='learn-hook-demo-')).resolve()
    with StandIn.started() as hub:
        token = f'demo-{os.urandom(8).hex()}'
        hub.tokens = {token: {'login': 'ann', 'scopes': {'repo', 'gist', 'workflow'}}}
        world = environment(place, hub.url, token)
        worktree = place / 'widgets'
        prepare(worktree, world)
        story = sample.populate(hub, worktree, place / 'claude')
        codex = sample.write_codex_session(place / 'codex', worktree)
        if serve:
            _serve(worktree, world)
            return 0
        began = time.monotonic()
        push(worktree, world, console)
        pushed = time.monotonic() - began
        record = finished(worktree / '.git')
        tell(console, worktree, record, story, codex, pushed=pushed, whole=time.monotonic() - began)
    console.print(f'\nEverything is in {place}; delete it whenever you like.')
    return 0


def _serve(worktree: Path, world: Mapping[str, str]) -> None:
    """Prints the lines for another terminal, and waits."""
    shown = ('GITHUB_API_URL', 'GH_TOKEN', 'CLAUDE_CONFIG_DIR', 'CODEX_HOME', 'LEARN_HOOK')
    lines = [
        '# A stand-in for GitHub runs here until you press Ctrl-C. In another terminal:',
        *(f'export {name}={shlex.quote(world[name])}' for name in shown),
        f'cd {shlex.quote(str(worktree))}',
        '# and then, for instance: learn-hook preview; git push -u origin HEAD; learn-hook status',
    ]
    sys.stdout.write('\n'.join(lines) + '\n')
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _need_graphql() -> None:
    if importlib.util.find_spec('graphql') is None:
        raise LearnError(
            'the demo needs the package graphql-core; install it beside learn-hook: '
            '`make demo` in a clone, `pipx inject learn-hook graphql-core`, '
            f'or `{sys.executable} -m pip install graphql-core`'
        )


def environment(place: Path, api_url: str, token: str) -> dict[str, str]:
    """The person's environment without git config, tokens and settings of ours."""
    ours = ('GIT_', 'GH_', 'GITHUB_', 'LEARN_HOOK', 'PRE_COMMIT')
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    who = {'NAME': 'Ann', 'EMAIL': 'ann@acme.test'}
    identity = {f'GIT_{role}_{key}': who[key] for role in ('AUTHOR', 'COMMITTER') for key in who}
    return {
        **kept,
        **identity,
        'GIT_CONFIG_GLOBAL': os.devnull,
        'GIT_CONFIG_NOSYSTEM': '1',
        'GITHUB_API_URL': api_url,
        'GH_TOKEN': token,
        'CLAUDE_CONFIG_DIR': str(place / 'claude'),
        'CODEX_HOME': str(place / 'codex'),
        'LEARN_HOOK': '1',
    }


def prepare(worktree: Path, world: Mapping[str, str]) -> None:
    """A repository with a bare remote, our hooks, and a commit on a plan branch."""
    bare = worktree.with_name('remote.git')
    git(['init', '--quiet', '--bare', '--initial-branch=master', str(bare)], bare.parent, world)
    git(['init', '--quiet', '--initial-branch=master', str(worktree)], bare.parent, world)
    for words in (
        ['remote', 'add', 'origin', URL],
        ['config', 'remote.origin.pushurl', str(bare)],
        ['config', 'learn-hook.quiet', '0'],
        ['config', 'learn-hook.consent', 'yes'],  # for this throw-away repository, whoever runs it
        ['commit', '--quiet', '--allow-empty', '--message', 'Start widgets'],
        ['push', '--quiet', 'origin', 'master'],
        ['switch', '--quiet', '--create', sample.BRANCH],
    ):
        git(words, worktree, world)
    (worktree / 'uploads.py').write_text('ATTEMPTS = 5\n', encoding='utf-8')
    git(['add', 'uploads.py'], worktree, world)
    # as old as the story: sessions are looked for since the branch's first commit
    then = {'GIT_AUTHOR_DATE': sample.BRANCH_BEGAN, 'GIT_COMMITTER_DATE': sample.BRANCH_BEGAN}
    words = ['commit', '--quiet', '--message', 'Retry uploads with backoff']
    git(words, worktree, {**world, **then})
    run([sys.executable, '-I', '-m', 'hooks.cli.main', 'install'], worktree, world)


def push(worktree: Path, world: Mapping[str, str], console: Console) -> None:
    """A real push, with every line that it prints."""
    words = ['push', '--set-upstream', 'origin', sample.BRANCH]
    console.print(f'[bold]$ git {" ".join(words)}[/bold]')
    said = git(words, worktree, world)
    console.print(said.rstrip(), markup=False)


def finished(common: Path) -> PlanRecord:
    """The plan's record as soon as its run has ended. Raises LearnError."""
    deadline = time.monotonic() + SECONDS_FOR_A_RUN
    while time.monotonic() < deadline:
        for record in records(common):
            if record.sent is not None and not record.is_waiting:
                return record
            if record.attempts or record.due is None or not record.is_waiting:
                said = record.error or (record.history[-1].note if record.history else '')
                raise LearnError(f'the demo failed: {said}')
        time.sleep(0.02)
    raise LearnError(f'the demo did not end in {SECONDS_FOR_A_RUN} s; see {common / "learn-hook"}')


def tell(
    console: Console,
    worktree: Path,
    record: PlanRecord,
    story: Sample,
    codex: Path,
    *,
    pushed: float,
    whole: float,
) -> None:
    """What happened, a row per fact."""
    summary = record.prepared.summary if record.prepared is not None else {}
    logs = [*(story.log(session_id) for session_id in story.session_ids), codex]
    raw = sum(count_tokens(log.read_text(encoding='utf-8')) for log in [*logs, story.agent_log])
    pull = summary.get('pull_request')
    rows = [
        ('plan', f'#{record.plan.number}, by the name of the branch'),
        *(('session', f'{log.stem}, {log.stat().st_size:,} bytes') for log in logs),
        ('before', f'{raw:,} tokens of raw logs'),
        ('after', status.sizes(summary)),
        ('redacted', status.counts(summary.get('redactions'))),
        ('PR', f'#{pull["number"]}' if isinstance(pull, dict) else 'none'),
        ('gist', record.sent.gist_url if record.sent else ''),
        ('workflow', record.sent.run_url if record.sent else ''),
        ('time', f'{pushed:.2f} s the push, {whole:.2f} s until the workflow was started'),
        ('look at it', f'cd {shlex.quote(str(worktree))} && learn-hook show'),
    ]
    console.print('\nIn the background, with a stand-in for GitHub on this machine:\n')
    for name, value in rows:
        console.print(f'  [bold]{name:<12}[/bold]', end='')
        console.print(value, markup=False)


def git(words: list[str], folder: Path, world: Mapping[str, str]) -> str:
    """The output of git, standard error first. Raises LearnError."""
    return run(['git', *words], folder, world)


def run(words: list[str], folder: Path, world: Mapping[str, str]) -> str:
    """The output of a command, standard error first. Raises LearnError with its last line."""
    done = subprocess.run(
        words, cwd=folder, env=world, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    said = (done.stderr + done.stdout).decode('utf-8', 'replace')
    if done.returncode:
        last = said.strip().splitlines()[-1:] or ['']
        raise LearnError(f'`{" ".join(words[:4])}` failed in the demo: {last[0]}')
    return said
