"""The overview, made from rendered sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.preprocess import WorkState, count_tokens, make_overview
from tests.agents.claude.logs import assistant, user
from tests.preprocess.reading import run

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.redact import Redactor

OPENING = (
    user('fix the upload', gitBranch='P5-x', timestamp='2026-01-01T10:00:00Z'),
    assistant('I fix it.', timestamp='2026-01-01T10:01:00Z'),
)


def session(*elements: str, name: str = 'impl-a.xml') -> tuple[str, str]:
    meta = '<meta agent="claude" model="opus" branch="P5-x" first="2026-01-01T10:00:00Z" />\n'
    return name, f'<session>\n{meta}{"".join(elements)}</session>\n'


def call(name: str, identity: str = 't1', **given: str) -> str:
    inner = ''.join(f'\n<param name="{key}">{value}</param>' for key, value in given.items())
    return f'<tool_use name="{name}" id="{identity}">{inner}\n</tool_use>\n'


def result(text: str, identity: str = 't1', marks: str = '') -> str:
    return f'<tool_result tool="{identity}"{marks}>\n{text}\n</tool_result>\n'


def section(text: str, heading: str) -> list[str]:
    """The lines under a heading, without their dashes."""
    _, found, rest = text.partition(f'\n{heading}:\n')
    assert found, text
    lines = []
    for line in rest.split('\n'):
        if not line.startswith('- '):
            break
        lines.append(line[2:])
    return lines


def test_prompts_are_word_for_word_with_their_place_time_and_marks(
    tmp_path: Path, redactor: Redactor
) -> None:
    done = run(
        tmp_path,
        redactor,
        *OPENING,
        user('no,\nnot like that', timestamp='2026-01-01T10:05:00Z'),
        assistant('I see.'),
    )
    text = make_overview([(chunk.name, chunk.text) for chunk in done.chunks])
    assert '\n- 10:00: fix the upload\n- 10:05: no,\n  not like that\n' in text
    assert '| claude-opus-4-5 | 2026-01-01T10:00 to 2026-01-01T10:05 | branch P5-x' in text


def test_a_long_prompt_keeps_500_characters() -> None:
    text = make_overview([session(f'<user at="10:00">{"x" * 700}</user>\n')])
    assert section(text, 'Prompts') == [f'10:00: {"x" * 500} [200 more characters]']


def test_answers_rejections_and_interruptions_are_among_the_prompts() -> None:
    text = make_overview(
        [
            session(
                '<user queued="true" at="10:01">and the docs</user>\n',
                call('AskUserQuestion', questions='Which?'),
                result('User has answered your questions: "Which?"="both"'),
                call('Bash', 't2', command='rm x'),
                result(
                    'The user refuses. the user said:\nnever',
                    't2',
                    ' is_error="true" rejected="true"',
                ),
                '<system interrupted="true">[Request interrupted]</system>\n',
            )
        ]
    )
    assert section(text, 'Prompts') == [
        '10:01 (queued): and the docs',
        'answer: User has answered your questions: "Which?"="both"',
        'rejection of t2: never',
        'interrupted the agent',
    ]


def test_a_failure_has_its_reason_and_what_was_done_next() -> None:
    failed = result('building\nerror: no such file\nmore', 't1', ' is_error="true"')
    text = make_overview(
        [
            session(
                '<user>x</user>\n',
                call('Bash', command='make'),
                failed,
                call('Read', 't2', file_path='a.c'),
            )
        ]
    )
    assert section(text, 'Failures and rejections') == [
        't1 Bash: make failed: error: no such file | next: t2 Read: a.c'
    ]


def test_test_runs_have_verdict_failing_names_and_whether_an_edit_came_after() -> None:
    text = make_overview(
        [
            session(
                '<user>x</user>\n',
                call('Bash', 't1', command='go test ./...'),
                result('--- FAIL: TestA (0.0s)\n--- FAIL: TestB (0.0s)\nFAIL'),
                call('Edit', 't2', file_path='a.go', diff='-x\n+y'),
                result('ok', 't2'),
                call('Bash', 't3', command='pytest -q'),
                result('..\n12 passed in 0.3s', 't3'),
            )
        ]
    )
    assert section(text, 'Test runs') == [
        't1 Bash: go test ./... -> FAILED TestA, TestB (before the last edit)',
        't3 Bash: pytest -q -> passed 12 passed in 0.3s (after the last edit)',
    ]
    assert section(text, 'Failures and rejections')[0].endswith('| next: t2 Edit: a.go')
    assert section(text, 'Files touched') == ['a.go +1 -1']


def test_files_touched_are_those_that_changed_and_a_new_one_is_written() -> None:
    text = make_overview(
        [
            session(
                '<user>x</user>\n',
                call('Edit', 't1', file_path='a.go', diff='-x\n+y'),
                result('No.', 't1', ' is_error="true" rejected="true"'),
                call('Write', 't2', file_path='b.go', content='package b'),
                result('ok', 't2'),
            )
        ]
    )
    assert section(text, 'Files touched') == ['b.go (written)']


def test_commits_pushes_and_pull_requests_are_named_or_that_there_are_none() -> None:
    text = make_overview(
        [
            session(
                '<user>x</user>\n',
                call('Bash', 't1', command='git commit -am x'),
                result('[P5-x 1a2b3c4] Leave the key out\n 1 file changed'),
                call('Bash', 't2', command='git push -u origin P5-x'),
                result('done', 't2'),
                call('Bash', 't3', command='gh pr create --title x'),
                result('https://github.com/acme/widgets/pull/45', 't3'),
            ),
            session('<user>y</user>\n', name='impl-b.xml'),
        ]
    )
    assert section(text, 'Commits') == ['1a2b3c4 Leave the key out']
    assert section(text, 'Branches, pushes, pull requests and comments') == [
        't2 git push -u origin P5-x',
        't3 gh pr create https://github.com/acme/widgets/pull/45',
    ]
    assert section(text.partition('## impl-b')[2], 'Commits') == ['no commit']


def test_what_sub_agents_committed_and_edited_is_the_work_of_the_session() -> None:
    text = make_overview(
        [
            session('<user>x</user>\n'),
            session(
                call('Edit', file_path='src/a.py', diff='@@\n-b\n+c'),
                result('ok'),
                call('Bash', 't2', command='git commit -m "Leave the key out"'),
                result('[P5-x 1a2b3c4] Leave the key out', 't2'),
                name='impl-a-agent-b7-part1.xml',
            ),
        ]
    )
    assert section(text, 'Commits') == ['1a2b3c4 Leave the key out (agent b7)']
    assert section(text, 'Files touched') == ['src/a.py +1 -1']


def test_todos_left_open_and_sub_agents_without_a_report() -> None:
    silent = '<system subtype="no-report">The sub-agent ended without a report.</system>\n'
    text = make_overview(
        [
            session(
                '<user>x</user>\n',
                call('TodoWrite', todos='[x] one\n[ ] two'),
                call('Task', 't2', description='look around', prompt='look'),
                call('TodoWrite', 't3', todos='[&gt;] two\n[1 unchanged]'),
            ),
            session('<system subtype="agent">look</system>\n', silent, name='impl-a-agent-1.xml'),
        ]
    )
    assert section(text, 'Todos left open') == ['two']
    assert section(text, 'Sub-agents') == [
        't2 look around',
        'impl-a-agent-1.xml: ended without a report',
    ]


def test_todos_that_were_given_up_or_cleared_are_not_open() -> None:
    told = '<user>x</user>\n'
    given_up = call('TodoWrite', 't2', todos='[&gt;] measure\n[-] fix')
    text = make_overview([session(told, call('TodoWrite', todos='[&gt;] fix'), given_up)])
    assert section(text, 'Todos left open') == ['measure']
    made = call('TaskCreate', subject='lint', description='run it')
    cleared = (call('TaskList', 't2'), result('No tasks found', 't2'))
    assert 'Todos left open' not in make_overview([session(told, made, *cleared)])
    assert 'Todos left open' in make_overview([session(told, made)])


def test_what_was_cut_most_says_where_it_can_be_read() -> None:
    text = make_overview(
        [
            session(
                '<user>x</user>\n',
                call('Read', file_path='src/a.py'),
                result('x\n[lines 11-90 omitted]'),
            )
        ]
    )
    assert section(text, 'Cut most (to be read in the repository)') == ['src/a.py: 80 lines']


def test_the_state_of_the_work_is_shown_as_far_as_it_is_known() -> None:
    state = WorkState(
        branch='P5-x',
        head='1a2b3c4',
        base='main',
        merged_as='5d6e7f8',
        pull_request='#45',
        diff_stat=' a.py | 3 ++-\n',
        commits=('1 a', '2 b', '3 c'),
        without_session=('2 b',),
        began_at=(('a', '0a0a0a0'),),
        missing=('no planning session: the plan names none',),
    )
    text = make_overview([session('<user>x</user>\n')], state)
    for words in (
        'plan branch P5-x, head 1a2b3c4, base main, merged as 5d6e7f8',
        'pull request #45',
        '1 of 3 commits have no session here',
        'without a session: 2 b',
        '- no planning session: the plan names none\n',
        '```\n a.py | 3 ++-\n```',
        'Began at commit 0a0a0a0.',
    ):
        assert words in text


def test_what_is_not_known_of_the_work_is_left_out() -> None:
    text = make_overview([session('<user>x</user>\n')], WorkState(branch='P5-x', head='1a2b3c4'))
    assert '\n- plan branch P5-x, head 1a2b3c4\n\n## impl-a\n' in text
    assert '?' not in text.partition('## impl-a')[0]


def test_parts_and_agents_of_a_session_are_one_session() -> None:
    names = ('impl-a-part1.xml', 'impl-a-part2.xml', 'impl-a-agent-1.xml', 'planning-b.xml')
    text = make_overview([session(f'<user>in {name}</user>\n', name=name) for name in names])
    assert [line for line in text.split('\n') if line.startswith('## ')] == [
        '## impl-a',
        '## planning-b',
    ]
    assert 'part2 : in impl-a-part2.xml' in text
    assert 'impl-a-agent-1' not in text.partition('## planning')[0].replace('## impl-a', '')


def test_a_long_session_stays_within_its_tokens_and_loses_prompts_last() -> None:
    calls = [
        call('Bash', f't{n}', command=f'make part {n}')
        + result(f'error: {n}', f't{n}', ' is_error="true"')
        for n in range(300)
    ]
    prompts = [f'<user at="10:00">prompt number {n}</user>\n' for n in range(60)]
    text = make_overview([session(*prompts, *calls)])
    assert count_tokens(text) < 2_200
    assert len(section(text, 'Prompts')) == 60
    assert section(text, 'Failures and rejections')[-1].endswith('more omitted]')


def test_many_sessions_stay_within_20000_tokens() -> None:
    words = [f'<user at="10:00">{"a prompt of some length " * 20} {n}</user>\n' for n in range(40)]
    text = make_overview([session(*words, name=f'impl-s{number}.xml') for number in range(40)])
    assert count_tokens(text) <= 20_000
    assert text.count('\n## impl-s') == 40
