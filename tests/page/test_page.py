"""A run's page: its numbers, its file, and what it refuses."""

from __future__ import annotations

import json
import re
import stat
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.materials import packed as packing
from learn_core.materials.directory import MEASURES, save_packed
from learn_core.page import html, json_of, page_of, plots, text_of, words, write_page
from learn_core.redact import Redactor
from tests.page import hostile
from tests.page.made import BEGAN, made_run, preprocessed

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.page import Page
    from learn_core.plans.run import Run

NOW = BEGAN + 60


def session(*texts: str) -> str:
    users = ''.join(f'  <user>{text}</user>\n' for text in texts)
    return f'<session>\n  <meta branch="P5-x" />\n{users}</session>\n'


@pytest.fixture
def evil(tmp_path: Path) -> Run:
    files, measures = preprocessed(hostile.log(tmp_path), Redactor())
    return made_run(
        tmp_path,
        {**files, **hostile.comments()},
        times={name: times.tolist() for name, times in measures.times.items()},
        tokens=measures.tokens,
    )


def written(page: Page, path: Path) -> str:
    write_page(page, path, NOW)
    return path.read_text(encoding='utf-8')


def test_the_policy_stands_first_and_knows_only_hashes(evil: Run, tmp_path: Path) -> None:
    text = written(page_of(evil, NOW), tmp_path / 'page.html')
    head = text.split('<head>\n', 1)[1]
    assert head.startswith('<meta http-equiv="Content-Security-Policy" content="default-src ')
    policy = head.split('\n', 1)[0]
    assert policy.count('sha256-') == 2
    for word in ('unsafe', 'http:', 'https:', 'data:', 'blob:', '*', 'self'):
        assert word not in policy


def test_a_page_names_no_other_file_and_no_server(evil: Run, tmp_path: Path) -> None:
    text = written(page_of(evil, NOW), tmp_path / 'page.html')
    assert set(re.findall(r'<(?:script|style|link|img|iframe|object)\b[^>]*>', text)) == {
        '<script>',
        '<style>',
    }
    assert not re.search(r'<[^>]*\s(src|style|on\w+)=', text)
    targets = re.findall(r'<a [^>]*?href="([^"]*)"', text)
    assert {target for target in targets if not target.startswith('#')} == {evil.plan_url}


