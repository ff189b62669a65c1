from __future__ import annotations

import base64
from collections import Counter

import pytest

from learn_core.agents import ToolCall
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules.parameters import LONGEST_WORDS, cut_parameter, shape_call

LONG = 'the why of it. ' * 400  # 6,000 characters
WORDS = LONG[:LONGEST_WORDS] + '\n[2000 more characters omitted]'


def parameter(value: str, name: str = 'command') -> str:
    return cut_parameter(name, value, Counter())


def shaped(name: str, agent: str = 'claude', **given: object) -> dict[str, str]:
    memory = given.pop('memory', None)
    memory = memory if isinstance(memory, Memory) else Memory()
    memory.agent = agent
    call = shape_call(ToolCall('c', name, given), memory, Counter())
    return {key: str(value) for key, value in call.parameters.items()}


def test_a_parameter_of_200_characters_is_whole() -> None:
    assert parameter('x' * 200) == 'x' * 200


def test_a_longer_parameter_keeps_both_ends_and_says_what_is_missing() -> None:
    text = 'a' * 500 + 'z' * 500
    assert parameter(text) == f'{"a" * 84}...[truncated 832 chars]...{"z" * 84}'


@pytest.mark.parametrize('length', [201, 210, 1000, 1_000_000])
def test_a_cut_parameter_is_never_longer_than_200_characters(length: int) -> None:
    assert len(parameter('x' * length)) <= 200


def test_what_was_cut_is_counted() -> None:
    left_out: Counter[str] = Counter()
    short = cut_parameter('command', 'x' * 1000, left_out)
    assert left_out == {'characters of long parameters': 1000 - len(short)}


@pytest.mark.parametrize(
    ('value', 'text'),
    [({'a': [1, 'ü']}, '{"a": [1, "ü"]}'), (True, 'true'), (1.5, '1.5'), (0, '0')],
)
def test_values_other_than_strings_are_json(value: object, text: str) -> None:
    assert shaped('X', value=value) == {'value': text}


@pytest.mark.parametrize(
    ('path', 'short'),
    [
        ('/home/dev/' + 'deep/' * 50 + 'src/a.py', '/home/dev/.../src/a.py'),
        ('~/code/' + 'deep/' * 50 + 'src/a.py', '~/code/.../src/a.py'),
        ('C:\\work\\x\\' + 'deep\\' * 50 + 'src\\a.py', 'C:\\work\\x\\...\\src\\a.py'),
        ('src/b/' + 'deep/' * 50 + 'c/a.py', 'src/b/.../c/a.py'),
    ],
)
def test_a_long_path_keeps_its_first_two_and_last_two_parts(path: str, short: str) -> None:
    assert parameter(path, 'file_path') == short


@pytest.mark.parametrize(
    'text',
    [
        'https://example.com/' + 'a/' * 150,
        base64.b64encode(bytes(range(256)) * 2).decode(),
        'cat ' + '/a' * 150,
        '/a' + 'b' * 300 + '/c/d/e/f',
        '/ab/' + 'x' * 300,
    ],
)
def test_text_that_only_resembles_a_path_is_shortened_like_any_text(text: str) -> None:
    assert 'truncated' in parameter(text)


@pytest.mark.parametrize(
    'command',
    [
        f'git commit -m "fix: {LONG}"',
        f"git add -A && git -C /w commit -F - <<'EOF'\n{LONG}\nEOF",
        f'gh pr create --title x --body "{LONG}"',
        f'gh issue comment 5 --body "{LONG}"',
        f'gh api repos/a/b/issues/5/comments -f body="{LONG}"',
    ],
)
def test_what_a_command_writes_for_people_is_cut_at_4000_characters(command: str) -> None:
    short = shaped('Bash', command=command)['command']
    assert short.startswith(command[:LONGEST_WORDS])
    assert short[LONGEST_WORDS:].endswith('more characters omitted]')


@pytest.mark.parametrize(
    ('agent', 'tool', 'given', 'name'),
    [
        ('claude', 'Write', {'file_path': 'docs/a.md', 'content': LONG}, 'content'),
        ('copilot', 'create', {'path': 'README.rst', 'file_text': LONG}, 'file_text'),
        ('opencode', 'write', {'filePath': 'a.MD', 'content': LONG}, 'content'),
        ('claude', 'mcp__github__create_issue', {'body': LONG}, 'body'),
        ('claude', 'mcp__linear__comment', {'comment': LONG}, 'comment'),
        ('claude', 'Task', {'prompt': LONG}, 'prompt'),
    ],
)
def test_words_for_people_are_cut_at_4000_characters(
    agent: str, tool: str, given: dict[str, object], name: str
) -> None:
    assert shaped(tool, agent, **given)[name] == WORDS


