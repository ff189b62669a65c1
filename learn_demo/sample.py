"""The sample plan: how `widgets upload` learned to try again, from its plan to its review.

Its data lie in the folder `sample` beside this module: five sessions and a sub-agent's log as
Claude Code writes them, a session as Codex writes it, the plan and its review. What is known only
at run time is there as a placeholder, `{{worktree}}` and `{{claude}}`; so is every secret of the
story, because nothing that looks like one may be in a repository.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import string
import zlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from learn_core.receive.workflow import COMMAND, SECRET, learn_yml

if TYPE_CHECKING:
    from learn_demo.hub import Hub

REPO = 'acme/widgets'
PLAN_NUMBER = 123
PULL_NUMBER = 45
BRANCH = 'P123-retry-uploads'
BRANCH_BEGAN = '2026-09-15T07:05:00Z'
INSTALL_FROM = f'git+https://github.com/acme/learn-hook@{"0123456789" * 4}'
TITLE = 'Retry uploads with backoff'

PLANNING_ID = '6f62e663-1588-495b-963d-e32da406deae'
IMPLEMENTATION_IDS = (
    'bc121f16-84e6-4340-9d51-7bdda49ee58c',
    '28cd7eb3-ca0a-4f86-8390-fd773746f25e',
)
WARMUP_ID = '4ce52303-b0d6-428b-8a08-a12a48d05699'
UNRELATED_ID = '2f88598b-dfa2-4c4c-be69-35302c5e9a7e'
CODEX_ID = '0199512e-7f10-7c33-9b1e-6d1f0a52c4e7'
AGENT_ID = 'a7c41e9'  # of the planning session; the other sub-agent has no log of its own

_DATA = Path(__file__).parent / 'sample'
_AGENT_FOLDER = f'{PLANNING_ID}/subagents'
_FILES = {
    'planning.jsonl': f'{PLANNING_ID}.jsonl',
    'planning-agent.jsonl': f'{_AGENT_FOLDER}/agent-{AGENT_ID}.jsonl',
    'planning-agent.meta.json': f'{_AGENT_FOLDER}/agent-{AGENT_ID}.meta.json',
    'implementation-1.jsonl': f'{IMPLEMENTATION_IDS[0]}.jsonl',
    'implementation-2.jsonl': f'{IMPLEMENTATION_IDS[1]}.jsonl',
    'warmup.jsonl': f'{WARMUP_ID}.jsonl',
    'unrelated.jsonl': f'{UNRELATED_ID}.jsonl',
}


class Sample(NamedTuple):
    """The sessions as they were written, and what must never leave the machine.

    `project` is the project's folder under Claude's `projects`. The warm-up was on the plan
    branch, the unrelated session on master: neither belongs into the materials.
    """

    project: Path
    planning_id: str
    implementation_ids: tuple[str, ...]
    warmup_id: str
    unrelated_id: str
    secrets: tuple[str, ...]

    @property
    def session_ids(self) -> tuple[str, ...]:
        """The sessions of the plan, in the order in which they were held."""
        return (self.planning_id, *self.implementation_ids)

    def log(self, session_id: str) -> Path:
        """Where that session's log lies."""
        return self.project / f'{session_id}.jsonl'

    @property
    def agent_log(self) -> Path:
        """The log of the planning session's sub-agent."""
        return self.project / _FILES['planning-agent.jsonl']


def write_sessions(claude: Path, worktree: Path) -> Sample:
    """Write all logs of the story, as if they had been held in `worktree`.

    `claude` is the folder that Claude Code keeps its things in. Each file is as old as its last
    entry, so that none looks as if an agent were still writing to it.
    """
    project = claude / 'projects' / re.sub('[^A-Za-z0-9]', '-', str(worktree.absolute()))
    places = {'worktree': str(worktree.absolute()), 'claude': str(claude.absolute())}
    for source, target in _FILES.items():
        path = project / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(source, {**places, **_secrets()}), encoding='utf-8', newline='\n')
        _make_as_old_as_its_end(path)
    return Sample(
        project=project,
        planning_id=PLANNING_ID,
        implementation_ids=IMPLEMENTATION_IDS,
        warmup_id=WARMUP_ID,
        unrelated_id=UNRELATED_ID,
        secrets=tuple(_secrets().values()),
    )


def write_codex_session(codex: Path, worktree: Path) -> Path:
    """Write the session of the plan that was held with Codex; `codex` is Codex's own folder."""
    name = f'rollout-2026-09-16T11-05-10-{CODEX_ID}.jsonl'
    path = codex / 'sessions' / '2026' / '09' / '16' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    filled = _filled('codex.jsonl', {'worktree': str(worktree.absolute())})
    path.write_text(filled, encoding='utf-8', newline='\n')
    _make_as_old_as_its_end(path)
    return path


