"""The other end for real: the steps of learn.yml, run as GitHub's runner runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from learn_core.receive.workflow import learn_yml
from tests.promises.publishing import published_in, unsealed
from tests.promises.world import REPO, learn_hook, materials, small_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.promises.world import World

AGENT = """\
set -x
cp "$PROMPT" prompt.md
cp -R "$MATERIALS" materials
echo "$THE_KEY" >key
echo "plan $ISSUE_NUMBER"
"""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """A machine that runs one job: folders, environment, and the values of expressions."""

    temp: Path
    workspace: Path
    environ: Mapping[str, str]
    contexts: Mapping[str, str]

    def run(self, step: Mapping[str, Any]) -> tuple[int, str]:
        """The step's exit code and what the run's log shows of it: script, environment, output."""
        env = {name: self.filled_in(value) for name, value in step.get('env', {}).items()}
        script = self.filled_in(step['run'])
        file = self.temp / 'step.sh'
        file.write_text(script, encoding='utf-8')
        done = subprocess.run(
            ('bash', '-e', str(file)),
            cwd=self.workspace,
            env={**self.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = [f'##[group]Run {script}', 'shell: /usr/bin/bash -e {0}', 'env:']
        said += [f'  {name}: {value}' for name, value in env.items()]
        return done.returncode, '\n'.join([*said, '##[endgroup]', done.stdout])

    def filled_in(self, text: str) -> str:
        """With expressions evaluated; a step that needs another context than ours fails."""
        return re.sub(r'\$\{\{ ([\w.]+) \}\}', lambda found: self.contexts[found[1]], text)


class Made(NamedTuple):
    """learn.yml as this commit's `learn-hook workflow` gives it, and a machine on which its step
    for learn-hook was run, with the log of that.
    """

    workflow: str
    temp: Path
    log: str

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Those that are a script."""
        import yaml

        steps = yaml.safe_load(self.workflow)['jobs']['learn']['steps']
        return [step for step in steps if 'run' in step]


@pytest.fixture(scope='session')
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made once, before the first test is sealed: pip reaches its index as it usually does."""
    place = tmp_path_factory.mktemp('runner')
    environ = unsealed()
    path, rev = published_in(place, environ)
    source = f'git+file://{path}@{rev}'
    workflow = learn_yml(install_from=source, command=AGENT, secrets=['THE_KEY'])
    made = Made(workflow, place, '')
    machine = Runner(
        temp=place, workspace=place, environ={**environ, 'RUNNER_TEMP': str(place)}, contexts={}
    )
    code, log = machine.run(made.steps[0])
    assert code == 0, log
    return made._replace(log=log)


@pytest.fixture
def runner(bare_world: World, made: Made, tmp_path: Path) -> Runner:
    """The machine of the run that a real `learn-hook --issue 5` has started."""
    bare_world.hub.add_repo(REPO, workflow=made.workflow)
    small_plan(bare_world, 5)
    assert learn_hook(bare_world, '--issue', '5').code == 0
    (started,) = bare_world.hub.runs
    folders = {name: tmp_path / 'runner' / name for name in ('temp', 'workspace', 'home')}
    for folder in folders.values():
        folder.mkdir(parents=True)
    (folders['temp'] / 'learn-hook').symlink_to(made.temp / 'learn-hook')
    event = folders['home'] / 'event.json'
    event.write_text(json.dumps({'inputs': started.inputs, 'ref': 'refs/heads/master'}))
    bare_world.hub.tokens['of-the-run'] = {'login': 'github-actions[bot]', 'scopes': set()}
    return Runner(
        temp=folders['temp'],
        workspace=folders['workspace'],
        environ={
            'PATH': os.environ['PATH'],
            'HOME': str(folders['home']),
            'XDG_CACHE_HOME': os.environ['XDG_CACHE_HOME'],
            'CI': 'true',
            'GITHUB_ACTIONS': 'true',
            'GITHUB_API_URL': bare_world.hub.url,
            'GITHUB_GRAPHQL_URL': f'{bare_world.hub.url}/graphql',
            'GITHUB_SERVER_URL': 'https://github.com',
            'GITHUB_REPOSITORY': REPO,
            'GITHUB_EVENT_NAME': 'workflow_dispatch',
            'GITHUB_EVENT_PATH': str(event),
            'GITHUB_OUTPUT': str(folders['home'] / 'output'),
            'GITHUB_ENV': str(folders['home'] / 'env'),
            'GITHUB_STEP_SUMMARY': str(folders['home'] / 'summary'),
            'GITHUB_WORKSPACE': str(folders['workspace']),
            'RUNNER_TEMP': str(folders['temp']),
        },
        contexts={
            'github.token': 'of-the-run',
            'inputs.issue_number': started.inputs['issue_number'],
            'runner.temp': str(folders['temp']),
            'secrets.THE_KEY': 'sesame',
        },
    )


def test_every_step_runs_and_the_log_never_names_the_gist(
    bare_world: World, made: Made, runner: Runner
) -> None:
    refusal = '{"message": "Resource not accessible by integration", "status": "403"}'
    bare_world.hub.misbehave(path_contains='/gists/', method='GET', status=403, body=refusal)
    log = made.log
    for step in made.steps[1:]:
        code, said = runner.run(step)
        assert code == 0, said
        log += said

    there = {file.name: file.read_bytes() for file in (runner.workspace / 'materials').iterdir()}
    sent = {name: text.encode() for name, text in materials(bare_world).items()}
    assert there == sent
    assert {'manifest.json', 'impl-session-5.xml'} <= set(there)
    prompt = (runner.workspace / 'prompt.md').read_text(encoding='utf-8')
    assert 'learned_from_issue: 5' in prompt
    assert str(runner.temp / 'materials') in prompt
    assert (runner.workspace / 'key').read_text() == 'sesame\n'
    assert 'plan 5' in log

    (started,) = bare_world.hub.runs
    url = started.inputs['gist_url']
    lines = log.splitlines()
    shown = [line for line in lines if not line.startswith('::add-mask::')]
    assert f'::add-mask::{url}' in lines
    for name in (url, url.rpartition('/')[2]):
        assert not [line for line in shown if name in line]
        assert name not in started.title
    assert started.title == f'learn:5:{started.inputs["distinct_id"]}'


def test_a_run_that_fails_does_not_name_the_gist_either(
    bare_world: World, made: Made, runner: Runner
) -> None:
    _, unpack, _, agent = made.steps
    (gist,) = bare_world.hub.gists.values()
    text = gist.files['learn-materials-plan-5.txt']
    gist.files['learn-materials-plan-5.txt'] = text.replace('it passes', 'it fails')
    code, log = runner.run({**unpack, 'run': f'set -x\n{unpack["run"]}'})
    assert code == 1
    assert 'not what the manifest says' in log
    assert not (runner.temp / 'materials').exists()
    shown = [line for line in log.splitlines() if not line.startswith('::add-mask::')]
    assert gist.id not in '\n'.join(shown)
    assert runner.run(agent)[0] == 1
