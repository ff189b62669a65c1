from __future__ import annotations

import base64
import json
import os
import struct
import time
import zlib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import learn_demo.sample as sample_room
from learn_core.plans.plan import metadata_block, plan_issue
from learn_core.redact import Redactor
from learn_demo.hub import Hub
from learn_demo.sample import (
    AGENT_ID,
    BRANCH,
    PLAN_NUMBER,
    PULL_NUMBER,
    REPO,
    Sample,
    plan_body,
    plan_comments,
    populate,
    write_sessions,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON = dict[str, Any]

DATA = Path(sample_room.__file__).parent / 'sample'
COMMITTED = sorted(DATA.iterdir())
LOGS = [path for path in COMMITTED if path.suffix == '.jsonl']


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    return tmp_path / 'gerät "7"'


@pytest.fixture
def sample(tmp_path: Path, worktree: Path) -> Sample:
    return write_sessions(tmp_path / 'claude', worktree)


@pytest.fixture
def planning(sample: Sample) -> list[JSON]:
    return entries(sample.log(sample.planning_id))


@pytest.fixture
def first(sample: Sample) -> list[JSON]:
    return entries(sample.log(sample.implementation_ids[0]))


@pytest.fixture
def second(sample: Sample) -> list[JSON]:
    return entries(sample.log(sample.implementation_ids[1]))


@pytest.fixture
def find(cache_home: Path) -> Callable[[str], set[str]]:
    """What the scanner takes for secrets in a text."""
    redactor = Redactor()
    return lambda text: {text[start:end] for start, end, _ in redactor._search.spans(text, [])}


def entries(path: Path) -> list[JSON]:
    return [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines()]


def all_logs(sample: Sample) -> list[Path]:
    return sorted(sample.project.rglob('*.jsonl'))


def blocks(log: list[JSON], kind: str) -> Iterator[JSON]:
    for entry in log:
        content = (entry.get('message') or {}).get('content')
        if isinstance(content, list):
            yield from (block for block in content if block['type'] == kind)


def uses(log: list[JSON], name: str) -> list[JSON]:
    return [block['input'] for block in blocks(log, 'tool_use') if block['name'] == name]


def results(log: list[JSON]) -> list[str]:
    return [
        result['content']
        for result in blocks(log, 'tool_result')
        if isinstance(result['content'], str)
    ]


def of_type(log: list[JSON], kind: str, **fields: object) -> list[JSON]:
    return [e for e in log if e['type'] == kind and fields.items() <= e.items()]


def progress(log: list[JSON], kind: str) -> list[JSON]:
    return [entry for entry in of_type(log, 'progress') if entry['data']['type'] == kind]


# what is committed


@pytest.mark.parametrize('path', COMMITTED, ids=lambda path: path.name)
def test_nothing_committed_looks_like_a_secret(path: Path, find: Callable[[str], set[str]]) -> None:
    assert find(path.read_text(encoding='utf-8')) == set()


def test_the_code_holds_no_secret_either(find: Callable[[str], set[str]]) -> None:
    assert find(Path(sample_room.__file__).read_text(encoding='utf-8')) == set()


@pytest.mark.parametrize('path', LOGS, ids=lambda path: path.name)
def test_a_template_is_json_line_by_line(path: Path) -> None:
    assert all(isinstance(entry, dict) for entry in entries(path))


def test_all_data_together_are_under_300_kb() -> None:
    assert sum(path.stat().st_size for path in COMMITTED) < 300_000


# what is written


def test_every_line_is_json_and_no_placeholder_is_left(sample: Sample) -> None:
    for path in all_logs(sample):
        assert entries(path)
        assert '{{worktree}}' not in (text := path.read_text(encoding='utf-8'))
        assert '{{claude}}' not in text
        assert '_token}}' not in text
        assert '_password}}' not in text


def test_the_projects_folder_is_named_after_the_worktree(sample: Sample, worktree: Path) -> None:
    assert sample.project.name.endswith('-ger-t--7-')
    assert len(sample.project.name) == len(str(worktree))


def test_every_entry_with_a_folder_was_made_in_the_worktree(sample: Sample, worktree: Path) -> None:
    folders = {
        entry['cwd'] for path in all_logs(sample) for entry in entries(path) if 'cwd' in entry
    }
    assert folders == {str(worktree)}


def test_each_session_stands_in_the_file_of_its_id(sample: Sample) -> None:
    for path in sample.project.glob('*.jsonl'):
        named = {entry['sessionId'] for entry in entries(path) if 'sessionId' in entry}
        assert named == {path.stem}


def test_no_log_looks_as_if_it_were_still_written_to(sample: Sample) -> None:
    assert all(time.time() - path.stat().st_mtime > 3600 for path in all_logs(sample))


def test_the_newest_log_is_that_of_the_last_session(sample: Sample) -> None:
    newest = max(sample.project.glob('*.jsonl'), key=os.path.getmtime)
    assert newest.stem == sample.implementation_ids[-1]


def test_writing_again_gives_the_same_bytes(sample: Sample, tmp_path: Path, worktree: Path) -> None:
    before = {path: path.read_bytes() for path in all_logs(sample)}
    assert write_sessions(tmp_path / 'claude', worktree) == sample
    assert {path: path.read_bytes() for path in all_logs(sample)} == before


def test_parents_are_entries_of_the_same_log(sample: Sample) -> None:
    for path in all_logs(sample):
        log = entries(path)
        known = {entry['uuid'] for entry in log if 'uuid' in entry}
        parents = {entry.get(key) for entry in log for key in ('parentUuid', 'logicalParentUuid')}
        assert parents - {None} <= known


def test_no_uuid_comes_twice(sample: Sample) -> None:
    log = [entry for path in all_logs(sample) for entry in entries(path) if 'uuid' in entry]
    assert len({entry['uuid'] for entry in log}) == len(log)


def test_times_never_run_backwards(sample: Sample) -> None:
    for path in all_logs(sample):
        times = [entry['timestamp'] for entry in entries(path) if 'timestamp' in entry]
        assert times == sorted(times)


def test_every_result_answers_a_tool_use(sample: Sample) -> None:
    for path in all_logs(sample):
        log = entries(path)
        asked = {block['id'] for block in blocks(log, 'tool_use')}
        assert {block['tool_use_id'] for block in blocks(log, 'tool_result')} == asked


def test_every_assistant_line_has_its_usage_and_one_message_repeats_it(sample: Sample) -> None:
    for path in all_logs(sample):
        seen = defaultdict(set)
        for entry in of_type(entries(path), 'assistant'):
            message = entry['message']
            assert len(message['content']) == 1
            seen[message['id']].add(json.dumps(message['usage']))
        assert all(len(usages) == 1 for usages in seen.values())


def test_the_secrets_are_in_the_log_and_the_scanner_finds_them(
    sample: Sample, find: Callable[[str], set[str]]
) -> None:
    token, password, chat = sample.secrets
    text = sample.log(sample.implementation_ids[0]).read_text(encoding='utf-8')
    assert {token, password} <= find(text)
    assert chat not in text


def test_the_github_token_ends_in_its_checksum(sample: Sample) -> None:
    letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    body, end = sample.secrets[0][4:-6], sample.secrets[0][-6:]
    number = 0
    for letter in end:
        number = number * 62 + letters.index(letter)
    assert len(body) == 30
    assert number == zlib.crc32(body.encode())


# what the planning session holds


def test_the_plan_was_explored_asked_about_and_accepted(planning: list[JSON]) -> None:
    named = {block['name'] for block in blocks(planning, 'tool_use')}
    assert {'Grep', 'Glob', 'Read', 'Task', 'AskUserQuestion', 'Write', 'ExitPlanMode'} <= named
    assert 40 <= len(planning) <= 60


def test_the_plan_stands_on_a_persons_entry(planning: list[JSON]) -> None:
    (entry,) = (entry for entry in of_type(planning, 'user') if 'planContent' in entry)
    assert entry['planContent'] == (DATA / 'plan.md').read_text(encoding='utf-8').rstrip('\n')


def test_files_are_read_with_line_numbers(planning: list[JSON]) -> None:
    assert any(result.startswith('     1→') for result in results(planning))


def test_thinking_is_signed(planning: list[JSON]) -> None:
    thinking = list(blocks(planning, 'thinking'))
    assert thinking
    assert all(block['signature'] for block in thinking)


def test_the_session_moves_to_the_plan_branch(planning: list[JSON]) -> None:
    branches = [entry['gitBranch'] for entry in planning if 'gitBranch' in entry]
    assert (branches[0], branches[-1]) == ('master', BRANCH)


def test_the_sub_agents_log_lies_in_the_folder_of_its_session(sample: Sample) -> None:
    log = entries(sample.agent_log)
    assert all(entry['isSidechain'] and entry['agentId'] == AGENT_ID for entry in log)
    assert {entry['sessionId'] for entry in log} == {sample.planning_id}
    meta = json.loads(sample.agent_log.with_suffix('.meta.json').read_text(encoding='utf-8'))
    assert meta['agentType'] == 'Explore'


# what the first implementation session holds


def test_it_is_the_largest_session(first: list[JSON]) -> None:
    assert 100 <= len(first) <= 200


def test_a_failing_test_prints_more_than_60_lines(first: list[JSON]) -> None:
    failed = [r['content'] for r in blocks(first, 'tool_result') if r.get('is_error')]
    assert any(' FAILED ' in text and len(text.splitlines()) > 60 for text in failed)


def test_the_wrong_turn_and_its_repair_are_in_it(first: list[JSON]) -> None:
    added = [edit['new_string'] for edit in uses(first, 'Edit')]
    wrong = next(i for i, text in enumerate(added) if 'socket.setdefaulttimeout(' in text)
    assert any('getdefaulttimeout() is None' in text for text in added[wrong:])
    written = [use['content'] for use in uses(first, 'Write') if '/upload.py' in use['file_path']]
    assert 'timeout' in written[-1]
    assert 'setdefaulttimeout' not in written[-1]


def test_the_user_interrupts(first: list[JSON]) -> None:
    texts = [block['text'] for block in blocks(of_type(first, 'user'), 'text')]
    assert '[Request interrupted by user]' in texts


def test_what_the_user_typed_meanwhile_is_an_attachment(first: list[JSON]) -> None:
    queued = [entry['attachment'] for entry in of_type(first, 'attachment')]
    (command,) = (one for one in queued if one['type'] == 'queued_command')
    assert command['origin'] == {'kind': 'human'}
    assert '--watch' in command['prompt']


def test_the_accepted_plan_is_attached(first: list[JSON]) -> None:
    attached = [entry['attachment'] for entry in of_type(first, 'attachment')]
    assert any(one['type'] == 'plan_file_reference' and one['planContent'] for one in attached)


def test_a_file_is_read_again_unchanged(first: list[JSON]) -> None:
    shown = [result for result in results(first) if result.startswith('     1→')]
    assert len(set(shown)) < len(shown)


def test_the_image_is_a_real_png(first: list[JSON]) -> None:
    (image,) = blocks(of_type(first, 'user'), 'image')
    assert image['source']['media_type'] == 'image/png'
    data = base64.b64decode(image['source']['data'], validate=True)
    assert data.startswith(b'\x89PNG\r\n\x1a\n')
    width, height = struct.unpack('>II', data[16:24])
    start = data.index(b'IDAT')
    (size,) = struct.unpack('>I', data[start - 4 : start])
    packed = data[start + 4 : start + 4 + size]
    (checksum,) = struct.unpack('>I', data[start + 4 + size : start + 8 + size])
    assert checksum == zlib.crc32(b'IDAT' + packed)
    assert len(zlib.decompress(packed)) == height * (1 + 3 * width)


def test_a_tool_call_is_refused_with_a_reason(first: list[JSON]) -> None:
    refused = [text for text in results(first) if text.startswith("The user doesn't want to")]
    assert len(refused) == 1
    assert 'No new dependency' in refused[0]


def test_it_is_compacted_once(first: list[JSON]) -> None:
    (boundary,) = of_type(first, 'system', subtype='compact_boundary')
    (summary,) = (entry for entry in first if entry.get('isCompactSummary'))
    assert summary['parentUuid'] == boundary['uuid']


def test_a_minified_file_comes_as_one_long_line(first: list[JSON]) -> None:
    assert max(len(line) for text in results(first) for line in text.split('\n')) > 2000


def test_colours_are_escape_characters(first: list[JSON]) -> None:
    assert any('\x1b[31m' in text for text in results(first))


def test_a_sub_agent_without_a_log_stands_in_the_progress(
    sample: Sample, first: list[JSON]
) -> None:
    nested = progress(first, 'agent_progress')
    (agent,) = {entry['data']['agentId'] for entry in nested}
    assert [entry['data']['message']['type'] for entry in nested][::3] == ['user', 'user']
    assert not list(sample.project.rglob(f'agent-{agent}*'))


@pytest.mark.parametrize('kind', ['hook_progress', 'bash_progress', 'agent_progress'])
def test_progress_of_every_kind_is_reported(first: list[JSON], kind: str) -> None:
    assert progress(first, kind)


@pytest.mark.parametrize('kind', ['summary', 'file-history-snapshot', 'queue-operation'])
def test_entries_that_are_no_message_are_among_them(first: list[JSON], kind: str) -> None:
    assert of_type(first, kind)


def test_the_duration_of_a_turn_is_noted(first: list[JSON]) -> None:
    assert of_type(first, 'system', subtype='turn_duration')


def test_a_commands_documentation_comes_twice_word_for_word(first: list[JSON]) -> None:
    documentation = [block['text'] for block in blocks(of_type(first, 'user', isMeta=True), 'text')]
    assert len(set(documentation)) < len(documentation)
    assert all(len(text) > 500 for text in documentation)


def test_the_agent_asks_where_it_is(first: list[JSON]) -> None:
    assert 'pwd' in [use['command'] for use in uses(first, 'Bash')]


# what the other sessions hold


def test_the_second_implementation_pushes_and_names_its_pull_request(second: list[JSON]) -> None:
    assert 40 <= len(second) <= 65
    assert any('git push' in use['command'] for use in uses(second, 'Bash'))
    (link,) = of_type(second, 'pr-link')
    assert (link['prNumber'], link['prRepository']) == (PULL_NUMBER, REPO)


def test_one_prompt_was_rewound(second: list[JSON]) -> None:
    prompts = [e for e in of_type(second, 'user') if isinstance(e['message']['content'], str)]
    parents = [entry['parentUuid'] for entry in prompts]
    assert len(parents) - len(set(parents)) == 1


def test_three_client_versions_wrote_the_logs(sample: Sample) -> None:
    versions = {
        entry['version']
        for path in all_logs(sample)
        for entry in entries(path)
        if 'version' in entry
    }
    assert versions == {'2.1.47', '2.1.181', '2.1.283'}


def test_the_warm_up_says_nothing_else(sample: Sample) -> None:
    prompt = of_type(entries(sample.log(sample.warmup_id)), 'user')[0]
    assert prompt['message']['content'] == 'Warmup'


def test_the_unrelated_session_never_left_master(sample: Sample) -> None:
    log = entries(sample.log(sample.unrelated_id))
    assert {entry['gitBranch'] for entry in log if 'gitBranch' in entry} == {'master'}


# what GitHub holds


def test_the_plans_header_names_branch_and_sessions(sample: Sample) -> None:
    plan = plan_issue(
        number=PLAN_NUMBER,
        url='',
        title='',
        body=plan_body(sample),
        labels=[],
        comments=[body for _, body in plan_comments(sample)],
    )
    assert plan.header is not None
    assert plan.header.branch_name == BRANCH
    assert plan.header.created_from_session == sample.planning_id
    assert plan.header.last_local_impl_session == sample.implementation_ids[-1]


@pytest.mark.parametrize('key', ['impl-started', 'impl-ended'])
def test_the_comments_name_both_implementations(sample: Sample, key: str) -> None:
    found = [metadata_block(body, key) for _, body in plan_comments(sample)]
    named = tuple(block['session_id'] for block in found if block is not None)
    assert named == sample.implementation_ids


def test_one_comment_is_a_persons(sample: Sample) -> None:
    assert [author for author, body in plan_comments(sample) if 'erk:' not in body] == ['ben']


def test_the_pull_request_was_reviewed(tmp_path: Path, worktree: Path) -> None:
    hub = Hub()
    populate(hub, worktree, tmp_path / 'claude')
    pull = hub.repos[REPO].pull(PULL_NUMBER)
    assert pull is not None
    assert (pull.head, pull.state) == (BRANCH, 'OPEN')
    states = [(thread.is_resolved, thread.is_outdated) for thread in pull.threads]
    assert sorted(states) == [(False, False), (False, True), (True, False)]
    assert [comment.author for comment in pull.comments] == ['ben', None, 'carla']


def test_a_token_in_the_discussion_is_found(
    tmp_path: Path, worktree: Path, find: Callable[[str], set[str]]
) -> None:
    hub = Hub()
    sample = populate(hub, worktree, tmp_path / 'claude')
    spoken = [comment.body for comment in hub.repos[REPO].issues[PULL_NUMBER].comments]
    assert sample.secrets[2] in find('\n'.join(spoken))


def test_the_workflow_takes_what_is_sent_to_it(tmp_path: Path, worktree: Path) -> None:
    import yaml

    hub = Hub()
    populate(hub, worktree, tmp_path / 'claude')
    (text,) = hub.repos[REPO].files.values()
    inputs = yaml.load(text, yaml.BaseLoader)['on']['workflow_dispatch']['inputs']  # noqa: S506 strings only
    required = {name: given['required'] for name, given in inputs.items()}
    optional = dict.fromkeys(('gist_url', 'materials_ref', 'distinct_id'), 'false')
    assert required == {'issue_number': 'true', **optional}