def test_source_code_that_is_written_is_not_words_for_people() -> None:
    assert len(shaped('Write', file_path='a.py', content=LONG)['content']) <= 200


def test_what_a_sub_agent_with_a_file_of_its_own_was_asked_is_short() -> None:
    assert len(shaped('Task', memory=Memory(reported=frozenset('c')), prompt=LONG)['prompt']) <= 200


@pytest.mark.parametrize(('last', 'is_whole'), [('c', True), ('later', False)])
def test_the_plan_is_whole_in_its_last_version(last: str, is_whole: bool) -> None:
    found = shaped('ExitPlanMode', memory=Memory(last_plan=last), plan=LONG)['plan']
    assert found == (LONG if is_whole else WORDS)
    written = shaped(
        'Write', memory=Memory(last_plan=last), file_path='/h/.claude/plans/x.md', content=LONG
    )
    assert written['content'] == (LONG if is_whole else WORDS)


def test_an_edit_is_a_diff() -> None:
    old, new = 'a\nb\nc\n// run()\nd\ne\nf', 'a\nb\nc\nrun()\nd\ne\nf'
    assert shaped('Edit', file_path='x.go', old_string=old, new_string=new, replace_all=False) == {
        'file_path': 'x.go',
        'diff': ' b\n c\n-// run()\n+run()\n d\n e',
    }


def test_several_edits_of_one_call_are_one_diff() -> None:
    edits = [{'old_string': 'a', 'new_string': 'b'}, {'old_string': 'c', 'new_string': 'd'}]
    assert shaped('MultiEdit', file_path='x', edits=edits)['diff'] == '-a\n+b\n@@\n-c\n+d'


@pytest.mark.parametrize(
    ('agent', 'tool', 'names'),
    [
        ('copilot', 'edit', ('path', 'old_str', 'new_str')),
        ('opencode', 'edit', ('filePath', 'oldString', 'newString')),
    ],
)
def test_every_agents_edit_is_a_diff(agent: str, tool: str, names: tuple[str, str, str]) -> None:
    path, old, new = names
    assert shaped(tool, agent, **{path: 'x', old: 'a', new: 'b'}) == {path: 'x', 'diff': '-a\n+b'}


def test_a_patch_is_shown_up_to_60_lines() -> None:
    patch = '\n'.join(f'+line {n}' for n in range(100))
    short = shaped('apply_patch', 'codex', input=patch)['input']
    assert short.split('\n')[59:] == ['+line 59', '[40 more lines of the diff omitted]']


def test_default_and_client_parameters_are_dropped() -> None:
    given = {'pattern': 'x', 'path': 'src', 'output_mode': 'content', '-n': True, 'glob': None}
    assert shaped('Grep', 'claude', **given) == {'pattern': 'x', 'path': 'src'}
    assert shaped('Bash', command='ls', description='List files', timeout=5000) == {'command': 'ls'}


def test_the_description_of_a_shortened_command_is_kept() -> None:
    assert shaped('Bash', command='x' * 300, description='Do much')['description'] == 'Do much'


def test_todos_are_lines_and_later_only_those_that_changed() -> None:
    memory = Memory()

    def todo(*states: str) -> str:
        items = [
            {'content': f'step {n}', 'status': state, 'activeForm': 'x'}
            for n, state in enumerate(states)
        ]
        return shaped('TodoWrite', memory=memory, todos=items)['todos']

    assert todo('in_progress', 'pending', 'pending') == '[>] step 0\n[ ] step 1\n[ ] step 2'
    assert todo('completed', 'in_progress', 'pending') == '[x] step 0\n[>] step 1\n[1 unchanged]'


def test_todos_that_a_new_list_no_longer_has_are_given_up_unless_they_were_done() -> None:
    memory = Memory()
    done, begun = (
        {'content': 'look', 'status': 'completed'},
        {'content': 'fix', 'status': 'pending'},
    )
    shaped('TodoWrite', memory=memory, todos=[done, begun])
    new = [{'content': 'measure', 'status': 'in_progress'}]
    assert shaped('TodoWrite', memory=memory, todos=new)['todos'] == '[>] measure\n[-] fix'