def test_only_its_owner_may_read_a_page(evil: Run, tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'page.html'
    path.parent.mkdir()
    path.write_text('old')
    path.chmod(0o644)
    written(page_of(evil, NOW), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ['page.html']


def test_a_page_that_can_not_be_written_is_one_sentence(evil: Run, tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    with pytest.raises(LearnError, match=r'can not be written .*--output'):
        write_page(page_of(evil, NOW), tmp_path / 'file' / 'page.html', NOW)


def test_the_same_run_gives_the_same_page(evil: Run, tmp_path: Path) -> None:
    pages = {written(page_of(evil, NOW), tmp_path / name) for name in ('1.html', '2.html')}
    assert len(pages) == 1


@pytest.mark.parametrize('how', ['gone', 'changed', 'cut off', 'one file changed'])
def test_what_is_not_what_was_packed_is_not_shown(evil: Run, how: str) -> None:
    (packed,) = evil.directory.glob('*.txt')
    text = packed.read_text(encoding='utf-8')
    if how == 'gone':
        packed.unlink()
    elif how == 'changed':
        packed.write_text(text.replace('said', 'sad', 1), encoding='utf-8')
    elif how == 'cut off':
        packed.write_text(text[:-2], encoding='utf-8')
    else:
        evil.steps.pop('sha256')
        packed.write_text(text.replace('said', 'sad', 1), encoding='utf-8')
    with pytest.raises(LearnError, match=r'gone|not what|cut off'):
        page_of(evil, NOW)


def test_a_run_that_has_packed_nothing_has_a_page_of_its_verdict(tmp_path: Path) -> None:
    run = made_run(tmp_path, {'impl-s.xml': session('x')})
    run.steps = {}
    run.book('waiting', 'GitHub could not be reached')
    page = page_of(run, NOW)
    assert 'GitHub could not be reached.' in written(page, tmp_path / 'page.html')
    assert 'GitHub could not be reached.' in list(text_of(page))
    assert json.loads(''.join(json_of(page)))['files'] == []


@pytest.mark.parametrize(
    'measures', ['', '[]', '{"format": 2}', '{"format": 1, "max_tokens": "x"}', None]
)
def test_a_run_without_measures_has_all_but_its_plots(tmp_path: Path, measures: str | None) -> None:
    run = made_run(tmp_path, {'impl-s.xml': session('x')}, bytes_in=9, steps={'said': 9})
    (run.directory / MEASURES).unlink()
    if measures is not None:
        (run.directory / MEASURES).write_text(measures)
    page = page_of(run, NOW)
    assert plots.steps_of(page) == ()
    assert plots.stacks_of(page) == ()
    text = written(page, tmp_path / 'page.html')
    assert 'not measured for all sessions' in text
    assert 'were not measured by kind' in text


def test_times_that_do_not_fit_the_entries_are_not_shown(tmp_path: Path) -> None:
    for times in ([], [1], [1, 2, 3]):
        run = made_run(tmp_path, {'impl-s.xml': session('x', 'y')}, times={'impl-s': times})
        page = page_of(run, NOW)
        assert page.files[0].times == ()
        assert page.timelines[0].events == []
        assert page.timelines[0].counts['user'] == 2


def test_parts_are_in_the_order_of_the_manifest_and_share_a_log(tmp_path: Path) -> None:
    names = [f'impl-s-part{number}.xml' for number in range(1, 12)]
    times = {'impl-s': list(range(101, 112))}
    page = page_of(made_run(tmp_path, {name: session('x') for name in names}, times=times), NOW)
    assert [file.name for file in page.files] == [*names, packing.MANIFEST]
    assert [file.times for file in page.files[:-1]] == [(number,) for number in range(101, 112)]
    assert {file.log for file in page.files[:-1]} == {'impl-s'}
    (line,) = page.timelines
    assert (line.first, line.last, line.counts['user']) == (101, 111, 11)
    assert words.short(page.files[1]) == 'implementation s, part 2'


def test_a_session_whose_name_ends_like_a_part_is_whole(tmp_path: Path) -> None:
    files = {'impl-x-part2.xml': session('x')}
    page = page_of(made_run(tmp_path, files, times={'impl-x-part2': [7]}), NOW)
    assert (page.files[0].log, page.files[0].part, page.files[0].times) == ('impl-x-part2', 0, (7,))


def test_a_part_of_an_entry_is_of_the_time_of_the_entry(tmp_path: Path) -> None:
    halves = [f'<session>\n  <user part="{part}/2">x</user>\n' for part in (1, 2)]
    files = {
        'impl-s-part1.xml': f'{halves[0]}</session>\n',
        'impl-s-part2.xml': f'{halves[1]}  <user>y</user>\n</session>\n',
    }
    page = page_of(made_run(tmp_path, files, times={'impl-s': [100, 200]}), NOW)
    assert [[at for _, _, at in file.told()] for file in page.files[:2]] == [[100], [0, 200]]
    assert page.timelines[0].counts['user'] == 2


def test_redactions_are_counted_where_they_stand(tmp_path: Path) -> None:
    secret = 'before [REDACTED:jwt:1] after'
    files = {
        'impl-a.xml': session('x', secret, f'two\n{secret}\nlines'),
        'impl-b.xml': session(*[f'[REDACTED:github-pat:{n}]' for n in range(30)]),
    }
    page = page_of(made_run(tmp_path, files), NOW)
    assert dict(page.redactions) == {'jwt': 2, 'github-pat': 30}
    first, second = page.places['jwt']
    assert (first.file, first.number) == ('impl-a.xml', 3)
    assert second == ('impl-a.xml', 4, 'before ', '[REDACTED:jwt:1]', ' after')
    assert len(page.places['github-pat']) == 20
    text = written(page, tmp_path / 'page.html')
    assert 'of each kind the first 20' in text
    assert 'learn-hook.allowSecret' in text


def test_many_files_are_columns_and_their_table_is_closed(tmp_path: Path) -> None:
    files = {f'impl-s-part{number}.xml': session('x') for number in range(1, 70)}
    tokens = {name: {'user': 19_900, 'odd': 30} for name in files}
    page = page_of(made_run(tmp_path, files, tokens=tokens), NOW)
    stacks = plots.stacks_of(page)
    assert [stack.total for stack in stacks] == [19_970] * 69
    assert dict(stacks[0].parts) | {'user': 19_900, 'other': 30, 'around': 40} == dict(
        stacks[0].parts
    )
    columns = plots.columns_of(stacks)
    assert len(columns) == 69 * 3
    assert max(column.x + column.width for column in columns) <= 100
    assert min(column.y for column in columns) >= 0
    text = written(page, tmp_path / 'page.html')
    assert '<svg class="standing"' in text
    assert 'All 70 files' in text


def test_materials_too_large_for_html_are_in_the_page_packed(
    evil: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, 'READABLE', 1000)
    page = page_of(evil, NOW)
    text = written(page, tmp_path / 'page.html')
    packed = re.findall(r'<script type="application/gzip">([A-Za-z0-9+/=]+)</script>', text)
    assert len(packed) == sum(file.is_session for file in page.files)
    assert 'too large to be read without scripts' in text


def test_links_are_only_what_is_plainly_an_address() -> None:
    for url in ('https://github.com/a/b/issues/5', 'http://127.0.0.1:8080/x'):
        assert html.is_link(url)
    for url in (
        'javascript:pwn()',
        'data:text/html,x',
        'https://a.b/"onclick=x',
        'https://u:p@a.b/',
        'https://a.b/?q',
        'file:///etc/passwd',
        '//a.b/c',
        '',
        'https://a.b/x\n',
    ):
        assert not html.is_link(url), url


def test_json_says_the_same(evil: Run) -> None:
    page = page_of(evil, NOW)
    document = json.loads(''.join(json_of(page)))
    assert document['sha256'] == page.sha256 == evil.steps['sha256']
    assert document['size'] == sum(file.stat().st_size for file in evil.directory.glob('*.txt'))
    for file, said in zip(page.files, document['files'], strict=True):
        assert [(number, entry.text) for number, entry, _ in file.told()] == [
            (entry['number'], '\n'.join(field['text'] for field in entry['fields']))
            for entry in said['entries']
        ]


@pytest.mark.parametrize('width', [40, 80, 200])
def test_a_terminal_gets_every_word_within_its_width(evil: Run, width: int) -> None:
    page = page_of(evil, NOW)
    lines = list(text_of(page, width))
    assert max(map(len, lines)) <= width
    steering = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')
    assert not steering.search(''.join(lines).replace('\t', ''))
    squeezed = re.sub(r'\s', '', ''.join(lines))
    for _, entry, _ in page.files[0].told():
        for field in entry.fields:
            wanted = re.sub(r'\s', '', ''.join(text_of_field(field.text)))
            assert wanted in squeezed


def text_of_field(text: str) -> list[str]:
    from learn_core.page.visible import plain

    return [plain(line) for line in text.split('\n')]


def test_numbers_are_written_for_people() -> None:
    assert [words.duration(seconds) for seconds in (0, 59, 61, 3_600, 90_061)] == [
        '0 s',
        '59 s',
        '1 min 1 s',
        '1 h 0 min',
        '25 h 1 min',
    ]
    assert words.signed(-1234) == '\u22121,234'
    assert words.signed(5) == '+5'
    assert words.counted(1, 'entry', 'entries') == '1 entry'
    assert words.why('odd') == 'odd'


@pytest.mark.parametrize(
    'manifest', ['', '[]', '[1]', '{"files": 7}', '{"files": [{}]}', '{"files": [7]}']
)
def test_a_manifest_that_says_nothing_leaves_the_files_to_speak(
    tmp_path: Path, manifest: str
) -> None:
    run = made_run(tmp_path, {})
    packed = packing.pack({'impl-s.xml': session('x'), packing.MANIFEST: manifest})
    run.steps |= {'packed': save_packed(packed, run.directory, 123), 'sha256': packed.sha256}
    page = page_of(run, NOW)
    assert [file.name for file in page.files] == ['impl-s.xml', packing.MANIFEST]
    assert (page.tokens, page.version, page.size) == (0, '', packed.size)
    assert written(page, tmp_path / 'page.html')


def test_each_request_is_told_with_its_status_and_its_bytes(tmp_path: Path) -> None:
    run = made_run(tmp_path, {'impl-s.xml': session('x')})
    run.steps['requests'] = [
        {'method': 'POST', 'path': '/gists', 'status': 201, 'sent': 1234, 'received': 5},
        {'method': 'GET', 'path': '/rate', 'status': None},
    ]
    page = page_of(run, NOW)
    lines = list(text_of(page))
    assert lines[lines.index('POST   201  /gists') + 1] == '       1,234 bytes sent, 5 received'
    assert 'GET    no answer  /rate' in lines
    text = written(page, tmp_path / 'page.html')
    for cell in ('/gists', '201', '1,234', 'no answer'):
        assert f'>{cell}</td>' in text


def test_steps_are_not_told_where_a_session_was_not_measured(tmp_path: Path) -> None:
    files = {'impl-a.xml': session('x'), 'impl-b.xml': session('y')}
    measured = {name: {'user': 3} for name in files}
    steps = {'said': 20, 'short': 20}
    run = made_run(tmp_path, files, tokens=measured, bytes_in=900, steps=steps)
    assert plots.steps_of(page_of(run, NOW))
    del measured['impl-b.xml']
    run = made_run(tmp_path, files, tokens=measured, bytes_in=900, steps=steps)
    assert plots.steps_of(page_of(run, NOW)) == ()