def plan_body(sample: Sample) -> str:
    """The body of the plan issue: its header, then the plan."""
    header = _block(
        'plan-header',
        schema_version='2',
        created_at='2026-09-14T08:19:18Z',
        created_by='ann',
        branch_name=BRANCH,
        created_from_session=sample.planning_id,
        last_local_impl_at='2026-09-16T08:26:39Z',
        last_local_impl_event='ended',
        last_local_impl_session=sample.implementation_ids[-1],
    )
    return f'{header}\n\n{_template("plan.md")}'


def plan_comments(sample: Sample) -> list[tuple[str, str]]:
    """The comments of the plan issue as (author, text): a person's, and those of two sessions."""
    first, second = sample.implementation_ids
    remark = (
        'Fine with me. Please mind that `widgets watch` goes through `transport.py` as well: its '
        'requests are held open for almost a minute, and nothing here may cut them off.'
    )
    return [
        ('ben', remark),
        ('ann', _block('impl-started', session_id=first, started_at='2026-09-15T07:02:11Z')),
        ('ann', _block('impl-ended', session_id=first, ended_at='2026-09-15T07:13:10Z')),
        ('ann', _block('impl-started', session_id=second, started_at='2026-09-16T08:20:44Z')),
        ('ann', _block('impl-ended', session_id=second, ended_at='2026-09-16T08:26:39Z')),
    ]


def populate(hub: Hub, worktree: Path, claude: Path) -> Sample:
    """The whole story: the sessions on disk; repository, plan issue and reviewed PR on `hub`."""
    sample = write_sessions(claude, worktree)
    workflow = learn_yml(install_from=INSTALL_FROM, command=COMMAND, secrets=[SECRET])
    hub.add_repo(REPO, default_branch='master', private=True, workflow=workflow)
    hub.add_issue(REPO, PLAN_NUMBER, title=TITLE, body=plan_body(sample), labels=['erk-plan'])
    for author, body in plan_comments(sample):
        hub.add_comment(REPO, PLAN_NUMBER, body, author=author)
    _add_pull(hub)
    return sample


def _add_pull(hub: Hub) -> None:
    hub.add_pull(
        REPO,
        PULL_NUMBER,
        head=BRANCH,
        base='master',
        state='OPEN',
        title=TITLE,
        body=f'Carries out #{PLAN_NUMBER}.\n\nCloses #{PLAN_NUMBER}',
        author='ann',
        closes=[PLAN_NUMBER],
    )
    review = json.loads(_filled('review.json', _secrets()))
    for thread in review['threads']:
        hub.add_thread(REPO, PULL_NUMBER, **thread)
    for author, body in review['discussion']:
        hub.add_comment(REPO, PULL_NUMBER, body, author=author)


def _block(key: str, **fields: str) -> str:
    lines = '\n'.join(f"{name}: '{value}'" for name, value in fields.items())
    return (
        f'<!-- erk:metadata-block:{key} -->\n'
        f'<details>\n<summary><code>{key}</code></summary>\n\n'
        f'```yaml\n{lines}\n```\n\n</details>\n'
        f'<!-- /erk:metadata-block:{key} -->'
    )


def _template(name: str) -> str:
    return (_DATA / name).read_text(encoding='utf-8')


def _filled(name: str, values: dict[str, str]) -> str:
    """A template of JSON with its placeholders replaced, each inside of a JSON string."""
    text = _template(name)
    for placeholder, value in values.items():
        text = text.replace('{{' + placeholder + '}}', json.dumps(value)[1:-1])
    return text


def _make_as_old_as_its_end(path: Path) -> None:
    times = re.findall(r'"timestamp":"([^"]+)Z"', path.read_text(encoding='utf-8'))
    if times:
        seconds = datetime.fromisoformat(f'{max(times)}+00:00').timestamp()
        os.utime(path, (seconds, seconds))


def _secrets() -> dict[str, str]:
    """The secrets of the story: always the same ones, in the shape of real ones, good for nothing.

    A classic GitHub token ends in the CRC-32 of its body, in base 62.
    """
    body = _word('github', 30)
    chat = '-'.join((_word('team', 12, string.digits), _word('bot', 13, string.digits)))
    return {
        'github_token': f'ghp_{body}{_base62(zlib.crc32(body.encode()))}',
        'database_password': _word('database', 24),
        'chat_token': f'xoxb-{chat}-{_word("chat", 24)}',
    }


def _word(seed: str, length: int, letters: str = string.ascii_letters + string.digits) -> str:
    """A word that looks drawn by chance: a hash of the seed, in these letters."""
    number = int.from_bytes(hashlib.sha512(f'learn-hook demo: {seed}'.encode()).digest(), 'big')
    return ''.join(
        letters[number // len(letters) ** place % len(letters)] for place in range(length)
    )


def _base62(number: int) -> str:
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    return ''.join(letters[number // 62**place % 62] for place in reversed(range(6)))
